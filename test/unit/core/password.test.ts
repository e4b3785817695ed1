import { expect, test } from 'vitest'
import { passwordObjection, Passwords, PasswordsBusy } from '../../../src/core/password.ts'

const CHEAP = { N: 16, r: 8, p: 1 } as const

test('a password is recognised, another one and an unknown name are not', async () => {
  const passwords = new Passwords(CHEAP)
  const kept = await passwords.hash('correct horse')
  expect(kept).toMatchObject(CHEAP)
  expect(JSON.stringify(kept)).not.toContain('horse')
  expect(await passwords.verify('correct horse', kept)).toBe(true)
  expect(await passwords.verify('correct horsf', kept)).toBe(false)
  expect(await passwords.verify('correct horse', null)).toBe(false)
  expect((await passwords.hash('correct horse')).hash).not.toBe(kept.hash)
})

test('the same letters count, however they are typed', async () => {
  const passwords = new Passwords(CHEAP)
  const kept = await passwords.hash('Schlüsselübergabe')
  expect(await passwords.verify('Schlüsselübergabe'.normalize('NFD'), kept)).toBe(true)
})

test('what was hashed with less than today is checked as it was, and known to be weak', async () => {
  const kept = await new Passwords(CHEAP).hash('correct horse')
  const today = new Passwords({ N: 32, r: 8, p: 1 })
  expect(await today.verify('correct horse', kept)).toBe(true)
  expect(today.isWeak(kept)).toBe(true)
  expect(today.isWeak(await today.hash('correct horse'))).toBe(false)
})

test('a flood of passwords is turned away instead of piling up', async () => {
  const passwords = new Passwords(CHEAP)
  const all = await Promise.allSettled(Array.from({ length: 100 }, () => passwords.hash('correct horse')))
  const refused = all.filter((each) => each.status === 'rejected')
  expect(refused.length).toBeGreaterThan(50)
  for (const { reason } of refused) expect(reason).toBeInstanceOf(PasswordsBusy)
  await expect(passwords.hash('correct horse')).resolves.toMatchObject(CHEAP)
})

test.each([
  ['123456789', /at least 10/],
  ['x'.repeat(257), /at most 256/],
  ['aaaaaaaaaaaa', /over and over/],
  ['anna.berg123', /the name/],
])('%s is refused', (password, reason) => {
  expect(passwordObjection(password, 'anna.berg')).toMatch(reason)
})

test('a long one is taken, whatever is in it', () => {
  expect(passwordObjection('anna.berg likes long walks', 'anna.berg')).toBeNull()
  expect(passwordObjection('密码密碼パスワード十分長い', 'anna')).toBeNull()
})
