import { expect, test } from 'vitest'
import { IntervalRule } from '../../../src/core/trend-interval.ts'

function rule(...intervals: number[]): IntervalRule {
  const made = new IntervalRule()
  for (const each of intervals) made.take(each)
  return made
}

test('a few intervals say nothing', () => {
  expect(rule(1_000, 1_000, 1_000).known).toBe(false)
  expect(rule(1_000, 1_000, 1_000).interval).toBeNull()
})

test('a tag that is sent by the clock has its median, also after a lost link', () => {
  expect(rule(1_000, 1_010, 990, 1_000).interval).toBe(1_000)
  expect(rule(1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 600_000).interval).toBe(1_000)
})

test('a tag that is sent when it changes has none', () => {
  expect(rule(100, 90_000, 1_000, 4_000, 305_000, 1_600_000).interval).toBeNull()
})

test('what it was long ago is forgotten', () => {
  expect(rule(...Array<number>(40).fill(1_000), ...Array<number>(32).fill(5_000)).interval).toBe(5_000)
})
