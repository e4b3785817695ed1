import { describe, expect, onTestFinished, test } from 'vitest'
import { AccessTokens } from '../../../src/core/access-tokens.ts'
import { Accounts, AT_DISPLAY } from '../../../src/core/accounts.ts'
import { Audit } from '../../../src/core/audit.ts'
import { FirstCode } from '../../../src/core/first-code.ts'
import { lockedUntil } from '../../../src/core/lock-out.ts'
import { Passwords } from '../../../src/core/password.ts'
import { ABSOLUTE_MS, IDLE_MS, ROTATE_MS, SignIns } from '../../../src/core/sign-ins.ts'
import { verifyChain } from '../../../src/core/audit-chain.ts'
import { openAccounts } from '../../../src/main/adapters/sqlite/account-database.ts'
import { SqliteAccountStore } from '../../../src/main/adapters/sqlite/account-store.ts'
import { testAccess } from '../../support/access.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { MemoryLog } from '../../support/memory-log.ts'
import { tempDir } from '../../support/temp-dir.ts'

const PASSWORD = 'correct horse battery'
const HERE = { from: '192.0.2.1' }

async function stage(cost = { N: 16, r: 8, p: 1 }) {
  const clock = new FakeClock()
  const dir = tempDir()
  const store = new SqliteAccountStore(openAccounts(dir))
  onTestFinished(() => store.close())
  const accounts = new Accounts({ store, clock, passwords: new Passwords(cost) })
  const anna = await accounts.add({ name: 'Anna', password: PASSWORD, role: 'administrator' })
  return {
    clock,
    dir,
    store,
    accounts,
    anna,
    signIns: new SignIns(store, clock),
    tokens: new AccessTokens(store, clock),
  }
}

describe('lock-out', () => {
  test('five wrong passwords are a slip, then nobody gets in for a while that doubles, up to a quarter of an hour', () => {
    expect([1, 2, 3, 4].map((failed) => lockedUntil(failed, 0))).toEqual([null, null, null, null])
    expect([5, 6, 7, 8, 9, 10, 500].map((failed) => lockedUntil(failed, 0))).toEqual([
      30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000,
    ])
  })

  test('counts guesses that are made at once, and ends with the right password', async () => {
    const { accounts, clock } = await stage()
    const guesses = await Promise.all(
      Array.from({ length: 20 }, () => accounts.check('anna', 'not the password', HERE)),
    )
    expect(guesses.filter(({ kind }) => kind === 'locked')).toHaveLength(15)
    expect((await accounts.check('anna', PASSWORD, HERE)).kind).toBe('locked')
    clock.pass(30_000)
    expect((await accounts.check('ANNA', PASSWORD, HERE)).kind).toBe('right')
    expect(accounts.named('anna')).toMatchObject({ failed: 0, lockedUntil: null })
  })
})

describe('whom wrong passwords lock out', () => {
  const wrong = (accounts: Accounts, name: string, from: string) => accounts.check(name, 'not the password', { from })

  test('is whoever comes from there, not the account; whether it exists makes no difference', async () => {
    const { accounts } = await stage()
    for (const name of ['anna', 'nobody']) {
      const kinds: string[] = []
      for (let i = 0; i < 6; i += 1) kinds.push((await wrong(accounts, name, '192.0.2.66')).kind)
      expect(kinds).toEqual(['wrong', 'wrong', 'wrong', 'wrong', 'wrong', 'locked'])
      expect((await wrong(accounts, name, '192.0.2.1')).kind).toBe('wrong')
    }
    expect(accounts.named('anna')).toMatchObject({ failed: 6, lockedUntil: null })
    expect((await accounts.check('anna', PASSWORD, { from: '192.0.2.66' })).kind).toBe('locked')
    expect((await accounts.check('anna', PASSWORD, HERE)).kind).toBe('right')
  })

  test('is everybody far away after a hundred from wherever, and never who stands at the display', async () => {
    const { accounts } = await stage()
    for (const name of ['anna', 'nobody']) {
      for (let i = 0; i < 100; i += 1) {
        expect((await wrong(accounts, name, `10.0.0.${i}`)).kind).toBe('wrong')
      }
      expect((await wrong(accounts, name, '192.0.2.1')).kind).toBe('locked')
    }
    expect((await wrong(accounts, 'nobody', AT_DISPLAY)).kind).toBe('wrong')
    expect((await accounts.check('anna', PASSWORD, { from: AT_DISPLAY })).kind).toBe('right')
    expect(accounts.named('anna')).toMatchObject({ failed: 0, lockedUntil: null })
    for (let i = 0; i < 6; i += 1) await wrong(accounts, 'anna', AT_DISPLAY)
    expect((await accounts.check('anna', PASSWORD, { from: AT_DISPLAY })).kind).toBe('locked')
    expect((await accounts.check('anna', PASSWORD, HERE)).kind).toBe('right')
  })

  test('begins anew with another password, and when an administrator lets the account in', async () => {
    const { accounts } = await stage()
    const other = 'another horse battery'
    for (let i = 0; i < 6; i += 1) await wrong(accounts, 'anna', HERE.from)
    await accounts.setPassword('anna', other)
    expect((await accounts.check('anna', other, HERE)).kind).toBe('right')
    for (let i = 0; i < 6; i += 1) await wrong(accounts, 'anna', HERE.from)
    expect((await accounts.check('anna', other, HERE)).kind).toBe('locked')
    accounts.change('anna', { disabled: false })
    expect((await accounts.check('anna', other, HERE)).kind).toBe('right')
  })

  test('is nobody whose password was not looked at, because too many were', async () => {
    const { accounts } = await stage()
    const tries = await Promise.allSettled(
      Array.from({ length: 60 }, (_, i) => accounts.check('anna', 'not the password', { from: `10.0.0.${i}` })),
    )
    const looked = tries.filter(({ status }) => status === 'fulfilled').length
    expect(looked).toBeLessThan(60)
    expect(accounts.named('anna').failed).toBe(looked)
    expect((await accounts.check('anna', PASSWORD, { from: '10.0.0.59' })).kind).toBe('right')
  })
})

describe('an account', () => {
  test('is hashed anew when what is asked for has become more', async () => {
    const { accounts, store, clock, anna } = await stage()
    expect(anna.password?.N).toBe(16)
    const today = new Accounts({ store, clock, passwords: new Passwords({ N: 64, r: 8, p: 1 }) })
    expect((await today.check('anna', PASSWORD, HERE)).kind).toBe('right')
    expect(accounts.named('anna').password?.N).toBe(64)
    expect((await today.check('anna', PASSWORD, HERE)).kind).toBe('right')
  })

  test('that is deleted takes its browsers and tokens along, and its number is not given again', async () => {
    const { accounts, store, signIns, tokens, anna } = await stage()
    const boris = await accounts.add({ name: 'boris', password: PASSWORD, role: 'viewer' })
    const { cookie } = signIns.begin(boris.id, '::1', '')
    const { text } = tokens.create({ account: boris.id, name: 't', role: 'viewer', scope: null, expires: 9e15 })
    accounts.delete('boris')
    expect(signIns.use(cookie, true).kind).toBe('unknown')
    expect(tokens.use(text)).toBeUndefined()
    const again = await accounts.add({ name: 'boris', password: PASSWORD, role: 'viewer' })
    expect(again.id).toBeGreaterThan(boris.id)
    expect(() => accounts.delete('anna')).toThrow('last administrator')
    expect(() => accounts.change('anna', { disabled: true })).toThrow('last administrator')
    expect(() => accounts.change('anna', { scope: { machines: [], groups: [] } })).toThrow('whole plant')
    expect(store.accountById(anna.id)?.disabled).toBe(false)
  })
})

describe('a browser that is signed in', () => {
  test('ends after doing nothing for long, and in any case after a week', async () => {
    const { signIns, clock, anna } = await stage()
    const { cookie } = signIns.begin(anna.id, '::1', '')
    clock.pass(IDLE_MS - 1)
    const used = signIns.use(cookie, true)
    const fresh = used.kind === 'good' ? (used.fresh ?? cookie) : ''
    clock.pass(IDLE_MS - 1)
    expect(signIns.use(fresh, false).kind).toBe('good')
    clock.pass(1)
    expect(signIns.use(fresh, true).kind).toBe('unknown')

    let { cookie: kept } = signIns.begin(anna.id, '::1', '')
    for (let passed = 0; passed + IDLE_MS / 2 < ABSOLUTE_MS; passed += IDLE_MS / 2) {
      clock.pass(IDLE_MS / 2)
      const again = signIns.use(kept, true)
      expect(again.kind).toBe('good')
      if (again.kind === 'good') kept = again.fresh ?? kept
    }
    clock.pass(IDLE_MS / 2)
    expect(signIns.use(kept, true).kind).toBe('unknown')
  })

  test('is given another cookie when the answer with the new one was lost', async () => {
    const { signIns, clock, anna } = await stage()
    const { cookie } = signIns.begin(anna.id, '::1', '')
    clock.pass(ROTATE_MS)
    expect(signIns.use(cookie, true)).toMatchObject({ kind: 'good', fresh: expect.any(String) as string })
    expect(signIns.use(cookie, true)).toMatchObject({ kind: 'good', fresh: null })
    clock.pass(ROTATE_MS)
    const again = signIns.use(cookie, true)
    expect(again).toMatchObject({ kind: 'good', fresh: expect.any(String) as string })
    expect(signIns.use((again.kind === 'good' && again.fresh) || '', true).kind).toBe('good')
    clock.pass(60_000)
    expect(signIns.use(cookie, true).kind).toBe('stolen')
  })

  test('is one of ten at most', async () => {
    const { signIns, anna } = await stage()
    for (let i = 0; i < 30; i += 1) signIns.begin(anna.id, '::1', '')
    expect(signIns.ofAccount(anna.id)).toHaveLength(10)
  })

  test.each(['', '.', 'x', 'x.y', '__proto__.x', `${'x'.repeat(5_000)}.y`])('is not found by %j', async (cookie) => {
    const { signIns } = await stage()
    expect(signIns.use(cookie, true).kind).toBe('unknown')
  })
})

test('a token is good until it expires or is revoked', async () => {
  const { tokens, clock, anna } = await stage()
  const make = () =>
    tokens.create({ account: anna.id, name: 't', role: 'viewer', scope: null, expires: clock.now() + 1_000 })
  const { text, token } = make()
  expect(tokens.use(text)?.id).toBe(token.id)
  for (const wrong of [text.slice(0, -1), `${text}x`, text.replace('andon_pat_', ''), '']) {
    expect(tokens.use(wrong)).toBeUndefined()
  }
  clock.pass(1_000)
  expect(tokens.use(text)).toBeUndefined()
  const other = make()
  tokens.revoke(other.token)
  expect(tokens.use(other.text)).toBeUndefined()
})

test('the code for the first administrator is good once and for half an hour', () => {
  const clock = new FakeClock()
  const told: string[] = []
  const code = new FirstCode(clock, (text) => told.push(text))
  expect(code.isRight('')).toBe(false)
  code.offer()
  code.offer()
  expect(told).toHaveLength(1)
  expect(told[0]).toMatch(/^(\w{4}-){3}\w{4}$/)
  clock.pass(30 * 60_000)
  expect(code.isRight(told[0] ?? '')).toBe(false)
  code.offer()
  expect(told).toHaveLength(2)
  expect(code.take('AAAA-AAAA-AAAA-AAAA')).toBe(false)
  expect(code.take(` ${told[1]?.toLowerCase() ?? ''} `)).toBe(true)
  expect(code.take(told[1] ?? '')).toBe(false)
})

describe('the audit', () => {
  test('writes a clock that was set down, and its rows cannot be changed by a statement', async () => {
    const { store, clock, dir } = await stage()
    const anchored: number[] = []
    const anchor = { write: ({ count }: { count: number }) => void anchored.push(count), read: () => null }
    const audit = new Audit({ store, clock, anchor, log: new MemoryLog() })
    onTestFinished(() => audit.close())
    audit.record(testAccess({ account: 'anna', by: 'sign_in' }), { action: 'stop', target: 'press' })
    clock.pass(5_000)
    clock.step(-3_600_000)
    clock.pass(1_050)
    const rows = audit.query({ limit: 10 })
    expect(rows.map(({ action }) => action)).toEqual(['clock_step', 'stop'])
    expect(anchored.at(-1)).toBe(2)
    expect(verifyChain(store.auditRows(), store.auditHead, store.auditHead)).toMatchObject({ ok: true, count: 2 })
    const { database } = openAccounts(dir)
    onTestFinished(() => database.close())
    expect(() => database.exec(`UPDATE audit SET who = 'eve'`)).toThrow('append-only')
    expect(() => database.exec('DELETE FROM audit')).toThrow('append-only')
    expect(store.changedElsewhere()).toBe(false)
  })

  test('that cannot be written keeps nobody from acting, and says so', async () => {
    const { store, clock } = await stage()
    const log = new MemoryLog()
    const audit = new Audit({ store, clock, anchor: { write: () => undefined, read: () => null }, log })
    store.close()
    audit.record({ who: 'anna', from: 'here' }, { action: 'stop', target: 'press' })
    audit.record({ who: 'anna', from: 'here' }, { action: 'stop', target: 'press' })
    expect(audit.failed).toBe(true)
    expect(log.records.filter(({ level }) => level === 'error')).toHaveLength(1)
  })
})
