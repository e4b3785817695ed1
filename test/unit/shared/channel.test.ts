import { expect, test } from 'vitest'
import { coversMachine, filterOf, isChannel, matches } from '../../../src/shared/channel.ts'
import { FAMILIES } from '../../../src/shared/family.ts'

test('[C1] [C2] the channels are all, every machine and every family', () => {
  for (const channel of ['all', 'machine:m', 'machine:a:b', 'machine: ', ...FAMILIES.map((name) => `family:${name}`)]) {
    expect([channel, isChannel(channel)]).toEqual([channel, true])
  }
  for (const channel of ['', 'ALL', 'machine:', 'machine', 'family:', 'family:nonsense', 'family:Job', 'event:x']) {
    expect([channel, isChannel(channel)]).toEqual([channel, false])
  }
})

test('equal filters have equal keys, whatever the order and however often a channel is named', () => {
  const key = filterOf(['machine:a', 'family:job', 'machine:b']).key
  expect(filterOf(['machine:b', 'machine:a', 'family:job', 'machine:a']).key).toBe(key)
  expect(filterOf(['machine:a', 'machine:b']).key).not.toBe(key)
  expect(filterOf(['all', 'machine:a']).key).toBe(filterOf(['all']).key)
})

test('filters that differ have different keys, even where names hold the key’s own punctuation', () => {
  const keys = [
    ['machine:a', 'machine:b'],
    ['machine:a","b'],
    ['machine:a'],
    ['family:job'],
    ['machine:job'],
    ['machine:all'],
    [],
    ['all'],
  ].map((channels) => filterOf(channels).key)
  expect(new Set(keys).size).toBe(keys.length)
})

test('an event passes where any of the channels lets it through', () => {
  const event = { machine: 'a', family: 'job' } as const
  expect(matches(filterOf(['all']), event)).toBe(true)
  expect(matches(filterOf(['machine:a']), event)).toBe(true)
  expect(matches(filterOf(['machine:b', 'family:job']), event)).toBe(true)
  expect(matches(filterOf(['machine:b', 'family:log']), event)).toBe(false)
  expect(matches(filterOf([]), event)).toBe(false)
})

test('[C2] only those who see all of a machine’s events see its state', () => {
  expect(coversMachine(filterOf(['all']), 'a')).toBe(true)
  expect(coversMachine(filterOf(['machine:a']), 'a')).toBe(true)
  expect(coversMachine(filterOf(['machine:b']), 'a')).toBe(false)
  expect(coversMachine(filterOf(FAMILIES.map((name) => `family:${name}`)), 'a')).toBe(false)
})

test('a name from an object’s prototype is a name like any other', () => {
  const filter = filterOf(['machine:__proto__'])
  expect(matches(filter, { machine: '__proto__', family: 'other' })).toBe(true)
  expect(matches(filter, { machine: 'toString', family: 'other' })).toBe(false)
})
