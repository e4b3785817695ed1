import { onScopeDispose } from 'vue'

/** How a person moves a chart. Parts are of its width: 0 the left edge, 1 the right one. */
export interface TrendGestures {
  /** By a part of the width; positive towards what is later. */
  pan(part: number): void
  /** `factor` above 1 shows more; what is at that part stays where it is. */
  zoom(factor: number, at: number): void
  /** Exactly this stretch. */
  select(from: number, to: number): void
  /** A finger or a pen points there; null lifts it. */
  point(at: number | null): void
}

const WHEEL_STEP = 0.0016
/** Less is a trembling hand, not a move. */
const MOVED = 4

interface Finger {
  x: number
  readonly start: number
  moved: boolean
}

/** Dragging moves, two fingers and the wheel zoom, dragging with Shift selects. Returns the function that listens. */
export function useTrendGestures(gestures: TrendGestures) {
  const fingers = new Map<number, Finger>()
  let listening: AbortController | undefined

  function listen(area: HTMLElement, selecting: (from: number, to: number) => void): void {
    listening?.abort()
    fingers.clear()
    let selectFrom: number | null = null
    const partOf = (x: number): number => {
      const { left, width } = area.getBoundingClientRect()
      return width > 0 ? Math.min(1, Math.max(0, (x - left) / width)) : 0
    }
    listening = new AbortController()
    const { signal } = listening

    area.addEventListener(
      'pointerdown',
      (event) => {
        if (event.button !== 0) return
        area.setPointerCapture(event.pointerId)
        fingers.set(event.pointerId, { x: event.clientX, start: event.clientX, moved: false })
        selectFrom = event.shiftKey && event.pointerType === 'mouse' ? partOf(event.clientX) : null
      },
      { signal },
    )
    area.addEventListener(
      'pointermove',
      (event) => {
        const finger = fingers.get(event.pointerId)
        if (!finger) return
        if (!finger.moved && Math.abs(event.clientX - finger.start) < MOVED) return
        const { width } = area.getBoundingClientRect()
        if (selectFrom !== null) {
          const at = partOf(event.clientX)
          selecting(Math.min(selectFrom, at), Math.max(selectFrom, at))
        } else if (fingers.size === 1) {
          gestures.pan((finger.x - event.clientX) / width)
        } else {
          const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, each]) => each)
          if (other) pinch(finger, other, event.clientX, width)
        }
        finger.x = event.clientX
        finger.moved = true
      },
      { signal },
    )
    const lift = (event: PointerEvent): void => {
      const finger = fingers.get(event.pointerId)
      if (!finger) return
      fingers.delete(event.pointerId)
      if (selectFrom !== null) {
        const at = partOf(event.clientX)
        selecting(0, 0)
        if (finger.moved && Math.abs(at - selectFrom) > 0.005) {
          gestures.select(Math.min(selectFrom, at), Math.max(selectFrom, at))
        }
        selectFrom = null
      } else if (!finger.moved && event.pointerType !== 'mouse') {
        gestures.point(partOf(event.clientX))
      }
    }
    area.addEventListener('pointerup', lift, { signal })
    area.addEventListener('pointercancel', lift, { signal })
    area.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault()
        // A touch pad sends sideways moves.
        if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
          gestures.pan(event.deltaX / area.getBoundingClientRect().width)
          return
        }
        const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1
        gestures.zoom(Math.exp(event.deltaY * lines * WHEEL_STEP), partOf(event.clientX))
      },
      { signal, passive: false },
    )

    function pinch(finger: Finger, other: Finger, x: number, width: number): void {
      const before = Math.max(20, Math.abs(finger.x - other.x))
      const after = Math.max(20, Math.abs(x - other.x))
      gestures.zoom(before / after, partOf((x + other.x) / 2))
      gestures.pan((finger.x - x) / 2 / width)
    }
  }

  onScopeDispose(() => listening?.abort())
  return { listen }
}
