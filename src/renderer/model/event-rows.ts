import type { EventFeed } from './event-feed.ts'
import type { HistoryFault } from './history-error.ts'

/** A feed as lists show it; a new object whenever something has changed, around rows that are changed in place. */
export interface FeedView {
  readonly version: number
  readonly rows: EventFeed['rows']
  readonly gone: number
  readonly generation: number
  readonly held: number
  readonly paused: boolean
  readonly beginning: boolean
  /** There is more behind the last row. */
  readonly more: boolean
  readonly feed: EventFeed
}

export function viewOf(feed: EventFeed, version: number): FeedView {
  const { rows, gone, generation, held, paused, beginning, to } = feed
  return { version, rows, gone, generation, held, paused, beginning, more: to !== null, feed }
}

/** What a list of events needs of the store behind it. */
export interface EventRows {
  readonly view: FeedView
  readonly filtered: boolean
  /** What is looked for in the journal just now. */
  readonly searching: 'older' | 'newer' | null
  readonly searchedTo: number | null
  /** The person has had enough: nothing more is looked for until they ask. */
  readonly stopped: boolean
  readonly fault: HistoryFault | null
  readonly journalFirst: number | null
  older(): Promise<void>
  newer(): Promise<void>
  stop(): void
}
