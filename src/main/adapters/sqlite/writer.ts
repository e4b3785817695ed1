import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite'
import type { Entry } from '../../../core/entry.ts'
import type {
  Epoch,
  JournalBatch,
  OpenedJournal,
  Pruned,
  PruneLimits,
  StoredState,
} from '../../../core/journal-store.ts'
import { RECENT_LIMIT } from '../../../shared/fold/recent.ts'
import { openForWriting, setAside } from './database.ts'
import { journalError } from './fault.ts'
import { Names } from './names.ts'
import { entryOf, type EventRow } from './rows.ts'

/** Rows deleted, and pages given back, in one step of pruning: a few milliseconds' work. */
const PRUNE_ROWS = 2_000
const PRUNE_PAGES = 1_000

/** Rows in one statement: the way from JavaScript into SQLite costs a third of what a row costs. */
const INSERT_ROWS = 32

/** Most consumers whose positions are kept; those that have been silent longest are forgotten. */
const MAX_CONSUMERS = 1_000

/** Most epochs that are remembered: a viewer that was away for longer gets a snapshot. */
const MAX_EPOCHS = 1_000

/** The writing side of the journal. Runs in a thread of its own: every call here blocks on the disk. */
export class JournalWriter {
  readonly #database: DatabaseSyncInstance
  readonly #names: Names
  readonly #insert: StatementSyncInstance
  readonly #insertMany: StatementSyncInstance

  /** Name under which a damaged file was set aside; null where it was sound. */
  readonly damaged: string | null

  constructor(dataDir: string) {
    let damaged: string | null = null
    let database: DatabaseSyncInstance
    try {
      database = openChecked(dataDir)
    } catch (error) {
      if (journalError(error).fault !== 'corrupt') throw journalError(error)
      damaged = setAside(dataDir, new Date())
      database = openForWriting(dataDir)
    }
    this.damaged = damaged
    this.#database = database
    this.#names = new Names(database)
    // A commit whose answer was lost is tried again; its events are there already.
    this.#insert = database.prepare(insertSql(1))
    this.#insertMany = database.prepare(insertSql(INSERT_ROWS))
  }

  open(epoch: string): OpenedJournal {
    return this.#guard(() => {
      const last = this.#value('SELECT offset AS value FROM head')
      const first = this.#first(last)
      const state = this.#latestState()
      const gapEnd = this.#value('SELECT max(until) AS value FROM gaps')
      if (gapEnd > (state?.offset ?? 0)) this.#database.exec('DELETE FROM epochs')
      const rows = this.#database.prepare('SELECT * FROM events WHERE offset > ? ORDER BY offset')
      const opened = {
        first,
        last,
        epochs: this.#database
          .prepare('SELECT epoch, first FROM epochs ORDER BY first, rowid')
          .all() as unknown as Epoch[],
        gapEnd,
        state,
        tail: (rows.all(Math.min(state?.offset ?? 0, last - RECENT_LIMIT)) as unknown as EventRow[]).map((row) =>
          entryOf(row, this.#names),
        ),
        consumers: this.#consumers(),
      }
      this.#transaction(() => {
        this.#database.prepare('INSERT INTO epochs VALUES (?, ?)').run(epoch, last + 1)
        this.#database
          .prepare(
            'DELETE FROM epochs WHERE rowid NOT IN (SELECT rowid FROM epochs ORDER BY first DESC, rowid DESC LIMIT ?)',
          )
          .run(MAX_EPOCHS)
      })
      return opened
    })
  }

  append(batch: JournalBatch): void {
    this.#guard(() =>
      this.#transaction(() => {
        this.#insertAll(batch.entries)
        const last = batch.entries.at(-1)
        if (last) this.#database.prepare('UPDATE head SET offset = ?').run(last.offset)
        if (batch.state) this.#saveState(batch.state)
        if (batch.gapEnd > 0) this.#database.prepare('INSERT OR IGNORE INTO gaps VALUES (?)').run(batch.gapEnd)
        this.#saveConsumers(batch.consumers)
      }),
    )
  }

  prune({ before, bytes }: PruneLimits): Pruned {
    return this.#guard(() => {
      const last = this.#value('SELECT offset AS value FROM head')
      const first = this.#first(last)
      const size = this.#size()
      // What comes after the latest state is the state's other half.
      const deletable = this.#value('SELECT max(offset) AS value FROM states')
      let more = false
      if (first <= deletable && (size > bytes || this.#timeOf(first) < before)) {
        this.#transaction(() => this.#deleteSome(first, last, deletable, size > bytes ? Infinity : before))
        more = true
      } else if (this.#freePages() > PRUNE_PAGES) {
        // Only once the deleting is done: what is deleted is first used again by what comes in.
        this.#database.exec(`PRAGMA incremental_vacuum(${PRUNE_PAGES})`)
        more = true
        // The file itself shrinks when the write-ahead log is folded into it; nobody may write for a long time.
        if (this.#freePages() <= PRUNE_PAGES) this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)')
      }
      return { first: this.#first(last), bytes: this.#size(), more }
    })
  }

  close(): void {
    this.#database.close()
  }

  #insertAll(entries: readonly Entry[]): void {
    const many = entries.length - (entries.length % INSERT_ROWS)
    let values: (number | string | null)[] = []
    for (const [i, { offset, time, machine, type, family, level, text }] of entries.entries()) {
      values.push(offset, time, this.#names.idOf(machine), this.#names.idOf(type), family, level, text)
      if (i < many && (i + 1) % INSERT_ROWS !== 0) continue
      const insert = i < many ? this.#insertMany : this.#insert
      insert.run(...values)
      values = []
    }
  }

  #deleteSome(first: number, last: number, deletable: number, before: number): void {
    const until = Math.min(first + PRUNE_ROWS, deletable + 1)
    this.#database.prepare('DELETE FROM events WHERE offset < ? AND time < ?').run(until, Math.min(before, 9e15))
    const kept = this.#first(last)
    // The latest state stays in any case: the next start needs it.
    this.#database
      .prepare('DELETE FROM states WHERE offset < ? AND offset < (SELECT max(offset) FROM states)')
      .run(kept - 1)
    this.#database.prepare('DELETE FROM gaps WHERE until < ? AND until < (SELECT max(until) FROM gaps)').run(kept - 1)
  }

  #latestState(): StoredState | null {
    const row = this.#database.prepare('SELECT * FROM states ORDER BY offset DESC LIMIT 1').get() as unknown as
      { offset: number; time: number; folded: Uint8Array } | undefined
    if (!row) return null
    return { offset: row.offset, time: row.time, folded: inflateRawSync(row.folded).toString('utf8') }
  }

  #saveState({ offset, time, folded }: StoredState): void {
    const packed = deflateRawSync(folded, { level: 1 })
    this.#database.prepare('INSERT OR REPLACE INTO states VALUES (?, ?, ?)').run(offset, time, packed)
  }

  #consumers(): Map<string, number> {
    const rows = this.#database.prepare('SELECT name, offset FROM consumers').all() as unknown as {
      name: string
      offset: number
    }[]
    return new Map(rows.map((row) => [row.name, row.offset]))
  }

  #saveConsumers(consumers: ReadonlyMap<string, number>): void {
    if (consumers.size === 0) return
    const save = this.#database.prepare('INSERT OR REPLACE INTO consumers VALUES (?, ?, ?)')
    for (const [name, offset] of consumers) save.run(name, offset, Date.now())
    this.#database
      .prepare(
        'DELETE FROM consumers WHERE name NOT IN (SELECT name FROM consumers ORDER BY acknowledged_at DESC LIMIT ?)',
      )
      .run(MAX_CONSUMERS)
  }

  #first(last: number): number {
    const row = this.#database.prepare('SELECT min(offset) AS value FROM events').get() as { value: number | null }
    return row.value ?? last + 1
  }

  #timeOf(offset: number): number {
    const row = this.#database.prepare('SELECT time FROM events WHERE offset = ?').get(offset) as
      { time: number } | undefined
    return row?.time ?? Infinity
  }

  /** Bytes in use: the file's pages without the free ones. */
  #size(): number {
    return this.#value(
      `SELECT (page_count - freelist_count) * page_size AS value
       FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
    )
  }

  #freePages(): number {
    return this.#value('SELECT freelist_count AS value FROM pragma_freelist_count')
  }

  #value(sql: string): number {
    const row = this.#database.prepare(sql).get() as { value: number | null } | undefined
    return row?.value ?? 0
  }

  #transaction(run: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      run()
      this.#database.exec('COMMIT')
    } catch (error) {
      this.#names.forget()
      // SQLite has rolled back by itself after a full disk or an I/O error; a second time would be an error.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  #guard<T>(run: () => T): T {
    try {
      return run()
    } catch (error) {
      throw journalError(error)
    }
  }
}

function insertSql(rows: number): string {
  const values = Array(rows).fill('(?, ?, ?, ?, ?, ?, ?)').join(', ')
  // Not OR IGNORE, which would also pass over what has the wrong shape.
  return `INSERT INTO events VALUES ${values} ON CONFLICT (offset) DO NOTHING`
}

/** Opens the file and reads what every start reads, so that damage in there shows now. */
function openChecked(dataDir: string): DatabaseSyncInstance {
  const database = openForWriting(dataDir)
  try {
    database.prepare('SELECT count(*) FROM (SELECT * FROM sqlite_schema)').get()
    database.prepare('SELECT * FROM head').get()
    // Apart from each other: asked together, SQLite would look for them in every row.
    database.prepare('SELECT (SELECT min(offset) FROM events), (SELECT max(offset) FROM events)').get()
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
