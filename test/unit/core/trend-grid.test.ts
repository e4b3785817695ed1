import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LEVELS, trendGrid } from '../../../src/core/trend-grid.ts'
import { fuzzSeed } from '../../support/random.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

test('a grid covers what was asked for, in at most so many buckets and two for the edges', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2e12 }),
      fc.integer({ min: 1, max: 400 * DAY }),
      fc.integer({ min: 2, max: 4_000 }),
      (from, span, points) => {
        const grid = trendGrid(from, from + span, points)
        expect(grid.from).toBeLessThanOrEqual(from)
        expect(grid.to).toBeGreaterThanOrEqual(from + span)
        expect([grid.from % grid.step, grid.to % grid.step]).toEqual([0, 0])
        expect((grid.to - grid.from) / grid.step).toBeLessThanOrEqual(points + 2)
      },
    ),
    { seed: fuzzSeed() | 0 },
  )
})

test('panning keeps the buckets: the same width, begun at the same times', () => {
  const a = trendGrid(1_000_123, 1_300_123, 300)
  const b = trendGrid(1_017_456, 1_317_456, 300)
  expect(b.step).toBe(a.step)
  expect((b.from - a.from) % a.step).toBe(0)
})

test('runs of each level fill buckets of every step above it without a rest', () => {
  const spans = Array.from({ length: 24 }, (_, i) => 1_000 * 3 ** (i / 1.5))
  const rests = spans.flatMap((span) =>
    [2, 50, 500, 4_000].map((points) => {
      const { step, level } = trendGrid(DAY, DAY + span, points)
      return step % (LEVELS[level]?.width ?? NaN)
    }),
  )
  expect(new Set(rests)).toEqual(new Set([0]))
})

test('the runs are used that fit into a bucket as a whole', () => {
  const level = (span: number, points: number) => LEVELS[trendGrid(DAY, DAY + span, points).level]?.name
  expect(level(5 * MINUTE, 500)).toBe('raw')
  expect(level(DAY / 2, 500)).toBe('minute')
  expect(level(7 * DAY, 500)).toBe('five_minutes')
  expect(level(90 * DAY, 500)).toBe('hour')
  expect(trendGrid(0, MINUTE, 500, MINUTE).step).toBe(MINUTE)
})
