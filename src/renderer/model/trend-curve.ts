import type { TrendSeries } from '../../shared/trend-answer.ts'

/** A line as it is drawn: a point with null is a break. Doubtful stretches are a line of their own. */
export interface TrendCurve {
  readonly x: number[]
  readonly good: (number | null)[]
  readonly doubt: (number | null)[]
}

/**
 * The points of a tag's line: of each bucket what came first, what was least and greatest, and what came last, so that no
 * spike is lost and no average is made up. `end`: up to when the last value of a tag holds that is sent when it changes.
 */
export function curveOf(series: TrendSeries, end: number | null): TrendCurve {
  const curve: TrendCurve = { x: [], good: [], doubt: [] }
  const stepped = isStepped(series)
  const gaps = [...series.gaps]
  series.from.forEach((from, i) => {
    const before = i === 0 ? -Infinity : (series.to[i - 1] ?? from)
    let broken = false
    while (gaps[0] && gaps[0][0] < from) {
      const [start] = gaps.shift() ?? [from]
      if (i === 0) continue
      // Where a step holds its value, it holds it up to the gap.
      if (stepped && start > before) push(curve, start, series.last[i - 1] ?? null, isDoubtful(series, i - 1))
      push(curve, Math.min(Math.max(start, before) + 0.25, (before + from) / 2 + 0.25), null, false)
      broken = true
    }
    const doubtful = isDoubtful(series, i)
    const joins = !broken && i > 0 && isDoubtful(series, i - 1) !== doubtful
    // A doubt begins and ends at a point of the good line, so that nothing seems to be missing.
    if (joins && doubtful) curve.doubt[curve.doubt.length - 1] = curve.good.at(-1) ?? null
    const begun = curve.x.length
    for (const [time, value] of pointsOf(series, i)) push(curve, time, value, doubtful)
    if (joins && !doubtful) curve.doubt[begun] = curve.good[begun] ?? null
  })
  const last = series.from.length - 1
  const since = series.gaps.at(-1)
  const until = since && since[1] === null ? since[0] : end
  if (last >= 0 && stepped && until !== null && until > (series.to[last] ?? 0)) {
    push(curve, until, series.last[last] ?? null, isDoubtful(series, last))
  }
  return curve
}

/** A switch, and whatever is sent when it changes, holds its value until the next one. */
export function isStepped({ boolean, interval }: Pick<TrendSeries, 'boolean' | 'interval'>): boolean {
  return boolean || interval === null
}

/** The same earlier or later. */
export function shifted({ x, good, doubt }: TrendCurve, by: number): TrendCurve {
  return { x: x.map((time) => time + by), good, doubt }
}

function isDoubtful({ quality }: TrendSeries, i: number): boolean {
  return (quality[i] ?? 0) > 0
}

function push(curve: TrendCurve, time: number, value: number | null, doubtful: boolean): void {
  // Two values of one moment: the later one holds, and the break before it stays one.
  const last = curve.x.at(-1)
  const at = last !== undefined && time <= last ? last + 0.001 : time
  curve.x.push(at)
  curve.good.push(doubtful ? null : value)
  curve.doubt.push(doubtful ? value : null)
}

function pointsOf(series: TrendSeries, i: number): [number, number][] {
  const from = series.from[i] ?? 0
  const to = series.to[i] ?? from
  const first = series.first[i] ?? 0
  const last = series.last[i] ?? first
  if (from === to) return [[to, last]]
  const min = series.min[i] ?? first
  const max = series.max[i] ?? first
  const third = (to - from) / 3
  // Whichever lies nearer to where the line comes from is met first.
  const [one, other] = Math.abs(first - min) <= Math.abs(first - max) ? [min, max] : [max, min]
  const points: [number, number][] = [[from, first]]
  if (one !== first && one !== last) points.push([from + third, one])
  if (other !== first && other !== last) points.push([from + 2 * third, other])
  points.push([to, last])
  return points
}
