import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Replica } from '../../src/client/replica.ts'
import { filterOf, matches } from '../../src/shared/channel.ts'
import { type AndonEvent, viewEvent } from '../../src/shared/event.ts'
import type { Events, ServerMessage } from '../../src/shared/messages.ts'
import { CoreStage, Viewer } from '../support/core-stage.ts'
import { fuzzSeed, Random } from '../support/random.ts'
import { visibleState, wholeState } from '../support/visible.ts'

const RUNS = 4_000
const FULL = 10 * 1024 * 1024

/** The last name makes `device:a/b/d` a device of either of two machines. */
const MACHINES = ['a', 'b', 'a/b']
const CHANNELS = [
  'all',
  'machine:a',
  'machine:b',
  'family:job',
  'family:device',
  'device:a/d',
  'device:a/b/d',
  'device:b/__proto__',
] as const

/** A viewer as the client's session is one, on a link that delivers when the test lets it, and may be lost before. */
class Watcher {
  readonly replica = new Replica()
  channels: string[]
  link: Viewer | undefined
  #read = 0
  #nextId = 1
  readonly #asked = new Map<number, () => void>()

  constructor(
    private readonly stage: CoreStage,
    channels: readonly string[],
  ) {
    this.channels = [...channels]
    this.connect()
  }

  connect(): void {
    if (this.link) return
    this.link = this.stage.connect()
    this.#read = 0
    const { position } = this.replica
    const resume = position && this.replica.shows(this.channels) ? { resume: position } : {}
    this.link.hello({ channels: this.channels, ...resume })
  }

  /** The link is lost, with all that was on its way. */
  lose(): void {
    this.link?.connection.closed()
    this.link = undefined
    this.#asked.clear()
  }

  change(type: 'subscribe' | 'unsubscribe', channel: string): void {
    const id = this.#nextId++
    this.#asked.set(id, () => {
      const others = this.channels.filter((known) => known !== channel)
      this.channels = type === 'subscribe' ? [...others, channel] : others
    })
    this.link?.send({ type, id, channel })
  }

  fill(full: boolean): void {
    if (!this.link) return
    this.link.socket.pending = full ? FULL : 0
    if (!full) this.link.connection.drained()
  }

  /** Takes in at most so many of the frames that were sent. */
  read(limit = Infinity): void {
    const frames = this.link?.socket.frames ?? []
    for (let i = 0; i < limit && this.#read < frames.length; i += 1, this.#read += 1) {
      this.#take(JSON.parse(frames[this.#read]?.text ?? '') as ServerMessage)
    }
  }

  #take(message: ServerMessage): void {
    switch (message.type) {
      case 'snapshot':
        this.replica.load(message)
        break
      case 'events':
        this.#complete(message)
        this.replica.apply(message)
        break
      case 'ping':
        if (this.replica.position) this.replica.position = message.position
        break
      case 'reply':
        if (message.ok) this.#asked.get(Number(message.id))?.()
        break
      case 'welcome':
      case 'plant':
      case 'health':
      case 'sign_ins':
      case 'pong':
      case 'error':
        break
      default:
        message satisfies never
    }
  }

  /** A frame of events leaves none out between this viewer's position and its own, but what was conflated. */
  #complete({ events, position, conflated }: Events): void {
    if (conflated) return
    const filter = filterOf(this.channels)
    const from = this.replica.position?.offset ?? 0
    const due = this.stage.archive.entries
      .slice(from, position.offset)
      .filter((entry) => matches(filter, entry))
      .map(({ offset }) => offset)
    const sent = events.map(({ offset }) => offset)
    if (String(sent) !== String(due)) throw new Error(`sent ${String(sent)} where ${String(due)} were due`)
  }
}

/** Those that the channels name. */
const DEVICES = [
  ['a', 'd'],
  ['a', 'b/d'],
  ['a/b', 'd'],
  ['b', '__proto__'],
] as const

type Step = (watchers: readonly Watcher[], stage: CoreStage) => void | Promise<unknown>

const watcher = fc.nat({ max: 2 })
const on = (run: (watcher: Watcher) => void): fc.Arbitrary<Step> =>
  watcher.map((at) => (watchers) => {
    const one = watchers[at]
    if (one) run(one)
  })

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.integer(), fc.integer({ min: 1, max: 12 })).map<Step>(
      ([seed, count]) =>
        (_watchers, stage) =>
          stage.random(new Random(seed), count, MACHINES),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.integer({ min: 0, max: 20 }).map<Step>((ms) => (_watchers, stage) => stage.clock.pass(ms)),
  },
  { weight: 1, arbitrary: fc.constant<Step>((_watchers, stage) => stage.clock.pass(30_000)) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(watcher, fc.integer({ min: 1, max: 4 }))
      .chain(([at, limit]) => fc.constant<Step>((watchers) => watchers[at]?.read(limit))),
  },
  { weight: 2, arbitrary: on((one) => one.lose()) },
  { weight: 3, arbitrary: on((one) => one.connect()) },
  { weight: 2, arbitrary: on((one) => one.fill(true)) },
  { weight: 2, arbitrary: on((one) => one.fill(false)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(watcher, fc.constantFrom('subscribe' as const, 'unsubscribe' as const), fc.constantFrom(...CHANNELS))
      .map<Step>(
        ([at, type, channel]) =>
          (watchers) =>
            watchers[at]?.change(type, channel),
      ),
  },
  { weight: 2, arbitrary: fc.constant<Step>((_watchers, stage) => stage.archive.deliver()) },
)

const channels = fc.subarray([...CHANNELS])

/** Everybody reads, drains and comes back, until nothing is on its way any more. */
async function settle(watchers: readonly Watcher[], stage: CoreStage): Promise<void> {
  for (const one of watchers) {
    // A session that the core has ended is a lost link.
    if (one.link?.socket.closed) one.lose()
    one.read()
    one.fill(false)
    one.connect()
  }
  do {
    stage.clock.pass(100)
    await setImmediate()
  } while (await stage.archive.deliver())
  for (const one of watchers) one.read()
}

function expectSame(one: Watcher, stage: CoreStage): void {
  expect(wholeState(one.replica.state)).toEqual(visibleState(stage.hub.folded, one.channels))
  const filter = filterOf(one.channels)
  const events = stage.archive.entries.filter((entry) => matches(filter, entry))
  const { recent } = one.replica.state
  expect(recent.map(({ offset }) => offset)).toEqual(
    events.slice(events.length - recent.length).map(({ offset }) => offset),
  )
  for (const event of recent) expect(viewEvent(event).machine).toBe(at(stage, event)?.machine)
}

const at = (stage: CoreStage, event: AndonEvent) => stage.archive.entries[event.offset - 1]

const scenario = fc.record({
  archive: fc.boolean(),
  entries: fc.constantFrom(1, 4, 16, 1_000),
  starts: fc.tuple(channels, channels, channels),
  steps: fc.array(step, { maxLength: 60, size: 'max' }),
})

test('[R1] [R2] [C3] [S5] whatever happens to links, sockets, channels and memory, every viewer ends with the core’s state', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ archive, entries, starts, steps }) => {
      const stage = new CoreStage({ archive, ring: { entries, characters: 1_000_000 } })
      // Only what was heard of can be asked for.
      for (const [machine, device_id] of DEVICES) {
        stage.event(machine, 'device_update', { device_id, new_state: { speed: 1 } })
      }
      const watchers = starts.map((names) => new Watcher(stage, names))
      for (const run of steps) await run(watchers, stage)
      await settle(watchers, stage)
      await settle(watchers, stage)
      for (const one of watchers) expectSame(one, stage)
      stage.sessions.close()
      expect(stage.clock.waiting).toBe(0)
    }),
    { numRuns: RUNS, seed: fuzzSeed() },
  )
})

test('[S5] a viewer that lags behind a flood of telemetry is told what was left out, and ends with the core’s state', async () => {
  const stage = new CoreStage()
  const slow = new Watcher(stage, ['all'])
  slow.read()
  slow.fill(true)
  for (let i = 0; i < 5_000; i += 1) {
    stage.event('a', 'device_update', { device_id: `d${i % 3}`, new_state: { value: i } })
    if (i % 100 === 0) stage.event('a', 'state_change', { to_state: `s${i}` })
  }
  slow.fill(false)
  slow.read()
  const frames = slow.link?.socket.messages.filter(({ type }) => type === 'events') ?? []
  expect(frames.flatMap(({ conflated }) => conflated ?? [])).not.toEqual([])
  expect(slow.link?.socket.offsets.length).toBeLessThan(200)
  expect(wholeState(slow.replica.state)).toEqual(wholeState(stage.hub.folded))
})
