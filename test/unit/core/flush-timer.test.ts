import { expect, test } from 'vitest'
import { FlushTimer } from '../../../src/core/flush-timer.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const start = () => {
  const clock = new FakeClock()
  const runs: number[] = []
  const timer = new FlushTimer(clock, 4, () => runs.push(clock.monotonic()))
  return { clock, timer, runs }
}

test('the first request after a pause runs at the end of its turn, not at once', () => {
  const { clock, timer, runs } = start()
  timer.request()
  timer.request()
  expect(runs).toEqual([])
  clock.turn()
  expect(runs).toEqual([0])
})

test('the next ones are gathered until the interval is over', () => {
  const { clock, timer, runs } = start()
  timer.request()
  for (let i = 0; i < 12; i += 1) {
    clock.pass(1)
    timer.request()
  }
  clock.pass(10)
  expect(runs).toEqual([0, 4, 8, 12, 16])
})

test('after a pause the leading edge is back', () => {
  const { clock, timer, runs } = start()
  timer.request()
  clock.pass(100)
  timer.request()
  clock.turn()
  expect(runs).toEqual([0, 100])
})

test('a clock that is set back delays nothing', () => {
  const { clock, timer, runs } = start()
  timer.request()
  clock.pass(10)
  clock.step(-3_600_000)
  timer.request()
  clock.turn()
  expect(runs).toEqual([0, 10])
})

test('after close nothing runs any more, and nothing waits', () => {
  const { clock, timer, runs } = start()
  timer.request()
  timer.close()
  clock.pass(10)
  timer.request()
  clock.turn()
  timer.request()
  timer.close()
  timer.close()
  clock.pass(10)
  expect(runs).toEqual([10])
  expect(clock.waiting).toBe(0)
})
