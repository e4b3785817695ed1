import { containsText } from '../shared/contains-text.ts'
import { type Filter, matches } from '../shared/channel.ts'
import type { Family } from '../shared/family.ts'
import { type LogFilter, logMatches } from '../shared/log-filter.ts'
import type { LogLevel } from '../shared/machine.ts'
import type { Entry } from './entry.ts'

/** Which events. What is missing does not filter. */
export interface EventQuery {
  readonly machine?: string | undefined
  readonly type?: string | undefined
  readonly family?: Family | undefined
  readonly level?: LogLevel | undefined
  /** Found anywhere in the event's body, upper and lower case alike. */
  readonly text?: string | undefined
  /** Only log lines, and of them those that it lets through. */
  readonly log?: LogFilter | undefined
  /** What may be seen at all; null: everything. */
  readonly scope?: Filter | null | undefined
  /** Epoch milliseconds, both inclusive. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** `desc`: newest first, events before the cursor. `asc`: oldest first, events after it. */
  readonly order: 'asc' | 'desc'
  /** An offset. Missing: from the end that the order begins with. */
  readonly cursor?: number | undefined
  readonly limit: number
}

export interface EventPage {
  /** Events' texts in the order asked for. */
  readonly texts: readonly string[]
  /** Where to go on; null at the end. A page may be short, even empty, and still have more behind it: the search is
   * bounded, so that a rare text in a long journal does not hold up everybody else's queries. */
  readonly next: number | null
}

/** True where an entry passes everything but time and cursor. */
export function entryMatches(query: EventQuery, entry: Omit<Entry, 'offset' | 'time'>): boolean {
  if (query.machine !== undefined && entry.machine !== query.machine) return false
  if (query.type !== undefined && entry.type !== query.type) return false
  if (query.family !== undefined && entry.family !== query.family) return false
  if (query.level !== undefined && entry.level !== query.level) return false
  if (query.scope && !matches(query.scope, entry)) return false
  if (query.log && !(entry.log && logMatches(query.log, entry.log, entry.text))) return false
  return query.text === undefined || containsText(entry.text, query.text.toLowerCase())
}
