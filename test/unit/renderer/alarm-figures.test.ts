import { array, assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alarmFigures, staleAlarms } from '../../../src/renderer/model/alarm-figures.ts'
import {
  FLOOD_ABOVE,
  FLOOD_WINDOW_MS,
  floodAt,
  floodsOf,
  mostWithin,
} from '../../../src/renderer/model/alarm-floods.ts'
import { alarm, raise } from './alarm-samples.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const every = (step: number, count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, i) => from + i * step)

describe('a flood', () => {
  test('begins with the eleventh new alarm in ten minutes', () => {
    expect(floodAt(every(1_000, 10), 20_000)).toBeNull()
    expect(floodAt(every(1_000, 11), 20_000)).toEqual({ from: 10_000, to: null, alarms: 1 })
  })

  test('needs them within ten minutes', () => {
    expect(floodsOf(every(MINUTE + 1, 40), HOUR)).toEqual([])
  })

  test('ends as soon as fewer than five are left in the window', () => {
    const times = every(1_000, 11)
    // Seven have to leave: the seventh came at 6 s.
    const end = 6_000 + FLOOD_WINDOW_MS
    expect(floodAt(times, end - 1)).not.toBeNull()
    expect(floodAt(times, end)).toBeNull()
    expect(floodsOf(times, end)).toEqual([{ from: 10_000, to: end, alarms: 1 }])
  })

  test('counts what comes while it lasts, and one is followed by another', () => {
    const times = [...every(1_000, 15), ...every(1_000, 12, 2 * HOUR)]
    const floods = floodsOf(times, 3 * HOUR)
    expect(floods.map(({ from, alarms }) => ({ from, alarms }))).toEqual([
      { from: 10_000, alarms: 5 },
      { from: 2 * HOUR + 10_000, alarms: 2 },
    ])
    expect(floods.every(({ to }) => to !== null)).toBe(true)
  })

  test('takes no note of what has not come yet', () => {
    expect(floodsOf(every(1_000, 11), 9_999)).toEqual([])
  })

  test('is as a slow reckoning has it, at any moment', () => {
    const times = array(integer({ min: 0, max: 3 * HOUR }), { maxLength: 80 })
    assert(
      property(times, integer({ min: 0, max: 3 * HOUR }), (some, now) => {
        const sorted = some.toSorted((one, other) => one - other)
        let flooding = false
        const moments = [...new Set([...sorted, ...sorted.map((time) => time + FLOOD_WINDOW_MS), now])]
          .filter((moment) => moment <= now)
          .toSorted((one, other) => one - other)
        for (const moment of moments) {
          // Who leaves at that moment leaves before the next one comes.
          const before = sorted.filter((time) => time < moment && time + FLOOD_WINDOW_MS > moment).length
          if (flooding && before < 5 && sorted.some((time) => time + FLOOD_WINDOW_MS === moment)) flooding = false
          const there = sorted.filter((time) => time <= moment && time + FLOOD_WINDOW_MS > moment).length
          if (there > FLOOD_ABOVE) flooding = true
        }
        expect(floodAt(sorted, now) !== null).toBe(flooding)
      }),
    )
  })
})

test('the most within a window slides over the times', () => {
  expect(mostWithin([], 10)).toBe(0)
  expect(mostWithin([0, 5, 9, 10, 11], 10)).toBe(4)
  expect(mostWithin([0, 10, 20], 10)).toBe(1)
})

describe('the figures', () => {
  test('of no alarm are nothing', () => {
    const figures = alarmFigures([], 0, HOUR)
    expect(figures).toMatchObject({ count: 0, latest: 0, perTenMinutes: 0, peak: 0, floodShare: 0, top: [] })
    expect(figures.priorities.map(({ share }) => share)).toEqual([0, 0, 0, 0])
  })

  test('count by ten minutes: the last ones, the average, the worst', () => {
    const raises = [raise(0), raise(1_000), raise(2_000), raise(HOUR - 1_000)]
    expect(alarmFigures(raises, 0, HOUR)).toMatchObject({ count: 4, latest: 1, perTenMinutes: 4 / 6, peak: 3 })
  })

  test('give no average of less than ten minutes', () => {
    expect(alarmFigures([raise(0)], 0, MINUTE)).toMatchObject({ count: 1, latest: 1, perTenMinutes: null })
  })

  test('leave out what lies before and after', () => {
    expect(alarmFigures([raise(0), raise(HOUR), raise(3 * HOUR)], MINUTE, 2 * HOUR).count).toBe(1)
  })

  test('name the ten most frequent, most first', () => {
    const raises = Array.from({ length: 12 }, (_, n) =>
      every(11 * MINUTE, n + 1).map((time) => raise(time, `n${n}`)),
    ).flat()
    const { top } = alarmFigures(raises, 0, 24 * HOUR)
    expect(top.map(({ id, count }) => `${id} ${count}`)).toEqual(
      Array.from({ length: 10 }, (_, n) => `n${11 - n} ${12 - n}`),
    )
    expect(top[0]?.share).toBeCloseTo(12 / 78)
  })

  test('tell what chatters: more than three times in a minute', () => {
    const three = every(10_000, 3).map((time) => raise(time, 'three'))
    const four = every(10_000, 4).map((time) => raise(time, 'four'))
    const slow = every(20_000, 9).map((time) => raise(time, 'slow'))
    expect(alarmFigures([...three, ...four, ...slow], 0, HOUR).chattering.map(({ id, count }) => [id, count])).toEqual([
      ['four', 4],
    ])
  })

  test('share out the priorities and the time in flood', () => {
    const raises = [...every(1_000, 11).map((time) => raise(time, 'l', 'low')), raise(20_000, 'c', 'critical')]
    const figures = alarmFigures(raises, 0, 2 * HOUR)
    expect(figures.priorities).toEqual([
      { priority: 'critical', count: 1, share: 1 / 12 },
      { priority: 'high', count: 0, share: 0 },
      { priority: 'medium', count: 0, share: 0 },
      { priority: 'low', count: 11, share: 11 / 12 },
    ])
    expect(figures.floods).toHaveLength(1)
    expect(figures.floodShare).toBeCloseTo((FLOOD_WINDOW_MS - 3_000) / (2 * HOUR))
  })

  test('draw every alarm in exactly one bar', () => {
    const raises = [raise(0), raise(HOUR / 2), raise(HOUR)]
    const { bars } = alarmFigures(raises, 0, HOUR)
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(3)
    expect(bars[0]?.from).toBe(0)
    expect(bars.at(-1)?.to).toBeCloseTo(HOUR)
    expect(bars.at(-1)?.count).toBe(1)
  })
})

test('stale is what has been active for more than a day and was not put aside, longest first', () => {
  const now = 48 * HOUR
  const alarms = [
    alarm('day', { raisedAt: now - 24 * HOUR }),
    alarm('older', { raisedAt: now - 25 * HOUR, state: 'acknowledged' }),
    alarm('oldest', { raisedAt: 0 }),
    alarm('over', { raisedAt: 0, active: false, state: 'returned' }),
    alarm('shelved', { raisedAt: 0, state: 'shelved' }),
  ]
  expect(staleAlarms(alarms, now).map(({ id }) => id)).toEqual(['oldest', 'older'])
})
