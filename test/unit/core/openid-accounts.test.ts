import { DatabaseSync } from '@photostructure/sqlite'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { JournalError } from '../../../src/core/journal-store.ts'
import { OpenIdAccounts } from '../../../src/core/openid-accounts.ts'
import { ACCOUNTS_FILE, openAccounts } from '../../../src/main/adapters/sqlite/account-database.ts'
import { SqliteAccountStore } from '../../../src/main/adapters/sqlite/account-store.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { tempDir } from '../../support/temp-dir.ts'

const SUBJECT = { issuer: 'https://login.example', subject: 's-1' }
const NAMES = { name: 'anna', displayName: 'Anna' }
const GRANT = { role: 'operator', scope: null } as const

function open(dir: string): SqliteAccountStore {
  const store = new SqliteAccountStore(openAccounts(dir))
  onTestFinished(() => store.close())
  return store
}

test('an account is bound to issuer and subject together, outlives a restart, and goes with its deletion', () => {
  const dir = tempDir()
  const first = open(dir)
  const added = new OpenIdAccounts(first, new FakeClock()).add(SUBJECT, NAMES, GRANT)
  first.close()
  const store = open(dir)
  const accounts = new OpenIdAccounts(store, new FakeClock())
  expect(accounts.find(SUBJECT)).toEqual(added)
  expect(added.password).toBeNull()
  expect(accounts.find({ ...SUBJECT, issuer: 'https://other.example' })).toBeUndefined()
  expect(accounts.find({ ...SUBJECT, subject: 'S-1' })).toBeUndefined()
  expect(() => accounts.add(SUBJECT, NAMES, GRANT)).toThrow(JournalError)
  expect(store.size).toBe(1)
  store.deleteAccount(added.id)
  expect(accounts.find(SUBJECT)).toBeUndefined()
  expect(accounts.add(SUBJECT, NAMES, GRANT).id).not.toBe(added.id)
})

test('a file from before there was OpenID Connect is taken over', () => {
  const dir = tempDir()
  open(dir).close()
  const database = new DatabaseSync(join(dir, ACCOUNTS_FILE))
  database.exec('DROP TABLE openid_subjects; ALTER TABLE accounts DROP COLUMN pin; PRAGMA user_version = 1')
  database.close()
  const accounts = new OpenIdAccounts(open(dir), new FakeClock())
  expect(accounts.add(SUBJECT, NAMES, GRANT).name).toBe('anna')
  expect(accounts.find(SUBJECT)?.name).toBe('anna')
})
