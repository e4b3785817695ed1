import { describe, expect, test } from 'vitest'
import { Identities, sameKey } from '../../../src/core/identities.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const stage = (): { clock: FakeClock; identities: Identities } => {
  const clock = new FakeClock()
  return { clock, identities: new Identities(clock) }
}

describe('[T3] an identity', () => {
  test('is new each time, and its key is long', () => {
    const { identities } = stage()
    const all = Array.from({ length: 100 }, () => identities.create('anna'))
    expect(new Set(all.map(({ id }) => id)).size).toBe(100)
    expect(new Set(all.map(({ key }) => key)).size).toBe(100)
    for (const { key } of all) expect(key).toMatch(/^[\w-]{32}$/)
  })

  test('that was lost is taken up once, with its key, for a minute', () => {
    const { clock, identities } = stage()
    const identity = identities.create('anna')
    expect(identities.resume(identity)).toBe(false)
    identities.lost(identity)
    expect(identities.resume({ ...identity, key: identities.create('anna').key })).toBe(false)
    expect(identities.resume({ ...identity, key: '' })).toBe(false)
    expect(identities.resume({ ...identity, owner: 'boris' })).toBe(false)
    clock.pass(60_000)
    expect(identities.resume(identity)).toBe(true)
    expect(identities.resume(identity)).toBe(false)
    identities.lost(identity)
    clock.pass(60_001)
    expect(identities.resume(identity)).toBe(false)
  })

  test('is too old by time that passed, not by a clock that was set', () => {
    const { clock, identities } = stage()
    const identity = identities.create('anna')
    identities.lost(identity)
    clock.step(86_400_000)
    expect(identities.resume(identity)).toBe(true)
  })

  test('is remembered for at most 1,000 lost sessions, the oldest going first', () => {
    const { identities } = stage()
    const all = Array.from({ length: 1_001 }, () => identities.create('anna'))
    for (const identity of all) identities.lost(identity)
    expect(all.filter((identity) => identities.resume(identity))).toHaveLength(1_000)
  })

  test('by a name that objects have is none', () => {
    const { identities } = stage()
    for (const id of ['__proto__', 'constructor', ''])
      expect(identities.resume({ id, key: '', owner: 'anna' })).toBe(false)
  })
})

test('keys are the same letter for letter, whatever their length', () => {
  expect(sameKey('abc', 'abc')).toBe(true)
  for (const other of ['abd', 'ab', 'abcd', '', 'абв']) expect(sameKey('abc', other)).toBe(false)
})
