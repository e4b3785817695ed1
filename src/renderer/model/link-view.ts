import type { Link, LinkMinute } from '../../shared/link.ts'
import { linkHealth, type LinkHealth, linkHour, linkRate, linkSeries } from '../../shared/link-figures.ts'
import { percentile } from '../../shared/response-histogram.ts'

/** A link as its card shows it, at one moment. */
export interface LinkView {
  readonly link: Link
  /** Of the last hour; null where nothing happened in it. */
  readonly score: number | null
  readonly health: LinkHealth | null
  /** Events a minute. */
  readonly rate: number
  /** Share of errors in the last hour, 0 to 1; null where nothing happened. */
  readonly errorShare: number | null
  /** Milliseconds; null where no response time was named. */
  readonly median: number | null
  readonly p95: number | null
  readonly mean: number | null
  /** The last hour minute by minute, oldest first. */
  readonly series: readonly (LinkMinute | null)[]
}

/** The figures of a link at a moment; where its last event is later, because clocks differ, at that. */
export function linkView(link: Link, moment: number): LinkView {
  const now = Math.max(moment, link.lastEventAt)
  const { score, errorShare, mean } = linkHour(link, now)
  return {
    link,
    score,
    health: score === null ? null : linkHealth(score),
    rate: linkRate(link, now),
    errorShare,
    median: percentile(link.histogram, 0.5),
    p95: percentile(link.histogram, 0.95),
    mean,
    series: linkSeries(link, now),
  }
}

/** By machine and type, as people sort: an order that does not change while one looks. */
export function sortedLinks(links: readonly Link[], locale: string): Link[] {
  const { compare } = new Intl.Collator(locale, { numeric: true })
  return links.toSorted((a, b) => compare(a.machine, b.machine) || compare(a.type, b.type))
}
