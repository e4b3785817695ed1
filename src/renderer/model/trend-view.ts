import type { LocationQuery } from 'vue-router'
import { MAX_TREND_TAGS, parseTrendReference } from '../../shared/trend-tag.ts'

/** Which trends are shown, and how: what an address names and a saved view keeps. Times are milliseconds. */
export interface TrendView {
  /** References, `machine/device/tag`. */
  readonly tags: readonly string[]
  /** Width of the shown time. */
  readonly span: number
  /** End of the shown time, epoch; null follows the present. */
  readonly to: number | null
  /** How much earlier the time is that is laid over it; 0 for none. */
  readonly compare: number
  /** Events and alarms are marked. */
  readonly marks: boolean
  /** The axes go from the least to the greatest value instead of over the whole range. */
  readonly fit: boolean
}

export interface TimeWindow {
  readonly from: number
  readonly to: number
}

const SECOND = 1_000
const DAY = 86_400_000

export const SPANS = [300_000, 3_600_000, 28_800_000, DAY, 7 * DAY] as const
export const COMPARISONS = [0, 3_600_000, DAY, 7 * DAY] as const

const LEAST_SPAN = 2 * SECOND
const MOST_SPAN = 400 * DAY
/** Beyond, a Date is none. */
const MOST_TIME = 8.64e15

export const DEFAULT_VIEW: TrendView = {
  tags: [],
  span: SPANS[0],
  to: null,
  compare: 0,
  marks: true,
  fit: false,
}

export function viewOfQuery(query: LocationQuery): TrendView {
  const tags = [query['tag'] ?? []].flat().filter((tag) => tag !== null && parseTrendReference(tag) !== null)
  const compare = numberOf(query['compare'])
  const to = numberOf(query['to'])
  return {
    tags: [...new Set(tags.map(String))].slice(0, MAX_TREND_TAGS),
    span: boundedSpan((numberOf(query['span']) ?? DEFAULT_VIEW.span / SECOND) * SECOND),
    to: to !== null && to > 0 && to < MOST_TIME ? to : null,
    compare: compare !== null && compare > 0 ? Math.min(compare * SECOND, MOST_SPAN) : 0,
    marks: query['marks'] !== '0',
    fit: query['fit'] === '1',
  }
}

/** The counterpart of {@link viewOfQuery}; says nothing of what is as it is by itself. */
export function queryOfView({ tags, span, to, compare, marks, fit }: TrendView): Record<string, string | string[]> {
  return {
    tag: [...tags],
    span: String(span / SECOND),
    ...(to === null ? {} : { to: String(Math.round(to)) }),
    ...(compare === 0 ? {} : { compare: String(compare / SECOND) }),
    ...(marks ? {} : { marks: '0' }),
    ...(fit ? { fit: '1' } : {}),
  }
}

export function windowOf({ span, to }: Pick<TrendView, 'span' | 'to'>, now: number): TimeWindow {
  const end = to ?? now
  // The panel records nothing before 1970, and refuses to look there.
  return { from: Math.max(0, end - span), to: end }
}

/** Moves the shown time by a part of its width. What would show the future follows the present instead. */
export function panned(view: TrendView, now: number, part: number): TrendView {
  const end = (view.to ?? now) + part * view.span
  return { ...view, to: end >= now ? null : end }
}

/** `factor` above 1 shows more. `at`: which part of the width stays where it is, 0 the left edge, 1 the right one. */
export function zoomed(view: TrendView, now: number, factor: number, at = 0.5): TrendView {
  const span = boundedSpan(view.span * factor)
  // Who follows the present goes on doing so: its edge is what stays.
  if (view.to === null && at > 0.9) return { ...view, span }
  const { from } = windowOf(view, now)
  const end = from + view.span * at + span * (1 - at)
  return { ...view, span, to: end >= now ? null : end }
}

/** Follows the present, or stops where it is. */
export function followed(view: TrendView, now: number, follow: boolean): TrendView {
  return { ...view, to: follow ? null : (view.to ?? now) }
}

function boundedSpan(span: number): number {
  return Math.round(Math.min(MOST_SPAN, Math.max(LEAST_SPAN, span)))
}

function numberOf(text: LocationQuery[string] | undefined): number | null {
  const value = typeof text === 'string' && text !== '' ? Number(text) : NaN
  return Number.isFinite(value) ? value : null
}
