import { LINK_LIMITS } from './fold/links.ts'
import { type Link, type LinkMinute, MINUTE_MS, minuteOf } from './link.ts'

/** Over how many minutes the rate is taken. */
const RATE_MINUTES = 5

export const LINK_HEALTHS = ['healthy', 'degraded', 'unhealthy'] as const
export type LinkHealth = (typeof LINK_HEALTHS)[number]

/** What happened in some time. */
export type LinkSum = Omit<LinkMinute, 'at'>

/**
 * Score of 0 to 100 as the connection monitor gives it: 100, less 40 where more than 5 % are errors or 20 where more
 * than 1 % are, less 30 where the mean response takes more than 500 ms or 10 where it takes more than 200 ms.
 */
export function linkScore({ events, errors, responses, responseMs }: LinkSum): number {
  const share = events === 0 ? 0 : errors / events
  const mean = responses === 0 ? 0 : responseMs / responses
  const forErrors = share > 0.05 ? 40 : share > 0.01 ? 20 : 0
  const forResponse = mean > 500 ? 30 : mean > 200 ? 10 : 0
  return 100 - forErrors - forResponse
}

export function linkHealth(score: number): LinkHealth {
  if (score >= 90) return 'healthy'
  return score >= 70 ? 'degraded' : 'unhealthy'
}

/** What happened in the last minutes up to `now`, the running one among them. */
export function linkSum({ minutes }: Pick<Link, 'minutes'>, now: number, count: number = LINK_LIMITS.minutes): LinkSum {
  const sum = { events: 0, errors: 0, sentBytes: 0, receivedBytes: 0, responses: 0, responseMs: 0 }
  const first = minuteOf(now) - (count - 1) * MINUTE_MS
  for (const minute of minutes) {
    if (minute.at < first || minute.at > now) continue
    sum.events += minute.events
    sum.errors += minute.errors
    sum.sentBytes += minute.sentBytes
    sum.receivedBytes += minute.receivedBytes
    sum.responses += minute.responses
    sum.responseMs += minute.responseMs
  }
  return sum
}

/** How a link did in the hour up to `now`; null where that cannot be said. */
export interface LinkHour {
  readonly score: number | null
  /** Share of errors, 0 to 1. */
  readonly errorShare: number | null
  /** Mean response time, milliseconds. */
  readonly mean: number | null
}

/** The figures of the hour up to `now`. A link's own last event counts, also where the panel's clock is not known so well. */
export function linkHour(link: Pick<Link, 'minutes' | 'lastEventAt'>, now: number): LinkHour {
  const hour = linkSum(link, Math.max(now, link.lastEventAt))
  return {
    score: hour.events === 0 ? null : linkScore(hour),
    errorShare: hour.events === 0 ? null : hour.errors / hour.events,
    mean: hour.responses === 0 ? null : hour.responseMs / hour.responses,
  }
}

/** Events a minute over the last five whole minutes; before it has been heard for so long, over what there is. */
export function linkRate(link: Pick<Link, 'minutes' | 'firstAt'>, now: number): number {
  const end = minuteOf(now)
  const begin = Math.max(minuteOf(link.firstAt), end - RATE_MINUTES * MINUTE_MS)
  // In its very first minute there is no whole one.
  if (begin >= end) return linkSum(link, now, 1).events
  let events = 0
  for (const minute of link.minutes) if (minute.at >= begin && minute.at < end) events += minute.events
  return events / ((end - begin) / MINUTE_MS)
}

/** The last hour minute by minute, oldest first; null where nothing happened in one. */
export function linkSeries({ minutes }: Pick<Link, 'minutes'>, now: number): (LinkMinute | null)[] {
  const known = new Map(minutes.map((minute) => [minute.at, minute]))
  const last = minuteOf(now)
  return Array.from(
    { length: LINK_LIMITS.minutes },
    (_, index) => known.get(last - (LINK_LIMITS.minutes - 1 - index) * MINUTE_MS) ?? null,
  )
}
