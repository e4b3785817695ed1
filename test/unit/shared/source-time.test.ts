import { expect, test } from 'vitest'
import { toMilliseconds } from '../../../src/shared/source-time.ts'

test('epoch seconds, with or without a fraction, become milliseconds', () => {
  expect(toMilliseconds(1_795_236_900)).toBe(1_795_236_900_000)
  expect(toMilliseconds(1_795_236_900.25)).toBe(1_795_236_900_250)
  expect(toMilliseconds(0.001)).toBe(1)
})

test('epoch milliseconds stay what they are', () => {
  expect(toMilliseconds(1_795_236_900_230)).toBe(1_795_236_900_230)
  expect(toMilliseconds(1e11)).toBe(1e11)
})

test('ISO 8601 texts are read, with their time zone', () => {
  expect(toMilliseconds('2026-11-21T09:15:00Z')).toBe(Date.UTC(2026, 10, 21, 9, 15))
  expect(toMilliseconds('2026-11-21T09:15:00.250+02:00')).toBe(Date.UTC(2026, 10, 21, 7, 15, 0, 250))
  expect(toMilliseconds('2026-11-21 09:15:00Z')).toBe(Date.UTC(2026, 10, 21, 9, 15))
})

test.each([
  ['nothing', undefined],
  ['null', null],
  ['zero', 0],
  ['a negative number', -1],
  ['infinity', Infinity],
  ['not a number', Number.NaN],
  ['more than a date can hold', 8.65e15],
  ['a boolean', true],
  ['an object', {}],
  ['a list', [1_795_236_900]],
  ['a number as text', '1795236900'],
  ['a date without a time', '2026-11-21'],
  ['a time that does not exist', '2026-13-41T99:99'],
  ['another text', 'yesterday'],
  ['a text too long to be a time', `2026-11-21T09:15:00${' '.repeat(40)}Z`],
])('%s is no time', (_what, value) => {
  expect(toMilliseconds(value)).toBeNull()
})
