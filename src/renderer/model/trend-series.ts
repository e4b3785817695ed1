import type { TrendSeries } from '../../shared/trend-answer.ts'

/** One value that came in after the recorded ones were asked for. */
export interface LiveSample {
  readonly time: number
  /** Null: from here on there is no value. */
  readonly value: number | null
  /** 0 good, 1 uncertain. */
  readonly quality: 0 | 1
}

/** A tag that is silent for so many of its usual intervals has no value; as the recorder sees it. */
const GAP_INTERVALS = 3

export const EMPTY_SERIES: Omit<TrendSeries, 'tag'> = {
  boolean: false,
  interval: null,
  from: [],
  to: [],
  min: [],
  max: [],
  first: [],
  last: [],
  quality: [],
  gaps: [],
}

/** What was recorded and what has come in since, each of it once: a sample is new where it is later than the last bucket. */
export function extended(series: TrendSeries, samples: readonly LiveSample[]): TrendSeries {
  const recorded = Math.max(series.to.at(-1) ?? -Infinity, openGapOf(series) ?? -Infinity)
  const fresh = samples.filter(({ time }) => time > recorded)
  if (fresh.length === 0) return series
  const made: TrendSeries = {
    ...series,
    from: [...series.from],
    to: [...series.to],
    min: [...series.min],
    max: [...series.max],
    first: [...series.first],
    last: [...series.last],
    quality: [...series.quality],
    gaps: [...series.gaps],
  }
  for (const sample of fresh) add(made, sample)
  return made
}

function add(series: TrendSeries, { time, value, quality }: LiveSample): void {
  const since = openGapOf(series)
  const before = series.to.at(-1)
  if (value === null) {
    if (since === null && before !== undefined) series.gaps.push([time, null])
    return
  }
  const silent = series.interval !== null && before !== undefined && time - before > series.interval * GAP_INTERVALS
  if (since !== null) series.gaps[series.gaps.length - 1] = [since, time]
  else if (silent) series.gaps.push([before, time])
  series.from.push(time)
  series.to.push(time)
  for (const list of [series.min, series.max, series.first, series.last]) list.push(value)
  series.quality.push(quality)
}

/** Since when there is no value, where that is so at the end. */
function openGapOf({ gaps }: Pick<TrendSeries, 'gaps'>): number | null {
  const last = gaps.at(-1)
  return last && last[1] === null ? last[0] : null
}

/** What is so of a tag at a moment, or over a stretch of time. */
export interface TrendReading {
  /** Null where there was no value. */
  readonly value: number | null
  readonly min: number | null
  readonly max: number | null
  /** When the value was so; null where there is none. */
  readonly time: number | null
  /** `silent`: this was the last one, and another would have come by now. */
  readonly quality: 'good' | 'uncertain' | 'broken' | 'silent' | 'none'
}

const NOTHING: TrendReading = { value: null, min: null, max: null, time: null, quality: 'none' }
const QUALITIES = ['good', 'uncertain', 'broken'] as const

/** What the cursor reads at a moment: the bucket that holds it or the last one before. */
export function readingAt(series: TrendSeries, time: number): TrendReading {
  const i = lastIndex(series.from, time)
  if (i < 0 || series.gaps.some(([from, to]) => time > from && (to === null || time < to))) return NOTHING
  // Beyond the last value of a tag that is sent by the clock nobody knows.
  const silence = series.interval === null ? Infinity : series.interval * GAP_INTERVALS
  if (i === series.from.length - 1 && time - (series.to[i] ?? 0) > silence) return NOTHING
  return {
    value: series.last[i] ?? null,
    min: series.min[i] ?? null,
    max: series.max[i] ?? null,
    time: series.to[i] ?? null,
    quality: QUALITIES[series.quality[i] ?? 0] ?? 'broken',
  }
}

/** The latest value of a stretch of time, and the least and the greatest one in it. */
export function readingOver(series: TrendSeries, from: number, to: number): TrendReading {
  const extremes = extremesOf(series, from, to)
  const reading = readingAt(series, to)
  const since = openGapOf(series)
  const isSilent = reading.value === null && (since === null || since > to)
  const latest = readingAt({ ...series, interval: null }, to)
  const known: TrendReading = isSilent && latest.value !== null ? { ...latest, quality: 'silent' } : reading
  return { ...known, min: extremes?.[0] ?? null, max: extremes?.[1] ?? null }
}

/** The least and the greatest value of a stretch of time; null where there is none. */
export function extremesOf(series: TrendSeries, from: number, to: number): [number, number] | null {
  let least = Infinity
  let most = -Infinity
  // The value from before the stretch stands at its edge too.
  for (let i = Math.max(0, lastIndex(series.from, from)); i < series.from.length; i += 1) {
    if ((series.from[i] ?? 0) > to) break
    least = Math.min(least, series.min[i] ?? least)
    most = Math.max(most, series.max[i] ?? most)
  }
  return least <= most ? [least, most] : null
}

/** Index of the last number that is not above; -1 where all are. */
function lastIndex(sorted: readonly number[], wanted: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) <= wanted) low = middle + 1
    else high = middle
  }
  return low - 1
}
