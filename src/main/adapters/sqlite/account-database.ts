import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite'
import { EMPTY_HEAD } from '../../../core/audit-chain.ts'
import { faultError, journalError } from './fault.ts'
import { inTransaction } from './trend-database.ts'

/** Apart from the journal, which has an age: people and what they did are kept. */
export const ACCOUNTS_FILE = 'accounts.db'

const BUSY_MS = 2_000

/** Numbered steps, as those of the journal: one that has been released is never changed. */
const MIGRATIONS: readonly string[] = [
  // 1: ids are never given twice (AUTOINCREMENT). Roles and scopes are checked where they come in.
  `
  CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    role TEXT NOT NULL,
    scope TEXT,
    n INTEGER NOT NULL,
    r INTEGER NOT NULL,
    p INTEGER NOT NULL,
    salt TEXT NOT NULL,
    hash TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    locked_until INTEGER,
    created INTEGER NOT NULL
  );
  CREATE TABLE sign_ins (
    id TEXT PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    previous TEXT,
    rotated_at INTEGER NOT NULL,
    seen_at INTEGER,
    created INTEGER NOT NULL,
    last_used INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    role TEXT NOT NULL,
    scope TEXT,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    last_used INTEGER,
    revoked INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    who TEXT NOT NULL,
    "from" TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    old TEXT,
    new TEXT,
    result TEXT NOT NULL,
    hash TEXT NOT NULL
  );
  CREATE TABLE audit_head (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL, hash TEXT NOT NULL);
  INSERT INTO audit_head VALUES (1, ${EMPTY_HEAD.count}, '${EMPTY_HEAD.hash}');
  CREATE TRIGGER audit_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  CREATE TRIGGER audit_not_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  `,
  // 2: whom a provider of OpenID Connect vouches for. Such an account has empty texts in place of a password's hash.
  `
  CREATE TABLE openid_subjects (
    account INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    UNIQUE (issuer, subject)
  );
  `,
  // 3: a PIN, as JSON: its hash, and its own count of wrong ones.
  'ALTER TABLE accounts ADD COLUMN pin TEXT;',
]

export interface OpenedAccounts {
  readonly database: DatabaseSyncInstance
  /** False where it is in memory. */
  readonly lasting: boolean
}

/**
 * Opens the file; makes folder and file where there are none. Where it cannot be made it is in memory, and nobody can be
 * given an account. Throws a JournalError where there is a file that cannot be opened: to go on without it would open
 * the panel to everybody.
 */
export function openAccounts(dataDir: string): OpenedAccounts {
  const file = join(dataDir, ACCOUNTS_FILE)
  try {
    return { database: opened(file, dataDir), lasting: true }
  } catch (error) {
    if (existsSync(file) && !isEmptyNew(file)) throw journalError(error)
    const database = new DatabaseSync(':memory:')
    prepare(database)
    return { database, lasting: false }
  }
}

/** True where there are accounts in a data folder. */
export function hasAccounts(dataDir: string): boolean {
  if (!existsSync(join(dataDir, ACCOUNTS_FILE))) return false
  let database: DatabaseSyncInstance | undefined
  try {
    database = new DatabaseSync(join(dataDir, ACCOUNTS_FILE), { readOnly: true })
    return database.prepare('SELECT 1 FROM accounts LIMIT 1').get() !== undefined
  } catch {
    // What is wrong with it shows when it is opened for writing.
    return false
  } finally {
    database?.close()
  }
}

/** Reads only, beside whoever writes. Throws a JournalError. */
export function openAccountsForReading(dataDir: string): DatabaseSyncInstance {
  try {
    const database = new DatabaseSync(join(dataDir, ACCOUNTS_FILE), { readOnly: true })
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    return database
  } catch (error) {
    throw journalError(error)
  }
}

function opened(file: string, dataDir: string): DatabaseSyncInstance {
  mkdirSync(dataDir, { recursive: true, mode: 0o750 })
  let database: DatabaseSyncInstance | undefined
  try {
    database = new DatabaseSync(file)
    // Hashes of passwords: for nobody but whoever runs the panel, whatever the folder allows.
    if (process.platform !== 'win32') chmodSync(file, 0o600)
    prepare(database)
    return database
  } catch (error) {
    database?.close()
    throw error
  }
}

function prepare(database: DatabaseSyncInstance): void {
  database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
  if (version > MIGRATIONS.length) throw faultError('newer_version')
  // NORMAL: a commit is a write to memory, no wait for the disk in the thread that takes datagrams. A power cut may take
  // the last moments' rows of the audit, never a part of one. What must outlive it is written with FULL, see `lastingly`.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;')
  for (let next = version; next < MIGRATIONS.length; next += 1) {
    inTransaction(database, () => {
      database.exec(MIGRATIONS[next] ?? '')
      database.exec(`PRAGMA user_version = ${next + 1}`)
    })
  }
}

/** A file that was made just now, on a disk that holds no more. */
function isEmptyNew(file: string): boolean {
  let database: DatabaseSyncInstance | undefined
  try {
    database = new DatabaseSync(file, { readOnly: true })
    const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
    return version === 0
  } catch {
    return false
  } finally {
    database?.close()
  }
}

/** Runs a change that must outlive a power cut: of who may get in. */
export function lastingly(database: DatabaseSyncInstance, run: () => void): void {
  database.exec('PRAGMA synchronous = FULL')
  try {
    inTransaction(database, run)
  } finally {
    database.exec('PRAGMA synchronous = NORMAL')
  }
}
