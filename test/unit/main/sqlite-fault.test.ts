import { expect, test } from 'vitest'
import { JournalError } from '../../../src/core/journal-store.ts'
import { faultError, journalError } from '../../../src/main/adapters/sqlite/fault.ts'

test.each([
  [{ sqliteCode: 13 }, 'disk_full'],
  [{ sqliteCode: 8 }, 'read_only'],
  [{ sqliteCode: 1032 }, 'read_only'], // SQLITE_READONLY_DBMOVED
  [{ sqliteCode: 14 }, 'read_only'],
  [{ sqliteCode: 11 }, 'corrupt'],
  [{ sqliteCode: 267 }, 'corrupt'], // SQLITE_CORRUPT_VTAB
  [{ sqliteCode: 26 }, 'corrupt'],
  [{ sqliteCode: 5 }, 'in_use'],
  [{ sqliteCode: 778 }, 'io'], // SQLITE_IOERR_WRITE
  [{ code: 'ENOSPC' }, 'disk_full'],
  [{ code: 'EDQUOT' }, 'disk_full'],
  [{ code: 'EROFS' }, 'read_only'],
  [{ code: 'ENOTDIR' }, 'read_only'],
  [{ code: 'ERR_SQLITE_ERROR', errcode: 13 }, 'disk_full'],
  [{ code: 'EIO', errno: -5 }, 'io'],
  [{ code: 'ERR_SQLITE_ERROR', errcode: 1299 }, 'defect'], // SQLITE_CONSTRAINT_NOTNULL
  [{ sqliteCode: 1 }, 'defect'],
  [{ sqliteCode: 25 }, 'defect'],
  [Object.assign(new TypeError('cannot be bound'), { code: 'ERR_INVALID_ARG_TYPE' }), 'defect'],
  [new Error('whatever'), 'defect'],
  [{ code: 'Z_DATA_ERROR', errno: -3 }, 'corrupt'],
])('%j is %s', (cause, fault) => {
  expect(journalError(cause).fault).toBe(fault)
})

test('what is shown is the fault’s sentence, never the cause’s own words', () => {
  const error = journalError(Object.assign(new Error('/home/secret/journal.db: disk I/O error'), { code: 'ENOSPC' }))
  expect(error.message).toBe('The disk is full.')
  // For the log.
  expect(String(error.cause)).toContain('disk I/O error')
})

test('a fault that is known already is passed on', () => {
  const error = faultError('newer_version')
  expect(error).toBeInstanceOf(JournalError)
  expect(journalError(error)).toBe(error)
})
