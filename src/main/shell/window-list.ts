import Type from 'typebox'
import { Value } from 'typebox/value'
import { HOME_PAGE, pagePath } from './page-path.ts'
import { type WindowPlace, WindowPlaceSchema } from './window-place.ts'

/** A window as it is remembered: where it was and what it showed. */
export interface RememberedWindow {
  /** Null: nobody has placed it yet. */
  readonly place: WindowPlace | null
  readonly page: string
}

/** Most that are opened again; more than any control room has displays. */
export const MAX_WINDOWS = 16

const EntrySchema = Type.Object({
  place: Type.Union([WindowPlaceSchema, Type.Null()]),
  page: Type.String(),
})

/** The windows in the text of a file, in the order in which they were opened; none for anything else. */
export function parseWindows(text: string): RememberedWindow[] {
  const value = parsed(text)
  // Before there were several, the file was the place of the one.
  if (Value.Check(WindowPlaceSchema, value)) return [{ place: clean(value), page: HOME_PAGE }]
  if (!Array.isArray(value)) return []
  return value.slice(0, MAX_WINDOWS).flatMap((entry: unknown) => {
    if (!Value.Check(EntrySchema, entry)) return []
    return [{ place: entry.place && clean(entry.place), page: pagePath(entry.page) ?? HOME_PAGE }]
  })
}

export function windowsText(windows: readonly RememberedWindow[]): string {
  return `${JSON.stringify(windows.slice(0, MAX_WINDOWS))}\n`
}

function clean(place: WindowPlace): WindowPlace {
  return Value.Clean(WindowPlaceSchema, structuredClone(place)) as WindowPlace
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A file that was cut off or edited by hand is no more than windows forgotten.
    return null
  }
}
