import { expect, test } from 'vitest'
import { Alarms } from '../../src/core/alarms.ts'
import { decode } from '../../src/core/decode.ts'
import { door } from '../../src/core/door.ts'
import { isSettled } from '../../src/shared/command.ts'
import { ALARM_ACTIONS, ServerMessageSchema } from '../../src/shared/messages.ts'
import { CoreStage, type Viewer } from '../support/core-stage.ts'
import { fuzzSeed, Random } from '../support/random.ts'
import { randomDatagram } from '../support/random-datagram.ts'
import { garbage } from './garbage.ts'

const WISHES = 5_000

const serverMessage = door(ServerMessageSchema)

const NAMES = [
  'm',
  'press_001',
  'oven',
  'nobody',
  '__proto__',
  'm\ud800',
  'a\0b',
  'a\nb',
  '\u009b',
  ' ',
  '',
  '€'.repeat(128),
  '😀'.repeat(128),
]
const TEXTS = ['d', 'speed', 'go', 'stop', 'device_control', 'workflow:execute', ...NAMES, '\ud83d', 'x'.repeat(500)]
const VALUES: readonly unknown[] = [null, true, 0, -0, 1e308, 2 ** 53, -1, '', 'x', '\ud800', [], {}, { __proto__: 1 }]
const TIMES: readonly unknown[] = [0, 1, 100, 10_000, 600_000, 2 ** 53, 1e300, 8.64e15, 1_795_236_900_000, -1, 'x']

const EXPECTATIONS: readonly ((random: Random) => unknown)[] = [
  (random) => ({ kind: 'state', state: random.pick(TEXTS) }),
  () => ({ kind: 'transition' }),
  () => ({ kind: 'result' }),
  (random) => ({
    kind: 'tag',
    device: random.pick(TEXTS),
    tag: random.pick(TEXTS),
    value: random.pick(VALUES),
    tolerance: random.pick([0, 1, 1e308]),
  }),
  (random) => ({ kind: 'event', types: [random.pick(TEXTS)], execution: random.pick([null, ...TEXTS]), status: null }),
]

function timing(random: Random): object {
  return {
    ...(random.chance(0.3) ? { timeout: random.pick(TIMES) } : {}),
    ...(random.chance(0.3) ? { at: random.pick(TIMES) } : {}),
    ...(random.chance(0.3) ? { confirmed: true } : {}),
  }
}

/** What a viewer may ask of the plant, with whatever it may hold. */
function wish(random: Random, stage: CoreStage): object {
  const id = random.integer(0, 1e9)
  const command = `command-${random.integer(0, 2_000)}`
  const machine = random.pick(NAMES)
  const alarms = [...stage.hub.folded.alarms.values()]
  return random.pick([
    () => ({
      type: 'command',
      id,
      command,
      machine,
      ...timing(random),
      event: { type: random.pick(TEXTS), payload: { [random.pick(TEXTS)]: random.pick(VALUES), device_id: 'd' } },
      ...(random.chance(0.5) ? { expectation: random.pick(EXPECTATIONS)(random) } : {}),
    }),
    () => ({
      type: 'write',
      id,
      command,
      machine,
      ...timing(random),
      device: random.pick(TEXTS),
      tag: random.pick(TEXTS),
      value: random.pick(VALUES),
    }),
    () => ({ type: 'stop', id, command, machine }),
    () => ({ type: 'control', id, action: random.pick(['request', 'request', 'keep', 'release']), machine }),
    () => ({
      type: 'alarm',
      id,
      action: random.pick(ALARM_ACTIONS),
      alarms: [
        ...(alarms.length > 0 ? [random.pick(alarms)].map(({ id: alarm, raised }) => ({ alarm, raised })) : []),
        ...(random.chance(0.2) ? [{ alarm: random.pick(TEXTS), raised: 1 }] : []),
      ],
      comment: random.pick(TEXTS),
      reason: random.pick(TEXTS),
      seconds: random.pick([1, 1e300, 60]),
      one_shot: random.chance(0.5),
    }),
    () => ({ type: 'get_status', id, device: `${random.pick(NAMES)}/${random.pick(TEXTS)}` }),
    () => ({ type: random.pick(['subscribe', 'unsubscribe']), id, channel: `machine:${machine}` }),
  ])()
}

/** Every message of these frames follows the protocol. */
function expectProtocol(viewer: Viewer, from: number): number {
  for (const { text } of viewer.socket.frames.slice(from)) {
    const said: unknown = JSON.parse(text)
    if (!serverMessage.check(said)) throw new Error(`${serverMessage.explain(said)} ${text.slice(0, 2_000)}`)
  }
  return viewer.socket.frames.length
}

test(`[C3] ${WISHES} wishes of every kind, among garbage of machines: what the others are sent follows the protocol`, () => {
  const random = new Random(fuzzSeed())
  const stage = new CoreStage({ ring: { entries: 512, characters: 10_000_000 } })
  const alarms = new Alarms({ hub: stage.hub, plant: stage.plant, clock: stage.clock, panel: () => [] })
  const seen = new Set<string>()
  const watcher = stage.live()
  let [watched, asked] = [0, 0]
  let viewer = stage.live()
  for (let i = 0; i < WISHES; i += 1) {
    if (viewer.socket.closed) {
      viewer = stage.live()
      asked = 0
    }
    viewer.send(wish(random, stage))
    const bytes = random.chance(0.5) ? garbage(random) : Buffer.from(randomDatagram(random, NAMES).text)
    const decoded = decode(bytes)
    if (decoded.ok) stage.hub.append('machine', decoded.datagram, decoded.text)
    if (random.chance(0.3)) stage.clock.pass(random.pick([1, 60, 1_000]))
    watcher.send({ type: 'pong' })
    watched = expectProtocol(watcher, watched)
    asked = expectProtocol(viewer, asked)
    // One that comes now is told everything that is.
    if (i % 500 === 0) {
      const late = stage.live()
      stage.clock.pass(10)
      expectProtocol(late, 0)
      late.connection.closed()
      for (const { status, refusal } of stage.hub.folded.commands.values()) seen.add(refusal ?? status)
    }
  }
  expect(watcher.socket.closed).toBeUndefined()
  expect(stage.log.records).toEqual([])
  expect([...seen]).toEqual(expect.arrayContaining(['confirmed', 'timed_out', 'machine_unknown', 'not_in_control']))
  // None is left open for ever.
  stage.clock.pass(700_000)
  expect([...stage.hub.folded.commands.values()].filter(({ status }) => !isSettled(status))).toEqual([])
  alarms.close()
  stage.sessions.close()
  stage.commands.close()
  stage.control.close()
  expect(stage.clock.waiting).toBe(0)
})
