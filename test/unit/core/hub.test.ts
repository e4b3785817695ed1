import { expect, test } from 'vitest'
import { Hub } from '../../../src/core/hub.ts'
import { filterOf } from '../../../src/shared/channel.ts'
import { CoreStage } from '../../support/core-stage.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const all = filterOf(['all'])

test('[E1] every event gets the next offset, and a time that never goes back', () => {
  const { hub, clock, ...stage } = new CoreStage()
  expect(hub.position).toEqual({ epoch: 'e1', offset: 0 })
  const one = hub.append('machine', { machine_name: 'm', type: 'x' }, '{"machine_name":"m","type":"x"}')
  clock.step(-60_000)
  const two = hub.report('m', 'machine_stale', {})
  clock.step(60_001)
  const three = hub.report('m', 'machine_stale', {})
  expect([one, two, three].map(({ offset }) => offset)).toEqual([1, 2, 3])
  expect(two.time).toBe(one.time)
  expect(three.time).toBe(one.time + 1)
  expect(hub.position).toEqual({ epoch: 'e1', offset: 3 })
  stage.sessions.close()
})

test('[E2] [E3] an entry’s text carries offset, time, origin and the body as it came', () => {
  const { hub } = new CoreStage()
  const { text, time } = hub.append('machine', { machine_name: 'm', type: 'x' }, ' {"machine_name":"m","type":"x"} ')
  expect(text).toBe(`{"offset":1,"time":${time},"origin":"machine","body": {"machine_name":"m","type":"x"} }`)
  expect(JSON.parse(hub.report('m', 'machine_stale', { a: 1 }).text)).toMatchObject({
    origin: 'panel',
    body: { machine_name: 'm', type: 'machine_stale', payload: { a: 1 } },
  })
})

test('listeners hear of every event until they unsubscribe', () => {
  const stage = new CoreStage()
  const heard: number[] = []
  const stop = stage.hub.listen(() => heard.push(stage.hub.head))
  stage.event('m')
  stage.event('m')
  stop()
  stop()
  stage.event('m')
  expect(heard).toEqual([1, 2])
})

test('[R4] a position of an earlier epoch is good up to that epoch’s last event', () => {
  const epochs = [
    { epoch: 'e1', first: 1 },
    { epoch: 'e2', first: 6 },
  ]
  const hub = new Hub({
    clock: new FakeClock(),
    epoch: 'e3',
    from: { head: 9, epochs, machines: new Map(), tail: [] },
  })
  const known = (epoch: string, offset: number): boolean => hub.knows({ epoch, offset })
  expect([known('e1', 0), known('e1', 5), known('e1', 6)]).toEqual([true, true, false])
  expect([known('e2', 9), known('e2', 10), known('e3', 9), known('e0', 1)]).toEqual([true, false, true, false])
})

test('[S2] a frame of events holds at most 512 of them, and about 256 KiB', () => {
  const stage = new CoreStage()
  for (let i = 0; i < 600; i += 1) stage.event('m')
  const first = stage.hub.events(0, all)
  expect(first.to).toBe(512)
  expect(stage.hub.events(first.to, all).to).toBe(600)
  for (let i = 0; i < 10; i += 1) stage.event('m', 'log_entry', { message: 'x'.repeat(60_000) })
  const big = stage.hub.events(600, all)
  expect(big.to).toBe(605)
  expect(big.frame?.text.length).toBeLessThan(256 * 1024 + 65_536)
})

test('events that the filter passes over make no frame, but move the position', () => {
  const stage = new CoreStage()
  for (let i = 0; i < 3; i += 1) stage.event('m')
  expect(stage.hub.events(0, filterOf(['machine:other']))).toMatchObject({ frame: null, to: 3 })
})
