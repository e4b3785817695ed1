import { describe, expect, test } from 'vitest'
import { Format } from '../../../src/renderer/model/format.ts'

const EN = { day: 'd', hour: 'h', minute: 'm', second: 's' }
const DE = { day: 'T', hour: 'Std', minute: 'min', second: 's' }
const en = new Format('en-GB', EN, 'UTC')
const de = new Format('de-DE', DE, 'UTC')
/** Spaces of any width read as one. */
const plain = (text: string): string => text.replaceAll(/\s/g, ' ')

describe('durations', () => {
  test.each([
    [-5_000, '0 s'],
    [0, '0 s'],
    [999, '0 s'],
    [1_000, '1 s'],
    [59_999, '59 s'],
    [60_000, '1 m 00 s'],
    [125_000, '2 m 05 s'],
    [3_599_999, '59 m 59 s'],
    [3_600_000, '1 h 00 m'],
    [11_220_000, '3 h 07 m'],
    [86_399_999, '23 h 59 m'],
    [86_400_000, '1 d 00 h'],
    [187_200_000, '2 d 04 h'],
    [86_400_000_000, '1,000 d 00 h'],
  ])('%i ms is "%s"', (ms, text) => {
    expect(plain(en.duration(ms))).toBe(text)
  })

  test('are written in the language of the reader and never broken between lines', () => {
    expect(plain(de.duration(125_000))).toBe('2 min 05 s')
    expect(plain(de.duration(86_400_000_000))).toBe('1.000 T 00 Std')
    expect(en.duration(125_000)).not.toContain(' ')
  })

  test.each([
    [400, '0.4 s', '0,4 s'],
    [9_949, '9.9 s', '9,9 s'],
    [9_950, '9 s', '9 s'],
    [-1, '0.0 s', '0,0 s'],
  ])('a span of %i ms has tenths below ten seconds', (ms, english, german) => {
    expect(plain(en.span(ms))).toBe(english)
    expect(plain(de.span(ms))).toBe(german)
  })
})

describe('times and numbers', () => {
  const noon = Date.UTC(2026, 2, 4, 12, 3, 7, 250)

  test('have one width: two digits out of 24 hours', () => {
    expect(en.time(noon)).toBe('12:03:07')
    expect(new Format('en-US', EN, 'UTC').time(Date.UTC(2026, 0, 1, 0, 5, 9))).toBe('00:05:09')
    expect(en.precise(noon)).toBe('12:03:07.250')
    expect(de.precise(noon)).toBe('12:03:07,250')
  })

  test('a stamp names the day only where it is not today', () => {
    expect(en.stamp(noon, noon + 60_000)).toBe('12:03:07')
    expect(en.stamp(noon, noon + 86_400_000)).toBe('4 Mar, 12:03:07')
  })

  test('numbers and sizes follow the locale', () => {
    expect(en.number(12_345)).toBe('12,345')
    expect(de.number(12_345)).toBe('12.345')
    expect(plain(en.bytes(999))).toBe('999 B')
    expect(plain(de.bytes(4_200_000))).toBe('4,2 MB')
  })
})
