import Type from 'typebox'

/** A rectangle on the desktop, device-independent pixels; displays beside the first may have negative places. */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const Pixels = Type.Integer({ minimum: -100_000, maximum: 100_000 })
const Length = Type.Integer({ minimum: 100, maximum: 100_000 })

/** Where the window was, as it is kept in a file. */
export const WindowPlaceSchema = Type.Object({
  x: Pixels,
  y: Pixels,
  width: Length,
  height: Length,
  maximized: Type.Boolean(),
})
export type WindowPlace = Type.Static<typeof WindowPlaceSchema>

/** Least of a window that must be on a display to be seen and taken hold of. */
const SEEN = { width: 120, height: 60 }

/**
 * Where to open the window: where it was, as far as the displays of today show it. Null where they do not: the display
 * it was on is gone. It never becomes larger than the display that shows most of it.
 */
export function placeOn(place: WindowPlace, workAreas: readonly Rectangle[]): WindowPlace | null {
  const shown = workAreas.map((area) => ({ area, overlap: overlapOf(place, area) }))
  const best = shown.toSorted((a, b) => areaOf(b.overlap) - areaOf(a.overlap))[0]
  if (!best || best.overlap.width < SEEN.width || best.overlap.height < SEEN.height) return null
  const { area } = best
  const width = Math.min(place.width, area.width)
  return {
    ...place,
    // Made narrower, it would otherwise lie beside the display.
    x: Math.max(place.x, area.x - width + SEEN.width),
    // The title bar must be within reach.
    y: Math.max(place.y, area.y),
    width,
    height: Math.min(place.height, area.height),
  }
}

/** What a window gets that nobody has placed yet. */
const FIRST_SIZE = { width: 1280, height: 800 }

/** The middle of a display. */
export function placeIn(area: Rectangle, size: { width: number; height: number } = FIRST_SIZE): WindowPlace {
  const width = Math.min(size.width, area.width)
  const height = Math.min(size.height, area.height)
  const x = area.x + Math.floor((area.width - width) / 2)
  const y = area.y + Math.floor((area.height - height) / 2)
  return { x, y, width, height, maximized: false }
}

/** Where a further window is best seen: on a display that has none of `windows`; null where there is no such. */
export function placeBeside(windows: readonly Rectangle[], workAreas: readonly Rectangle[]): WindowPlace | null {
  const free = workAreas.find((area) => windows.every((window) => areaOf(overlapOf(window, area)) === 0))
  return free ? placeIn(free) : null
}

/**
 * Where a window goes whose displays have changed: nowhere (null) while it can still be seen and taken hold of, else to
 * the middle of the first of `workAreas`.
 */
export function broughtBack(window: Rectangle, workAreas: readonly Rectangle[]): Rectangle | null {
  const [first] = workAreas
  if (!first || placeOn({ ...window, maximized: false }, workAreas)) return null
  const { x, y, width, height } = placeIn(first, window)
  return { x, y, width, height }
}

function overlapOf(a: Rectangle, b: Rectangle): { width: number; height: number } {
  return {
    width: Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)),
    height: Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)),
  }
}

const areaOf = ({ width, height }: { width: number; height: number }): number => width * height
