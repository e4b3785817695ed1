import { FAULT_SENTENCES, JournalError, type JournalFault } from '../../../core/journal-store.ts'

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const FAULTS: ReadonlyMap<number, JournalFault> = new Map<number, JournalFault>([
  [1, 'defect'], // SQLITE_ERROR: no such table, no such column
  [3, 'read_only'], // SQLITE_PERM
  [5, 'in_use'], // SQLITE_BUSY
  [8, 'read_only'], // SQLITE_READONLY
  [11, 'corrupt'], // SQLITE_CORRUPT
  [13, 'disk_full'], // SQLITE_FULL
  [14, 'read_only'], // SQLITE_CANTOPEN
  [19, 'defect'], // SQLITE_CONSTRAINT
  [20, 'defect'], // SQLITE_MISMATCH
  [21, 'defect'], // SQLITE_MISUSE
  [25, 'defect'], // SQLITE_RANGE
  [26, 'corrupt'], // SQLITE_NOTADB
])

const SYSTEM_FAULTS: ReadonlyMap<string, JournalFault> = new Map<string, JournalFault>([
  ['ENOSPC', 'disk_full'],
  ['EDQUOT', 'disk_full'],
  ['EROFS', 'read_only'],
  ['EACCES', 'read_only'],
  ['EPERM', 'read_only'],
  ['ENOTDIR', 'read_only'],
  ['EEXIST', 'read_only'],
  // What zlib says of bytes that cannot be unpacked: damage that SQLite does not see.
  ['Z_DATA_ERROR', 'corrupt'],
  ['Z_BUF_ERROR', 'corrupt'],
])

/** What went wrong in a store, as one of the journal's faults. The cause's own words are for the log. */
export function journalError(error: unknown): JournalError {
  if (error instanceof JournalError) return error
  const fault = faultOf(error)
  return new JournalError(fault, FAULT_SENTENCES[fault], { cause: error })
}

export function faultError(fault: JournalFault): JournalError {
  return new JournalError(fault, FAULT_SENTENCES[fault])
}

function faultOf(error: unknown): JournalFault {
  const { sqliteCode, errcode, code, errno } = error as {
    sqliteCode?: number
    errcode?: number
    code?: string
    errno?: number
  }
  const primary = (sqliteCode ?? errcode ?? 0) & 0xff
  const known = FAULTS.get(primary) ?? SYSTEM_FAULTS.get(code ?? '')
  // Neither SQLite nor the system says anything: a value of the wrong shape, a call at the wrong moment.
  return known ?? (primary === 0 && errno === undefined ? 'defect' : 'io')
}
