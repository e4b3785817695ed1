import { expect, test } from 'vitest'
import { parseTrendReference, trendReference } from '../../../src/shared/trend-tag.ts'

test.each([
  { machine: 'cell_1', device: 'motor_01', tag: 'speed' },
  { machine: 'a/b', device: '50 %', tag: '%2F' },
])('a reference names one tag: %o', (tag) => {
  expect(parseTrendReference(trendReference(tag))).toEqual(tag)
})

test.each(['', 'a', 'a/b', 'a/b/', '/b/c', 'a/b/c/d'])('%o names none', (text) => {
  expect(parseTrendReference(text)).toBeNull()
})
