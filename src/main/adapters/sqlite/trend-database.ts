import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite'
import { JournalError } from '../../../core/journal-store.ts'
import { TREND_FAULT_SENTENCES } from '../../../core/trend-store.ts'
import { faultError, journalError } from './fault.ts'

/** Apart from the journal: samples have an age of their own, and their writing must not hold up events. */
export const TRENDS_FILE = 'trends.db'

const BUSY_MS = 5_000

/** Numbered steps, as those of the journal: one that has been released is never changed. */
const MIGRATIONS: readonly string[] = [
  // 1: `tail` holds what came in since the last chunks were made, one row for each commit; `chunks` hold the rest, by
  // tag and time: the samples (level 0) and their runs, see LEVELS.
  `
  CREATE TABLE position (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch TEXT,
    offset INTEGER NOT NULL,
    time INTEGER NOT NULL,
    chunk INTEGER NOT NULL
  );
  INSERT INTO position VALUES (1, NULL, 0, 0, 0);
  CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    machine TEXT NOT NULL,
    device TEXT NOT NULL,
    tag TEXT NOT NULL,
    boolean INTEGER NOT NULL,
    interval REAL,
    UNIQUE (machine, device, tag)
  );
  CREATE TABLE types (
    machine TEXT NOT NULL,
    device TEXT NOT NULL,
    type TEXT NOT NULL,
    PRIMARY KEY (machine, device)
  ) WITHOUT ROWID;
  CREATE TABLE tail (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE chunks (
    level INTEGER NOT NULL,
    tag INTEGER NOT NULL,
    start INTEGER NOT NULL,
    number INTEGER NOT NULL,
    end INTEGER NOT NULL,
    count INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (level, tag, start, number)
  ) WITHOUT ROWID;
  `,
]

/** Opens the file; makes folder and file where there are none. Throws a JournalError. */
export function openTrends(dataDir: string): DatabaseSyncInstance {
  let database: DatabaseSyncInstance | undefined
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o750 })
    database = new DatabaseSync(join(dataDir, TRENDS_FILE))
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    // Before anything is written: a newer file stays as it is.
    const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
    if (version > MIGRATIONS.length) throw faultError('newer_version')
    // NORMAL: a power cut may take the last commits, but never a part of one; they are read again from the journal.
    // Large pages: the runs of a chunk then stand in one, so that a week of them is read in few steps.
    database.exec(`
      PRAGMA page_size = 16384;
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA journal_size_limit = 16777216;
      PRAGMA cache_size = -16384;
    `)
    migrate(database, version)
    return database
  } catch (error) {
    database?.close()
    throw trendError(error)
  }
}

function migrate(database: DatabaseSyncInstance, from: number): void {
  for (let version = from; version < MIGRATIONS.length; version += 1) {
    inTransaction(database, () => {
      database.exec(MIGRATIONS[version] ?? '')
      database.exec(`PRAGMA user_version = ${version + 1}`)
    })
  }
}

/** All of it or nothing. */
export function inTransaction(database: DatabaseSyncInstance, run: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    run()
    database.exec('COMMIT')
  } catch (error) {
    // SQLite has rolled back by itself after a full disk or an I/O error; a second time would be an error.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** What went wrong with the trends; not in the journal's words. */
export function trendError(error: unknown): JournalError {
  // Bytes that cannot be unpacked are damage that SQLite does not see.
  const { fault } = error instanceof RangeError ? faultError('corrupt') : journalError(error)
  return new JournalError(fault, TREND_FAULT_SENTENCES[fault])
}

/** Sets a damaged file aside under a name that says when. Returns the new name. */
export function setTrendsAside(dataDir: string, now: Date): string {
  const stamp = now.toISOString().replaceAll(/[:.]/g, '-')
  let name = `trends-damaged-${stamp}.db`
  for (let i = 2; existsSync(join(dataDir, name)); i += 1) name = `trends-damaged-${stamp}-${i}.db`
  for (const suffix of ['-wal', '-shm', '']) {
    const from = join(dataDir, TRENDS_FILE + suffix)
    if (existsSync(from)) renameSync(from, join(dataDir, name + suffix))
  }
  return name
}
