/** What can be replayed: panel's clock, epoch milliseconds. */
export interface ReplayRange {
  readonly first: number
  readonly last: number
}

export const SPEEDS = [1, 2, 5, 10, 30, 60] as const
export type Speed = (typeof SPEEDS)[number]

export function clampMoment({ first, last }: ReplayRange, at: number): number {
  return Math.min(Math.max(at, first), Math.max(first, last))
}

/** A moment on a scale of whole seconds since the range's beginning. */
export function secondsOf(range: ReplayRange, at: number): number {
  return Math.round((clampMoment(range, at) - range.first) / 1_000)
}

/** The counterpart of {@link secondsOf}; the scale's end is the range's. */
export function momentOf(range: ReplayRange, seconds: number): number {
  return clampMoment(range, range.first + seconds * 1_000)
}
