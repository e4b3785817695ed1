import { expect, test } from 'vitest'
import { ClockWatch } from '../../../src/core/clock-watch.ts'
import { Hub } from '../../../src/core/hub.ts'
import { FakeClock } from '../../support/fake-clock.ts'

function stage() {
  const clock = new FakeClock()
  const hub = new Hub({ clock, epoch: 'e' })
  const told: [string, unknown][] = []
  hub.watch(({ type, payload, machine, origin }) => {
    expect([machine, origin]).toEqual(['andon', 'panel'])
    told.push([type, payload])
  })
  return { clock, hub, told, watch: new ClockWatch(hub, clock) }
}

test.each([3_600_000, -90_000])('a clock that is set by %i ms is written down once', (by) => {
  const { clock, told } = stage()
  clock.pass(60_000)
  clock.step(by)
  clock.pass(60_000)
  expect(told).toEqual([['panel_clock_stepped', { by_ms: by }]])
})

test('a clock that is put right a little at a time is not', () => {
  const { clock, told } = stage()
  for (let i = 0; i < 20; i += 1) {
    clock.step(900)
    clock.pass(5_000)
  }
  expect(told).toEqual([])
})

test('sleep is told as sleep, with how long it was, and not as a step of the clock', () => {
  const { clock, told, watch } = stage()
  watch.suspended()
  clock.step(28_800_000)
  clock.pass(5_000)
  watch.resumed()
  clock.pass(60_000)
  expect(told).toEqual([
    ['panel_suspended', {}],
    ['panel_resumed', { asleep_ms: 28_805_000 }],
  ])
})

test('a clock that was set before the computer slept is told before', () => {
  const { clock, told, watch } = stage()
  clock.step(10_000)
  watch.suspended()
  watch.resumed()
  expect(told.map(([type]) => type)).toEqual(['panel_clock_stepped', 'panel_suspended', 'panel_resumed'])
})

test('an awakening without a sleep is one all the same', () => {
  const { told, watch } = stage()
  watch.resumed()
  expect(told).toEqual([['panel_resumed', {}]])
})

test('it is no machine, and nothing runs after the end', () => {
  const { clock, hub, watch } = stage()
  watch.suspended()
  expect(hub.folded.machines.size).toBe(0)
  watch.close()
  watch.close()
  expect(clock.waiting).toBe(0)
})
