import { expect, test } from 'vitest'
import { backoff } from '../../../src/client/backoff.ts'

const ceiling = (attempt: number): number => backoff(attempt, () => 0.999999)

test('the ceiling doubles with every attempt, up to its cap', () => {
  expect([0, 1, 2, 3, 4].map(ceiling)).toEqual([500, 1_000, 2_000, 4_000, 8_000])
  expect([5, 6, 100, 1_000_000].map(ceiling)).toEqual([15_000, 15_000, 15_000, 15_000])
})

test('the wait lies anywhere below the ceiling, so that viewers do not come back together', () => {
  expect(backoff(3, () => 0)).toBe(0)
  expect(backoff(3, () => 0.5)).toBe(2_000)
  expect(backoff(2, () => 0.25, 100, 150)).toBe(38)
})
