const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** What is kept of every tag beside its samples: the runs of so many milliseconds. */
export const LEVELS = [
  { name: 'raw', width: 1 },
  { name: 'minute', width: MINUTE },
  { name: 'five_minutes', width: 5 * MINUTE },
  { name: 'hour', width: HOUR },
] as const
export type LevelName = (typeof LEVELS)[number]['name']

/** Widths of a bucket. The same ones everywhere, so that a bucket is the same one while a person pans. */
const STEPS: readonly number[] = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  SECOND,
  ...[2, 5, 10, 15, 30].map((each) => each * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((each) => each * MINUTE),
  ...[1, 2, 3, 6, 12].map((each) => each * HOUR),
]

export interface TrendGrid {
  readonly from: number
  readonly to: number
  readonly step: number
  /** Index into {@link LEVELS}. */
  readonly level: number
}

/** The buckets for a stretch of time, at most so many; `least` is the smallest width that is wanted, milliseconds. */
export function trendGrid(from: number, to: number, points: number, least = 1): TrendGrid {
  const wanted = Math.max((to - from) / points, least)
  const step = STEPS.find((each) => each >= wanted) ?? Math.ceil(wanted / DAY) * DAY
  const level = LEVELS.findLastIndex(({ width }) => width <= step)
  return { from: Math.floor(from / step) * step, to: Math.ceil(to / step) * step, step, level }
}
