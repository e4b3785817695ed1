import type { EventQuery, EventPage } from '../../../core/event-query.ts'
import type { Entry } from '../../../core/entry.ts'
import type {
  JournalBatch,
  JournalFault,
  OpenedJournal,
  PastState,
  Pruned,
  PruneLimits,
} from '../../../core/journal-store.ts'

/** What the two threads of the journal can be asked; arguments and answers cross by structured clone. */
export interface WriterCalls {
  open(epoch: string): OpenedJournal & { readonly damaged: string | null }
  append(batch: JournalBatch): void
  prune(limits: PruneLimits): Pruned
  close(): void
}
export interface ReaderCalls {
  page(after: number, limit: number): Entry[]
  query(query: EventQuery): EventPage
  stateAt(time: number): PastState | null
  close(): void
}

/** What a thread is started with. */
export interface ThreadStart {
  readonly role: 'writer' | 'reader' | 'trends'
  readonly dataDir: string
}

export interface Call {
  readonly id: number
  readonly name: string
  readonly args: readonly unknown[]
}

export type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | {
      readonly id: number
      readonly ok: false
      readonly fault: JournalFault
      readonly message: string
      /** The cause in SQLite's or the system's words, for the log. */
      readonly cause: string
    }
