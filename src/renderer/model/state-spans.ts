import type { Machine } from '../../shared/machine.ts'

export interface StateSpan {
  /** Null: not known, because the machine has not been heard since. */
  readonly state: string | null
  /** Panel's clock, epoch milliseconds. */
  readonly from: number
  readonly to: number
  /** It came from another state than the one before: something was lost in between. */
  readonly jumped: boolean
}

/** The states of a machine up to `now`, oldest first, without gaps; as far back as the panel remembers them. */
export function stateSpans(machine: Machine, now: number): StateSpan[] {
  const starts = machine.transitions.map(({ to, time, jumped }) => ({ state: to, time, jumped }))
  const last = starts.at(-1)
  // A registration sets the state without a transition.
  if (machine.state !== null && machine.stateSince !== null && (!last || machine.stateSince > last.time)) {
    starts.push({ state: machine.state, time: machine.stateSince, jumped: false })
  }
  const silent = machine.staleSince !== null && machine.terminatedAt === null
  const known = machine.terminatedAt ?? (silent ? machine.lastEventAt : Math.max(now, machine.lastEventAt))
  const spans: StateSpan[] = starts.map(({ state, time, jumped }, index) => ({
    state,
    from: time,
    to: Math.max(time, starts[index + 1]?.time ?? known),
    jumped,
  }))
  if (silent && now > known) spans.push({ state: null, from: known, to: now, jumped: false })
  return spans
}

export interface PlacedSpan extends StateSpan {
  /** Fractions of the window, 0 to 1. */
  readonly start: number
  readonly width: number
}

/** The spans that lie in the window, cut to it. */
export function placeSpans(spans: readonly StateSpan[], from: number, to: number): PlacedSpan[] {
  const length = Math.max(1, to - from)
  const placed: PlacedSpan[] = []
  for (const span of spans) {
    const start = Math.max(span.from, from)
    const end = Math.min(span.to, to)
    if (end < from || start > to) continue
    placed.push({ ...span, start: (start - from) / length, width: Math.max(0, end - start) / length })
  }
  return placed
}

/** Gives each state one of `count` shades, in order of appearance, so that neighbours can be told apart. */
export function shadesOf(spans: readonly StateSpan[], count: number): ReadonlyMap<string, number> {
  const shades = new Map<string, number>()
  for (const { state } of spans) if (state !== null && !shades.has(state)) shades.set(state, shades.size % count)
  return shades
}
