import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  linkHealth,
  linkHour,
  linkRate,
  linkScore,
  linkSeries,
  type LinkSum,
  linkSum,
} from '../../../src/shared/link-figures.ts'
import { type LinkMinute, MINUTE_MS } from '../../../src/shared/link.ts'
import {
  bucketOf,
  countResponse,
  MOST_RESPONSES,
  percentile,
  RESPONSE_BOUNDS,
} from '../../../src/shared/response-histogram.ts'

const NOW = 1_795_236_900_000
const NOTHING: LinkSum = { events: 0, errors: 0, sentBytes: 0, receivedBytes: 0, responses: 0, responseMs: 0 }
const minute = (ago: number, sum: Partial<LinkSum>): LinkMinute => ({ at: NOW - ago * MINUTE_MS, ...NOTHING, ...sum })

test('[G3] the score is that of the connection monitor, at every edge', () => {
  const score = (errors: number, mean: number): number =>
    linkScore({ ...NOTHING, events: 1_000, errors, responses: 10, responseMs: mean * 10 })
  expect([0, 10, 11, 50, 51, 1_000].map((errors) => score(errors, 1))).toEqual([100, 100, 80, 80, 60, 60])
  expect([0, 200, 200.1, 500, 500.1].map((mean) => score(0, mean))).toEqual([100, 100, 90, 90, 70])
  expect(score(51, 501)).toBe(30)
  expect(linkScore(NOTHING)).toBe(100)
  expect([100, 90, 89, 70, 69, 0].map(linkHealth)).toEqual([
    'healthy',
    'healthy',
    'degraded',
    'degraded',
    'unhealthy',
    'unhealthy',
  ])
})

test('sums are of the minutes asked for, the running one among them', () => {
  const minutes = [60, 59, 4, 0].map((ago) => minute(ago, { events: 1, sentBytes: 10, responses: 1, responseMs: 5 }))
  const link = { minutes, lastEventAt: NOW }
  expect(linkSum(link, NOW + 59_999)).toEqual({ ...NOTHING, events: 3, sentBytes: 30, responses: 3, responseMs: 15 })
  expect(linkSum(link, NOW, 5).events).toBe(2)
  expect(linkSum(link, NOW, 1).events).toBe(1)
  expect(linkSum(link, NOW - 1).events).toBe(3)
})

test('what cannot be said of the last hour is null', () => {
  const link = { minutes: [minute(0, { events: 4, errors: 1, responses: 2, responseMs: 30 })], lastEventAt: NOW + 5 }
  expect(linkHour(link, NOW)).toEqual({ score: 60, errorShare: 0.25, mean: 15 })
  expect(linkHour(link, NOW + 60 * MINUTE_MS)).toEqual({ score: null, errorShare: null, mean: null })
  expect(linkHour({ ...link, minutes: [minute(0, { events: 1 })] }, NOW).mean).toBeNull()
  // A viewer whose clock is behind sees the link's last event all the same.
  expect(linkHour(link, NOW - MINUTE_MS).score).toBe(60)
})

test('the rate is that of five whole minutes, or of as many as there are', () => {
  const minutes = [6, 5, 4, 1, 0].map((ago) => minute(ago, { events: 10 }))
  expect(linkRate({ minutes, firstAt: NOW - 6 * MINUTE_MS }, NOW + 30_000)).toBe(6)
  expect(linkRate({ minutes: minutes.slice(3), firstAt: NOW - MINUTE_MS + 20_000 }, NOW)).toBe(10)
  expect(linkRate({ minutes: minutes.slice(4), firstAt: NOW }, NOW + 30_000)).toBe(10)
  expect(linkRate({ minutes: [], firstAt: NOW - 60 * MINUTE_MS }, NOW)).toBe(0)
})

test('the series has a place for each minute of the hour, and nothing where nothing happened', () => {
  const minutes = [70, 59, 3, 0].map((ago) => minute(ago, { events: ago + 1 }))
  const series = linkSeries({ minutes }, NOW + 10_000)
  expect(series.length).toBe(60)
  expect(series.flatMap((each, index) => (each ? [[index, each.events]] : []))).toEqual([
    [0, 60],
    [56, 4],
    [59, 1],
  ])
})

test('every time is in the bucket whose bounds it lies between', () => {
  expect(RESPONSE_BOUNDS.every((bound, index) => index === 0 || bound > (RESPONSE_BOUNDS[index - 1] ?? 0))).toBe(true)
  for (const [index, bound] of RESPONSE_BOUNDS.entries()) {
    expect([bucketOf(bound), bucketOf(bound * 1.0001)]).toEqual([index, index + 1])
  }
  expect(bucketOf(0)).toBe(0)
  expect(bucketOf(1e9)).toBe(RESPONSE_BOUNDS.length)
})

test('percentiles are within ten per cent of what sorting gives', () => {
  const times = fc.array(fc.double({ min: 0.1, max: 500_000, noNaN: true }), { minLength: 1, maxLength: 500 })
  fc.assert(
    fc.property(times, fc.constantFrom(0.01, 0.5, 0.95, 0.99, 1), (all, share) => {
      const histogram: number[] = []
      for (const ms of all) countResponse(histogram, ms)
      const sorted = all.toSorted((a, b) => a - b)
      const naive = sorted[Math.ceil(all.length * share) - 1] ?? NaN
      const found = percentile(histogram, share) ?? NaN
      expect(Math.abs(found - naive) / naive).toBeLessThan(0.1)
    }),
  )
  expect(percentile([], 0.5)).toBeNull()
  expect(percentile([0, 0], 0.5)).toBeNull()
})

test('old response times are forgotten: the percentiles follow the latest few thousand', () => {
  const histogram: number[] = []
  for (let i = 0; i < 10_000; i += 1) countResponse(histogram, 2)
  expect(percentile(histogram, 0.95)).toBeLessThan(2.2)
  for (let i = 0; i < 2 * MOST_RESPONSES; i += 1) countResponse(histogram, 800)
  expect(percentile(histogram, 0.5)).toBeGreaterThan(700)
  expect(histogram.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(MOST_RESPONSES + RESPONSE_BOUNDS.length)
})
