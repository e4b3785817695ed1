import type { TrendTag } from '../shared/trend-tag.ts'
import type { JournalFault } from './journal-store.ts'

/** Why trends cannot be recorded or read, as sentences that are safe to show. */
export const TREND_FAULT_SENTENCES: Readonly<Record<JournalFault, string>> = {
  disk_full: 'The disk is full.',
  read_only: 'The data folder cannot be written.',
  corrupt: 'The file of the trends is damaged.',
  newer_version: 'The trends were written by a newer version of Andon.',
  no_backup: 'The trends could not be copied.',
  in_use: 'Another process holds the trends.',
  io: 'The disk reports an error.',
  defect: 'Andon has made a mistake.',
}

/** Up to where the log has been taken into the trends. */
export interface TrendPosition {
  readonly epoch: string
  readonly offset: number
  /** Time of that event. */
  readonly time: number
}

export interface TrendBatch {
  /** JSON texts of events, oldest first; those that say nothing of values may be missing. */
  readonly texts: readonly string[]
  /** Everything up to here is in the trends once this batch is. */
  readonly position: TrendPosition
}

/** Which stretch of time of which tags. */
export interface TrendQuery {
  readonly tags: readonly TrendTag[]
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  /** Most buckets of each tag. */
  readonly points: number
}

/** Samples as they are. */
export interface TrendExport {
  readonly tags: readonly TrendTag[]
  readonly from: number
  readonly to: number
  /** Where the part before ended; null at the beginning. */
  readonly cursor: TrendCursor | null
}

/** A place in an export. */
export interface TrendCursor {
  /** Index of the tag. */
  readonly tag: number
  /** The last chunk of it that was given. */
  readonly start: number
  readonly number: number
}

export interface TrendPart {
  /** Lines of the file. */
  readonly text: string
  readonly next: TrendCursor | null
}

/** What trends are kept in: a file of its own, with its own age. Everything rejects with a JournalError. */
export interface TrendStore {
  /** Where to go on; null where nothing was ever taken in. */
  open(): Promise<TrendPosition | null>
  /** Durable against a crash when it resolves, or nothing of it when it rejects. */
  append(batch: TrendBatch): Promise<void>
  /** JSON text of a TrendAnswer, see trend-answer.ts. */
  query(query: TrendQuery): Promise<string>
  /** JSON text of the recorded tags. */
  tags(): Promise<string>
  /** The next lines of a file with the samples as they are. */
  export(part: TrendExport): Promise<TrendPart>
  /** Deletes a little of what is older; true where there is more of it. */
  prune(before: number): Promise<boolean>
  /** Idempotent. */
  close(): Promise<void>
}
