import { FAULT_SENTENCES, JournalError, type JournalFault } from '../../../core/journal-store.ts'

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const FAULTS: ReadonlyMap<number, JournalFault> = new Map<number, JournalFault>([
  [3, 'read_only'], // SQLITE_PERM
  [5, 'in_use'], // SQLITE_BUSY
  [8, 'read_only'], // SQLITE_READONLY
  [11, 'corrupt'], // SQLITE_CORRUPT
  [13, 'disk_full'], // SQLITE_FULL
  [14, 'read_only'], // SQLITE_CANTOPEN
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
])

/** What went wrong in a store, as one of the journal's faults. The cause's own words stay in the log, not in here. */
export function journalError(error: unknown): JournalError {
  if (error instanceof JournalError) return error
  const fault = faultOf(error)
  return new JournalError(fault, FAULT_SENTENCES[fault])
}

export function faultError(fault: JournalFault): JournalError {
  return new JournalError(fault, FAULT_SENTENCES[fault])
}

function faultOf(error: unknown): JournalFault {
  const { sqliteCode, errcode, code } = error as { sqliteCode?: number; errcode?: number; code?: string }
  const primary = (sqliteCode ?? errcode ?? 0) & 0xff
  return FAULTS.get(primary) ?? SYSTEM_FAULTS.get(code ?? '') ?? 'io'
}
