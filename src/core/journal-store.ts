import type { Entry } from './entry.ts'
import type { EventQuery, EventPage } from './event-query.ts'

/** A run of offsets under one name. It ends where the next one begins. */
export interface Epoch {
  readonly epoch: string
  /** Offset of the first event that this epoch may hold. */
  readonly first: number
}

/** The folded state right after the event at `offset`. */
export interface StoredState {
  readonly offset: number
  readonly time: number
  /** JSON text of a FoldedSnapshot. */
  readonly folded: string
}

/** What a store holds when it is opened. */
export interface OpenedJournal {
  /** Offset of the oldest event held; `last + 1` where there is none. */
  readonly first: number
  /** Offset of the newest event held; 0 where there never was one. */
  readonly last: number
  /**
   * All earlier epochs whose positions can be continued, oldest first. None where events were lost and no state has been
   * stored since: then nobody knows any more what a viewer that saw them has seen.
   */
  readonly epochs: readonly Epoch[]
  /** End of the last gap (see {@link JournalBatch}); 0 where there is none. Nothing before it can be continued. */
  readonly gapEnd: number
  /** The latest stored state, if any. */
  readonly state: StoredState | null
  /** Every event after that state, and in any case the latest ones, oldest first; no hole after the last gap's end. */
  readonly tail: readonly Entry[]
  /** Positions that named consumers acknowledged. */
  readonly consumers: ReadonlyMap<string, number>
}

/** What is made durable together. */
export interface JournalBatch {
  /** Oldest first, offsets contiguous. */
  readonly entries: readonly Entry[]
  /** The state after the last entry, where one is due. */
  readonly state: StoredState | null
  /** Offset of the last event that could not be kept, where some before this batch were lost; else 0. */
  readonly gapEnd: number
  /** Positions acknowledged since the last batch. */
  readonly consumers: ReadonlyMap<string, number>
}

export interface PruneLimits {
  /** Events older than this go, epoch milliseconds. */
  readonly before: number
  /** The journal may be this large, bytes. */
  readonly bytes: number
}

export interface Pruned {
  readonly first: number
  readonly bytes: number
  /** True where there is more to delete: call again. */
  readonly more: boolean
}

/** Why the journal cannot be written. */
export const JOURNAL_FAULTS = [
  'disk_full',
  'read_only',
  'corrupt',
  'newer_version',
  'no_backup',
  'in_use',
  'io',
  'defect',
] as const
export type JournalFault = (typeof JOURNAL_FAULTS)[number]

/** Each fault as a sentence that is safe to show. */
export const FAULT_SENTENCES: Readonly<Record<JournalFault, string>> = {
  disk_full: 'The disk is full.',
  read_only: 'The data folder cannot be written.',
  corrupt: 'The journal file is damaged.',
  newer_version: 'The journal was written by a newer version of Andon.',
  no_backup: 'The journal could not be copied before this version of Andon changes it.',
  in_use: 'Another process holds the journal.',
  io: 'The disk reports an error.',
  defect: 'Andon has made a mistake.',
}

export class JournalError extends Error {
  override readonly name = 'JournalError'

  constructor(
    readonly fault: JournalFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** Whatever a store rejects with that is no {@link JournalError} is a defect; its own words are for the log. */
export function asJournalError(error: unknown): JournalError {
  return error instanceof JournalError ? error : new JournalError('defect', String(error))
}

/** Where events are kept for good. Everything rejects with a {@link JournalError}. One call is answered after another. */
export interface JournalStore {
  /** Opens the store and begins a new epoch right after its last event, durably. */
  open(epoch: string): Promise<OpenedJournal>
  /** Everything in the batch is durable when this resolves, or nothing of it when it rejects. */
  append(batch: JournalBatch): Promise<void>
  /** Deletes a little of what is too old or too much; never what comes after the latest stored state. */
  prune(limits: PruneLimits): Promise<Pruned>
  /** At most `limit` events after `after`, fewer where they are large, oldest first. */
  page(after: number, limit: number): Promise<Entry[]>
  query(query: EventQuery): Promise<EventPage>
  /** The state at a past moment as JSON text, see {@link PastState}; null where the journal does not reach back to it. */
  stateAt(time: number): Promise<PastState | null>
  /** Idempotent. */
  close(): Promise<void>
}

/** The folded state as it was at a past moment. */
export interface PastState {
  /** Offset and time of the last event before that moment; time is the moment itself where there was none. */
  readonly offset: number
  readonly time: number
  /** JSON text of a StateSnapshot. */
  readonly state: string
}
