import { expect, test } from 'vitest'
import { IntervalRule } from '../../../src/core/trend-interval.ts'

function rule(...intervals: number[]): IntervalRule {
  const made = new IntervalRule()
  for (const each of intervals) made.take(each)
  return made
}

const times = (count: number, interval: number): number[] => Array<number>(count).fill(interval)

test('a few intervals say nothing', () => {
  expect(rule(...times(9, 1_000)).known).toBe(false)
  expect(rule(...times(9, 1_000)).interval).toBeNull()
})

test('a tag that is sent by the clock has its median, also after a lost link', () => {
  expect(rule(...times(8, 1_000), 1_010, 990).interval).toBe(1_000)
  expect(rule(...times(31, 1_000), 600_000).interval).toBe(1_000)
})

test('a tag that is sent when it changes has none', () => {
  expect(rule(100, 90_000, 1_000, 4_000, 305_000, 1_600_000, 5, 70_000, 9_000, 100).interval).toBeNull()
  // Ramps, and long pauses between them.
  expect(rule(...times(3, 100).flatMap((step) => [...times(9, step), 60_000])).interval).toBeNull()
})

test('what it was long ago is forgotten', () => {
  expect(rule(...times(40, 1_000), ...times(32, 5_000)).interval).toBe(5_000)
})
