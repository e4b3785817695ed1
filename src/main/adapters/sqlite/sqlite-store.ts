import type { Entry } from '../../../core/entry.ts'
import type { EventPage, EventQuery } from '../../../core/event-query.ts'
import {
  JournalError,
  type JournalBatch,
  type JournalStore,
  type OpenedJournal,
  type PastState,
  type Pruned,
  type PruneLimits,
} from '../../../core/journal-store.ts'
import type { Log } from '../../../core/log.ts'
import { Caller } from './caller.ts'

export interface SqliteStoreOptions {
  readonly dataDir: string
  /** The built thread (out/main/journal.js). */
  readonly threadFile: string
  readonly log: Log
}

/** The journal in SQLite: one thread writes, one reads, and the caller never waits for a disk. */
export class SqliteStore implements JournalStore {
  readonly #options: SqliteStoreOptions
  #writer: Caller | undefined
  #reader: Caller | undefined
  #closed = false

  constructor(options: SqliteStoreOptions) {
    this.#options = options
  }

  async open(epoch: string): Promise<OpenedJournal> {
    const { damaged, ...opened } = await this.#write<OpenedJournal & { damaged: string | null }>('open', epoch)
    if (damaged !== null) {
      this.#options.log.error({ file: damaged }, 'the journal was damaged; it is set aside and a new one begun')
    }
    return opened
  }

  append(batch: JournalBatch): Promise<void> {
    return this.#write('append', batch)
  }

  prune(limits: PruneLimits): Promise<Pruned> {
    return this.#write('prune', limits)
  }

  page(after: number, limit: number): Promise<Entry[]> {
    return this.#read('page', after, limit)
  }

  query(query: EventQuery): Promise<EventPage> {
    return this.#read('query', query)
  }

  stateAt(time: number): Promise<PastState | null> {
    return this.#read('stateAt', time)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    // The reader first: the last one to leave folds the write-ahead log into the file.
    for (const caller of [this.#reader, this.#writer]) {
      if (!caller || caller.ended) continue
      await caller.call('close')
      await caller.terminate()
    }
  }

  #write<T>(name: string, ...args: readonly unknown[]): Promise<T> {
    this.#writer = this.#running(this.#writer, 'writer')
    const answer = this.#writer?.call<T>(name, ...args) ?? closed()
    return answer.catch(async (error: unknown) => {
      if (error instanceof JournalError && error.fault === 'corrupt') {
        // The file has been set aside; whoever reads must let go of it too.
        const reader = this.#reader
        this.#reader = undefined
        await reader?.terminate()
      }
      throw error
    })
  }

  #read<T>(name: string, ...args: readonly unknown[]): Promise<T> {
    this.#reader = this.#running(this.#reader, 'reader')
    return this.#reader?.call<T>(name, ...args) ?? closed()
  }

  /** A thread that died is started anew. */
  #running(caller: Caller | undefined, role: 'writer' | 'reader'): Caller | undefined {
    if (this.#closed) return undefined
    if (caller && !caller.ended) return caller
    const { threadFile, dataDir, log } = this.#options
    return new Caller(threadFile, { role, dataDir }, log)
  }
}

function closed(): Promise<never> {
  return Promise.reject(new JournalError('io', 'The journal is closed.'))
}
