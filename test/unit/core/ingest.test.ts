import { expect, test } from 'vitest'
import { Ingest } from '../../../src/core/ingest.ts'
import { machineNames } from '../../../src/core/machine-names.ts'
import { MachineQuota } from '../../../src/core/machine-quota.ts'
import { CoreStage } from '../../support/core-stage.ts'
import { MemoryLog } from '../../support/memory-log.ts'

const start = (perSecond = 1_000_000) => {
  const stage = new CoreStage()
  const log = new MemoryLog()
  const quota = new MachineQuota(
    { perSecond: () => perSecond, newcomersPerSecond: perSecond, knows: () => true },
    stage.clock.monotonic(),
  )
  const ingest = new Ingest(stage.hub, stage.clock, log, quota)
  const inlet = ingest.inlet('unix', '/run/a.sock')
  const receive = (text: string | Buffer) => inlet.receive(Buffer.from(text))
  return { hub: stage.hub, clock: stage.clock, log, ingest, inlet, receive }
}

test('[D7] what is taken and what is refused adds up', () => {
  const { inlet, receive, hub, clock } = start()
  receive('{"machine_name":"m","type":"x"}')
  receive('nonsense')
  receive('nonsense')
  receive('')
  expect(inlet.health).toMatchObject({
    received: 4,
    accepted: 1,
    refused: { not_json: 2, empty: 1 },
    errors: 0,
    lastReceivedAt: clock.now(),
  })
  expect(hub.head).toBe(1)
})

test('[D7] a flood of refused datagrams leaves one line and one sample a second', () => {
  const { ingest, receive, clock, log } = start()
  for (let i = 0; i < 1_000; i += 1) receive(`nonsense ${i}`)
  expect(ingest.samples).toMatchObject([{ reason: 'not_json', text: 'nonsense 0', listener: '/run/a.sock', bytes: 10 }])
  clock.pass(1_000)
  receive('nonsense 1000')
  expect(ingest.samples.map(({ text }) => text)).toEqual(['nonsense 0', 'nonsense 1000'])
  expect(log.records.map(({ fields }) => fields)).toMatchObject([{ alsoRefused: 0 }, { alsoRefused: 999 }])
})

test('[D7] a sample is the first 200 bytes; the latest 20 are kept', () => {
  const { ingest, receive, clock } = start()
  for (let i = 0; i < 30; i += 1) {
    receive(`${i} ${'x'.repeat(500)}`)
    clock.pass(1_000)
  }
  expect(ingest.samples).toHaveLength(20)
  expect(ingest.samples[0]?.text).toMatch(/^10 x+$/)
  for (const { text, bytes } of ingest.samples) expect([text.length, bytes]).toEqual([200, 503])
})

test('[D7] a sample of what is not UTF-8 is text all the same', () => {
  const { ingest, receive } = start()
  receive(Buffer.from([0xff, 0xfe, 0x41]))
  expect(ingest.samples[0]).toMatchObject({ reason: 'not_utf8', text: '\ufffd\ufffdA', bytes: 3 })
})

test('an error of the socket is counted, and receiving goes on', () => {
  const { inlet, receive, log } = start()
  inlet.socketError(new Error('receive failed (ECONNRESET)'))
  receive('{"machine_name":"m","type":"x"}')
  expect(inlet.health).toMatchObject({ errors: 1, accepted: 1 })
  expect(log.records[0]).toMatchObject({ level: 'warn', fields: { error: 'receive failed (ECONNRESET)' } })
})

test('a defect further in neither escapes into the native callback nor stops the listener', () => {
  const { inlet, receive, log, hub } = start()
  const stop = hub.listen(() => {
    throw new Error('defect')
  })
  expect(() => receive('{"machine_name":"m","type":"x"}')).not.toThrow()
  stop()
  receive('{"machine_name":"m","type":"x"}')
  expect(inlet.health).toMatchObject({ received: 2, accepted: 1, errors: 1 })
  expect(log.records[0]).toMatchObject({ level: 'error', fields: { err: expect.any(Error) as Error } })
})

test('a listener’s state is told, with what is wrong', () => {
  const { inlet, ingest } = start()
  expect(inlet.health).toMatchObject({ state: 'closed', problem: null, address: '/run/a.sock' })
  inlet.listening('/run/b.sock')
  expect(inlet.health).toMatchObject({ state: 'listening', address: '/run/b.sock' })
  inlet.closed()
  expect(inlet.health.state).toBe('closed')
  inlet.failed('no addon')
  inlet.closed()
  expect(ingest.listeners).toMatchObject([{ state: 'failed', problem: 'no addon' }])
})

test('[D8] nobody speaks in the panel’s own name, and at a listener for some machines nobody for others', () => {
  const { ingest, hub } = start()
  const named = (inlet: ReturnType<typeof ingest.inlet>, name: string) =>
    inlet.receive(Buffer.from(JSON.stringify({ machine_name: name, type: 'alarm_raised' })))
  const all = ingest.inlet('unix', '/run/all.sock')
  expect([named(all, 'andon'), named(all, 'andon_1')]).toEqual(['machine_not_allowed', null])
  const some = ingest.inlet('unix', '/run/some.sock', machineNames(['press_*', 'lamp', 'and*', 'a*b*c']))
  const good = ['press_001', 'press_', 'lamp', 'andy', 'abc', 'a.b*b.c', 'acbc']
  const names = [...good, 'press', 'lamp_2', 'andon', 'PRESS_001', '__proto__', 'ab', 'abcd', 'ac', 'acb']
  expect(names.filter((name) => named(some, name) === null)).toEqual(good)
  expect(some.health).toMatchObject({ received: 16, accepted: 7, refused: { machine_not_allowed: 9 } })
  expect(ingest.samples.at(-1)).toMatchObject({ listener: '/run/some.sock', reason: 'machine_not_allowed' })
  expect([...hub.folded.machines.keys()]).toEqual(['andon_1', ...good])
})

test('[D9] what is shed is counted, and is not refused for what it is', () => {
  const { inlet, ingest, receive, log } = start(10)
  for (let i = 0; i < 100; i += 1) receive('{"machine_name":"m","type":"tick"}')
  expect(inlet.health).toMatchObject({ received: 100, accepted: 30, refused: { over_quota: 70 } })
  expect([ingest.refused, ingest.samples, log.records]).toEqual([0, [], []])
})
