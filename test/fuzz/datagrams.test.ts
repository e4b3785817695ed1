import * as fc from 'fast-check'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { alarmId, PANEL_MACHINE } from '../../src/shared/alarm.ts'
import { decode } from '../../src/core/decode.ts'
import { DatagramSchema } from '../../src/shared/datagram.ts'
import { ServerMessageSchema } from '../../src/shared/messages.ts'
import { startPanel } from '../support/panel.ts'
import { fuzzSeed, Random } from '../support/random.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { RawViewer, Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'
import { expectedOf, garbage } from './garbage.ts'

const COUNT = 100_000

/** How much the process may have grown afterwards: the ring and the machines are bounded, so is this. */
const GROWTH_MIB = 300

test(`${COUNT} datagrams of every kind of garbage are counted, and nothing else happens`, async () => {
  const random = new Random(fuzzSeed())
  const panel = await startPanel(['--machine-events-per-second', '1000000'])
  const viewer = new Viewer(panel.url)
  // What the panel itself said: alarms, of the machines that are in the garbage and of its own refusals.
  const reported = new Map<string, number>()
  viewer.client.listen({
    events: (events) => {
      for (const { origin, type } of events) {
        if (origin === 'panel') reported.set(type, (reported.get(type) ?? 0) + 1)
      }
    },
  })
  await viewer.live()
  const raw = await new RawViewer(panel.url).open()
  raw.hello({ channels: ['family:machine', 'machine:m'] })
  await raw.message('snapshot')
  const sender = unixSender(panel.socket)
  const before = process.memoryUsage.rss()

  const expected: Record<string, number> = {}
  for (let i = 0; i < COUNT; i += 1) {
    const bytes = garbage(random)
    const outcome = expectedOf(bytes)
    expected[outcome] = (expected[outcome] ?? 0) + 1
    await sender.send(bytes)
    if (viewer.events.length > 5_000) viewer.events.length = 0
    // What a viewer was sent is checked and forgotten, so that only the panel can grow.
    if (raw.messages.length > 200) check(raw)
  }
  const { accepted = 0, ...refused } = expected
  // Every reason has come up, or this has proved little.
  expect(Object.keys(refused)).toHaveLength(10)
  await waitFor(() => panel.health().listeners[0]?.received === COUNT)
  expect(panel.health().listeners[0]).toMatchObject({
    state: 'listening',
    received: COUNT,
    accepted,
    refused,
    errors: 0,
  })
  // Beside what was taken in there is only what the panel says: alarms.
  const reports = (): number => [...reported.values()].reduce((sum, count) => sum + count, 0)
  const refusedAlarm = alarmId(PANEL_MACHINE, 'refused')
  await waitFor(() => viewer.client.replica.state.alarms.get(refusedAlarm)?.active, { what: 'the alarm' })
  await waitFor(() => panel.health().offset === accepted + reports(), { what: 'nothing but alarms' })
  expect([...reported.keys()].toSorted()).toEqual(['alarm_cleared', 'alarm_raised'])

  // It still listens, and its viewers still see the same.
  await sender.send(datagram('m', 'state_change', { to_state: 'still here' }))
  await waitFor(() => viewer.client.replica.state.machines.get('m')?.state === 'still here')
  expect(viewer.client.status.kind).toBe('live')
  expect(viewer.snapshots).toHaveLength(1)
  expect(viewer.client.replica.state.machines.get('m')?.state).toBe('still here')
  const fresh = new Viewer(panel.url)
  await fresh.live()
  expect([...viewer.client.replica.state.machines.values()]).toEqual([...fresh.client.replica.state.machines.values()])
  await waitFor(() => raw.texts.some((text) => text.includes('still here')))
  check(raw)
  expect(panel.log.records.filter(({ level }) => level === 'error')).toEqual([])
  expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(GROWTH_MIB)
})

/** Everything that reached this viewer follows the protocol, and every event in it is a datagram that is one. */
function check(raw: RawViewer): void {
  for (const message of raw.messages.splice(0)) {
    if (!Value.Check(ServerMessageSchema, message)) throw new Error(`not the protocol: ${JSON.stringify(message)}`)
    if (message.type !== 'events') continue
    for (const { origin, body } of message.events) {
      if (origin === 'panel') continue
      expect(decode(Buffer.from(JSON.stringify(body))).ok).toBe(true)
    }
  }
  raw.texts.length = 0
}

test('the decoder agrees with an independent reading of the rules', () => {
  const random = new Random(fuzzSeed())
  const wrong: unknown[] = []
  for (let i = 0; i < 50_000; i += 1) {
    const bytes = garbage(random)
    const decoded = decode(bytes)
    const [is, expected] = [decoded.ok ? 'accepted' : decoded.reason, expectedOf(bytes)]
    if (is !== expected) wrong.push({ is, expected, bytes: bytes.toString('base64') })
  }
  expect(wrong).toEqual([])
})

test('the decoder never throws; what it takes is a datagram, and its text is exactly the bytes that came', () => {
  const nearly = fc
    .record({ machine_name: fc.anything(), type: fc.anything(), payload: fc.jsonValue() }, { requiredKeys: [] })
    .map((value) => {
      try {
        return Buffer.from(JSON.stringify(value))
      } catch {
        return Buffer.from('{}')
      }
    })
  const named = fc
    .record({
      machine_name: fc.string({ unit: 'binary' }),
      type: fc.string({ unit: 'binary' }),
      payload: fc.jsonValue(),
    })
    .map((value) => Buffer.from(JSON.stringify(value)))
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(text)),
    nearly,
    named,
  )
  let accepted = 0
  fc.assert(
    fc.property(bytes, (datagramBytes) => {
      const decoded = decode(datagramBytes)
      expect(decoded.ok ? 'accepted' : decoded.reason).toBe(expectedOf(datagramBytes))
      if (!decoded.ok) return
      accepted += 1
      expect(Buffer.from(decoded.text).equals(datagramBytes)).toBe(true)
      expect(Value.Check(DatagramSchema, decoded.datagram)).toBe(true)
    }),
    { numRuns: 10_000, seed: fuzzSeed() },
  )
  expect(accepted).toBeGreaterThan(100)
})
