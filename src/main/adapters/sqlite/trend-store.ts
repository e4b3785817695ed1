import { JournalError } from '../../../core/journal-store.ts'
import type {
  TrendBatch,
  TrendExport,
  TrendPart,
  TrendPosition,
  TrendQuery,
  TrendStore,
} from '../../../core/trend-store.ts'
import { Caller } from './caller.ts'
import type { SqliteStoreOptions } from './sqlite-store.ts'

/** The trends in SQLite, in a thread of their own that both writes and reads: no datagram and no event waits for it. */
export class SqliteTrendStore implements TrendStore {
  readonly #options: SqliteStoreOptions
  #thread: Caller | undefined
  #closed = false

  constructor(options: SqliteStoreOptions) {
    this.#options = options
  }

  async open(): Promise<TrendPosition | null> {
    const { position, damaged } = await this.#call<{ position: TrendPosition | null; damaged: string | null }>('open')
    if (damaged !== null) {
      this.#options.log.error({ file: damaged }, 'the trends were damaged; they are set aside and new ones begun')
    }
    return position
  }

  append(batch: TrendBatch): Promise<void> {
    return this.#call('append', batch)
  }

  query(query: TrendQuery): Promise<string> {
    return this.#call('query', query)
  }

  tags(): Promise<string> {
    return this.#call('tags')
  }

  export(part: TrendExport): Promise<TrendPart> {
    return this.#call('export', part)
  }

  prune(before: number): Promise<boolean> {
    return this.#call('prune', before)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (!this.#thread || this.#thread.ended) return
    await this.#thread.call('close')
    await this.#thread.terminate()
  }

  /** A thread that died is started anew. */
  #call<T>(name: string, ...args: readonly unknown[]): Promise<T> {
    if (this.#closed) return Promise.reject(new JournalError('io', 'The trends are closed.'))
    if (!this.#thread || this.#thread.ended) {
      const { threadFile, dataDir, log } = this.#options
      this.#thread = new Caller(threadFile, { role: 'trends', dataDir }, log)
    }
    return this.#thread.call<T>(name, ...args)
  }
}
