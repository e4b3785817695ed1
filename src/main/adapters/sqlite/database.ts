import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite'
import { faultError, journalError } from './fault.ts'
import { backUp } from './journal-backup.ts'
import { migrate, SCHEMA_VERSION, versionOf } from './migrations.ts'

export const JOURNAL_FILE = 'journal.db'

/** How long one connection waits for another, milliseconds. */
const BUSY_MS = 5_000

/** Opens the journal for writing; makes folder and file where there are none. Throws a JournalError. */
export function openForWriting(dataDir: string): DatabaseSyncInstance {
  let database: DatabaseSyncInstance | undefined
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o750 })
    if (isNewer(join(dataDir, JOURNAL_FILE))) throw faultError('newer_version')
    database = new DatabaseSync(join(dataDir, JOURNAL_FILE))
    // FULL: what is reported durable has survived a power cut, not only a crash of ours. No foreign keys: a name is never
    // deleted, and looking two of them up costs every event.
    database.exec(`
      PRAGMA busy_timeout = ${BUSY_MS};
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA journal_size_limit = 16777216;
      PRAGMA cache_size = -8192;
      PRAGMA foreign_keys = OFF;
    `)
    const version = versionOf(database)
    // An empty file has nothing to lose.
    if (version > 0 && version < SCHEMA_VERSION) backUp(database, dataDir, version)
    if (!migrate(database)) throw faultError('newer_version')
    return database
  } catch (error) {
    database?.close()
    throw journalError(error)
  }
}

/**
 * True where a newer Andon wrote the file. Only reads, so that such a file stays as it is, byte for byte. What is wrong
 * with any other file shows when it is opened for writing.
 */
function isNewer(file: string): boolean {
  if (!existsSync(file)) return false
  let database: DatabaseSyncInstance | undefined
  try {
    database = new DatabaseSync(file, { readOnly: true })
    return versionOf(database) > SCHEMA_VERSION
  } catch {
    return false
  } finally {
    database?.close()
  }
}

/** Opens the journal for reading beside the writer. Throws a JournalError. */
export function openForReading(dataDir: string): DatabaseSyncInstance {
  try {
    const database = new DatabaseSync(join(dataDir, JOURNAL_FILE), { readOnly: true })
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA cache_size = -8192;`)
    return database
  } catch (error) {
    throw journalError(error)
  }
}

/** Sets a damaged journal aside under a name that says when; it is never overwritten. Returns the new name. */
export function setAside(dataDir: string, now: Date): string {
  const stamp = now.toISOString().replaceAll(/[:.]/g, '-')
  let name = `journal-damaged-${stamp}.db`
  for (let i = 2; existsSync(join(dataDir, name)); i += 1) name = `journal-damaged-${stamp}-${i}.db`
  for (const suffix of ['-wal', '-shm', '']) {
    const from = join(dataDir, JOURNAL_FILE + suffix)
    if (existsSync(from)) renameSync(from, join(dataDir, name + suffix))
  }
  return name
}
