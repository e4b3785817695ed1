import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JournalFault } from '../../src/core/journal-store.ts'
import type { Plant } from '../../src/shared/plant.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { JournalStage } from '../support/journal-stage.ts'
import { Disk, ManualStore, type Outcome, settled } from '../support/manual-store.ts'
import { ManualViewer } from '../support/manual-viewer.ts'
import { fuzzSeed, Random } from '../support/random.ts'
import { randomEvent } from '../support/random-datagram.ts'
import { wholeState } from '../support/visible.ts'

const RUNS = Number(process.env['ANDON_FUZZ_RUNS'] ?? 400)
const seed = fuzzSeed()

/** The last name makes `device:a/b/d` a device of either of two machines. */
const MACHINES = ['a', 'b', 'a/b']
const CHANNELS = ['all', 'machine:a', 'machine:b', 'family:device', 'family:log', 'device:a/d', 'device:a/b/d']
/** A device that nobody knows cannot be asked for; these are known even where the journal is new. */
const PLANT: Plant = { machines: { a: { devices: { d: {}, 'b/d': {} } }, b: { devices: { мотор: {} } } } }
const FAULTS: readonly JournalFault[] = ['disk_full', 'read_only', 'io', 'corrupt']

interface World {
  readonly ring: number
  /** Most bytes that a viewer's frame may make the socket look full with. */
  readonly weight: number
  readonly resumeEvents: number
  readonly retentionBytes: number
  /** Events in one burst. */
  readonly burst: number
  readonly machines: readonly string[]
  /** Only values of tags, which may be conflated. */
  readonly telemetry: boolean
}

/** How often what this is about really happened, over all runs. */
const happened = { resumed: 0, resets: 0, conflated: 0, paged: 0, gaps: 0, lateJournals: 0 }

/** The panel over its lives, its disk, and its viewers. */
class Scene {
  readonly disk = new Disk()
  readonly viewers: readonly ManualViewer[]
  store!: ManualStore
  stage!: JournalStage
  #lives = 0
  readonly #random: Random

  constructor(
    readonly world: World,
    randomSeed: number,
  ) {
    this.#random = new Random(randomSeed)
    this.viewers = [
      ['all'],
      ['all'],
      ['machine:a', 'family:log'],
      ['device:b/мотор', 'family:flow'],
      ['family:device'],
    ].map((channels) => new ManualViewer(channels, world.weight))
  }

  /** The process starts, on whatever the disk holds. */
  async start(outcome: Outcome): Promise<void> {
    this.store = new ManualStore(this.disk)
    const { ring, resumeEvents, retentionBytes } = this.world
    const starting = JournalStage.start({
      store: this.store,
      clock: new FakeClock(this.stage?.clock.now()),
      ring: { entries: ring, characters: 10_000_000 },
      resumeEvents,
      retentionBytes,
      plant: PLANT,
      life: `life${(this.#lives += 1)}`,
    })
    await this.store.answerWrite(outcome)
    this.stage = await starting
  }

  /** `kill -9`: so many of the calls that are under way still reach the disk. */
  async kill(done: number): Promise<void> {
    for (let i = 0; i < done; i += 1) await this.store.answerWrite('lost')
    // Nobody hears of it any more: neither timers nor viewers of this life.
    for (const viewer of this.viewers) viewer.cut()
  }

  /** The disk keeps up for a while. */
  async write(): Promise<void> {
    for (let i = 0; i < 10; i += 1) {
      this.stage.clock.pass(20)
      while (await this.store.answerWrite());
    }
  }

  /** Events one by one, each of them durable before the next. */
  async stream(count: number): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      this.append(1)
      this.stage.clock.pass(20)
      while (await this.store.answerWrite());
    }
  }

  /** A viewer sees what is not durable yet; then the process is killed, and others take those offsets. */
  async lose(viewer: ManualViewer, seen: number, others: number): Promise<void> {
    viewer.connect(this.stage.sessions.accept)
    this.append(seen)
    this.stage.clock.pass(5)
    viewer.take()
    await this.kill(0)
    await this.start('ok')
    this.append(others)
    viewer.connect(this.stage.sessions.accept)
  }

  append(count: number): void {
    for (let i = 0; i < count; i += 1) {
      if (this.world.telemetry && !this.#random.chance(0.002)) {
        const machine = this.#random.pick(this.world.machines)
        this.stage.event(machine, 'tag_update', { tag: `t${this.#random.integer(1, 5)}`, value: this.#random.next() })
      } else {
        randomEvent(this.stage.hub, this.#random, this.world.machines)
      }
    }
  }

  /** The disk answers, links come back, everybody reads; until nothing moves any more. */
  async calm(): Promise<void> {
    for (let i = 0; i < 60; i += 1) {
      await this.store.answerAll()
      this.stage.clock.pass(2_000)
      for (const viewer of this.viewers) {
        viewer.connect(this.stage.sessions.accept)
        viewer.take()
      }
      await settled()
      const { journal, hub } = this.stage
      const done =
        journal.problem === null &&
        journal.health.durable === hub.head &&
        this.store.reads.length === 0 &&
        this.viewers.every((viewer) => viewer.linked && viewer.waiting === 0)
      if (done && i > 2) return
    }
    throw new Error('it never came to rest')
  }

  /** What must hold in the end, said of each viewer. */
  look(): unknown {
    const { journal, log } = this.stage
    happened.paged += this.store.pages
    if (journal.health.lost > 0) happened.gaps += 1
    if (log.records.some((record) => record.message.startsWith('the journal turned up'))) happened.lateJournals += 1
    for (const viewer of this.viewers) {
      for (const message of viewer.messages.splice(0)) {
        if (message.type === 'welcome' && message.resumed) happened.resumed += 1
        if (message.type === 'snapshot' && message.reset) happened.resets += 1
        if (message.type === 'events' && message.conflated) happened.conflated += 1
      }
    }
    return this.viewers.map((viewer) => ({
      folded: wholeState(viewer.replica.state),
      recent: viewer.replica.state.recent.map((event) => event.offset),
      known: this.stage.hub.knows(viewer.replica.position ?? { epoch: '', offset: 0 }),
      offset: viewer.channels.has('all') ? viewer.replica.position?.offset : null,
    }))
  }

  /** What {@link look} must give. */
  wanted(): unknown {
    return this.viewers.map((viewer) => ({
      folded: this.stage.folded(viewer.channels),
      recent: [...new Set(viewer.replica.state.recent.map((event) => event.offset))].toSorted((a, b) => a - b),
      known: true,
      offset: viewer.channels.has('all') ? this.stage.hub.head : null,
    }))
  }
}

type Step = (scene: Scene) => void | Promise<void>

const named = (name: string, run: Step): Step => Object.assign(run, { toString: () => name })

const fault = fc.constantFrom<Outcome>('ok', 'ok', 'ok', 'lost', ...FAULTS)
const viewer = fc.nat({ max: 4 })

const stepOf = (burst: number): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: burst }).map((n) => named(`append ${n}`, (s) => s.append(n))) },
    { weight: 4, arbitrary: fc.nat({ max: 60 }).map((ms) => named(`pass ${ms}`, (s) => s.stage.clock.pass(ms))) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(2_000, 15_000, 61_000).map((ms) => named(`pass ${ms}`, (s) => s.stage.clock.pass(ms))),
    },
    {
      weight: 3,
      arbitrary: viewer.map((v) => named(`connect ${v}`, (s) => s.viewers[v]?.connect(s.stage.sessions.accept))),
    },
    { weight: 2, arbitrary: viewer.map((v) => named(`cut ${v}`, (s) => s.viewers[v]?.cut())) },
    {
      weight: 5,
      arbitrary: fc
        .tuple(viewer, fc.integer({ min: 1, max: 6 }))
        .map(([v, n]) => named(`viewer ${v} takes ${n}`, (s) => s.viewers[v]?.take(n))),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(viewer, fc.constantFrom(...CHANNELS))
        .map(([v, channel]) => named(`viewer ${v} toggles ${channel}`, (s) => s.viewers[v]?.toggle(channel))),
    },
    {
      weight: 6,
      arbitrary: fault.map((f) =>
        named(`write ${f}`, async (s) => {
          await s.store.answerWrite(f)
        }),
      ),
    },
    { weight: 3, arbitrary: fc.constant(named('write', (s) => s.write())) },
    { weight: 3, arbitrary: fc.integer({ min: 2, max: 30 }).map((n) => named(`stream ${n}`, (s) => s.stream(n))) },
    {
      weight: 3,
      arbitrary: fault.map((f) =>
        named(`read ${f}`, async (s) => {
          await s.store.answerRead(f)
        }),
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(viewer, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 8 }))
        .map(([v, seen, others]) =>
          named(`viewer ${v} sees ${seen} that are lost, ${others} follow`, async (s) => {
            const found = s.viewers[v]
            if (found) await s.lose(found, seen, others)
          }),
        ),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.nat({ max: 2 }), fault).map(([done, f]) =>
        named(`kill, ${done} calls done, start with ${f}`, async (s) => {
          await s.kill(done)
          await s.start(f)
        }),
      ),
    },
  )

const property = (
  world: fc.Arbitrary<World>,
  burst: number,
  steps: number,
): fc.IAsyncProperty<[World, Step[], number]> =>
  fc.asyncProperty(
    world,
    fc.array(stepOf(burst), { maxLength: steps, size: 'max' }),
    fc.integer(),
    async (chosen, run, randomSeed) => {
      const scene = new Scene(chosen, randomSeed)
      await scene.start('ok')
      for (const step of run) await step(scene)
      await scene.calm()
      expect(scene.look()).toEqual(scene.wanted())
      // What the journal holds is the same state: the next life begins with it, and the viewers go on with it.
      const before = scene.stage.folded()
      await scene.kill(0)
      await scene.start('ok')
      expect(scene.stage.begun).toEqual(before)
      scene.append(3)
      await scene.calm()
      expect(scene.look()).toEqual(scene.wanted())
    },
  )

test('[R1] [R3] [R5] whatever the order of events, cuts, kills, faults and slow reads, every replica equals the core', async () => {
  const world = fc.record({
    ring: fc.constantFrom(1, 4, 16, 64),
    weight: fc.constantFrom(0, 100_000),
    resumeEvents: fc.constantFrom(10, 100, 50_000),
    retentionBytes: fc.constantFrom(3_000, 2 ** 40),
    burst: fc.constant(20),
    machines: fc.constant(MACHINES),
    telemetry: fc.constant(false),
  })
  await fc.assert(property(world, 20, 70), { numRuns: RUNS, seed })
  const { resumed, resets, paged, gaps, lateJournals } = happened
  console.log(JSON.stringify(happened))
  expect(Math.min(resumed, resets, paged, gaps, lateJournals)).toBeGreaterThan(5)
})

test('[K1] the same holds for viewers that lag so far that their telemetry is conflated', async () => {
  const world = fc.record({
    ring: fc.constantFrom(3_000, 8_000),
    weight: fc.constant(100_000),
    resumeEvents: fc.constantFrom(100, 50_000),
    retentionBytes: fc.constant(2 ** 40),
    burst: fc.constant(3_000),
    machines: fc.constant(MACHINES),
    telemetry: fc.constant(true),
  })
  await fc.assert(property(world, 3_000, 25), { numRuns: Math.ceil(RUNS / 2), seed })
  expect(happened.conflated).toBeGreaterThan(5)
})
