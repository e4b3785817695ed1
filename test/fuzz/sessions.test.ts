import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { CLOSE_CODES } from '../../src/shared/close-codes.ts'
import { ServerMessageSchema } from '../../src/shared/messages.ts'
import { CoreStage, type Viewer } from '../support/core-stage.ts'
import { fuzzSeed, Random } from '../support/random.ts'

const MESSAGES = 30_000

const ODD: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  '',
  'x',
  'x'.repeat(200),
  [],
  {},
  ['all'],
  '\ud800',
  '__proto__',
]
const CHANNELS: readonly unknown[] = [
  'all',
  'machine:a',
  'machine:__proto__',
  'family:job',
  'family:x',
  'machine:',
  'ALL',
]

function message(random: Random): Record<string, unknown> {
  const id = random.pick<unknown>(['a', 1, 'x'.repeat(64), ...ODD])
  const position = {
    epoch: random.pick<unknown>(['e1', 'e0', ...ODD]),
    offset: random.pick<unknown>([0, 1, 50, 1e9, ...ODD]),
  }
  return random.pick([
    () => ({
      type: 'hello',
      protocol: random.pick<unknown>([1, 1, 1, 2, ...ODD]),
      client: random.pick<unknown>([{ name: 'x' }, { name: 'x', version: '1' }, { name: 7 }, ...ODD]),
      ...(random.chance(0.5) ? { channels: random.chance(0.8) ? [random.pick(CHANNELS)] : random.pick(ODD) } : {}),
      ...(random.chance(0.3) ? { resume: random.chance(0.8) ? position : random.pick(ODD) } : {}),
      ...(random.chance(0.2) ? { consumer: random.pick<unknown>(['c', ...ODD]) } : {}),
    }),
    () => ({ type: random.pick(['subscribe', 'unsubscribe']), id, channel: random.pick([...CHANNELS, ...ODD]) }),
    () => ({ type: 'ack', position }),
    () => ({ type: 'ping', id }),
    () => ({ type: 'pong' }),
    () => ({ type: random.pick<unknown>(['welcome', 'snapshot', 'events', 'reply', 'health', 'error', ...ODD]), id }),
  ])()
}

/** A message as text, often broken. */
function words(random: Random): string {
  const text = JSON.stringify(message(random))
  const at = random.integer(0, text.length)
  switch (random.integer(0, 9)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + random.pick(['"', '}', '\0', '\\', '[', 'é']) + text.slice(at)
    case 2:
      return random.bytes(random.integer(0, 40)).toString('latin1')
    case 3:
      return random.pick(['', 'null', '[]', '"ping"', '['.repeat(10_000), '{"a":'.repeat(5_000), '1e999', 'ping'])
    default:
      return text
  }
}

const hello = { type: 'hello', protocol: 1, client: { name: 'x' } }

test(`${MESSAGES} messages of every kind: none throws, every one is answered, obeyed or ends its session`, () => {
  const random = new Random(fuzzSeed())
  const stage = new CoreStage({ ring: { entries: 64, characters: 1_000_000 } })
  const codes = new Set<number>(Object.values(CLOSE_CODES).map(({ code }) => code))
  const seen = new Set<string>()
  const closes = new Set<number>()
  let viewer: Viewer = stage.connect()
  let checked = 0
  for (let i = 0; i < MESSAGES; i += 1) {
    if (viewer.socket.closed) {
      closes.add(viewer.socket.closed.code)
      viewer = stage.connect()
      checked = 0
      if (random.chance(0.9)) viewer.send(hello)
    }
    viewer.send(words(random))
    if (random.chance(0.3))
      stage.event(random.pick(['a', 'b', '__proto__']), random.pick(['tick', 'job_started', 'error']))
    if (random.chance(0.3)) stage.clock.pass(random.integer(0, 10))
    for (const frame of viewer.socket.frames.slice(checked)) {
      const said: unknown = JSON.parse(frame.text)
      if (!Value.Check(ServerMessageSchema, said)) throw new Error(`not the protocol: ${frame.text}`)
      seen.add(said.type)
      expect(JSON.stringify(said.type === 'error' || said.type === 'reply' ? said : '')).not.toMatch(/\.ts|at .*\(/)
    }
    checked = viewer.socket.frames.length
  }
  expect([...seen]).toEqual(expect.arrayContaining(['error', 'events', 'pong', 'reply', 'snapshot', 'welcome']))
  expect([...closes].filter((code) => !codes.has(code))).toEqual([])

  // Whoever behaves is still served.
  const last = stage.live()
  stage.event('a')
  stage.clock.pass(10)
  expect(last.socket.offsets).toEqual([stage.hub.head])
  stage.sessions.close()
  expect(stage.clock.waiting).toBe(0)
})
