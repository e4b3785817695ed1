import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { AlarmActs } from '../../src/core/alarm-acts.ts'
import type { AlarmCondition } from '../../src/core/alarm-conditions.ts'
import { Alarms } from '../../src/core/alarms.ts'
import { decode } from '../../src/core/decode.ts'
import { Hub } from '../../src/core/hub.ts'
import { PanelAlarms } from '../../src/core/panel-alarms.ts'
import { DescribedPlant } from '../../src/core/plant.ts'
import type { Alarm } from '../../src/shared/alarm.ts'
import type { EventView } from '../../src/shared/event.ts'
import { foldAlarm } from '../../src/shared/fold/alarms.ts'
import { foldedFrom, foldedSnapshot, type FoldedSnapshot, newFolded } from '../../src/shared/folded.ts'
import type { Problem } from '../../src/shared/health.ts'
import { ALARM_ACTIONS } from '../../src/shared/messages.ts'
import type { Plant } from '../../src/shared/plant.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { ANNA } from '../support/operators.ts'
import { fuzzSeed, Random } from '../support/random.ts'
import { randomDatagram, randomReport } from '../support/random-datagram.ts'
import { garbage } from './garbage.ts'

const RUNS = 500

const MACHINES = ['press_001', 'oven', 'm', '😀'.repeat(128)]

const LIMITS = { high_high: 9, high: 0.7, low: 0.3, low_low: 0.1, deadband: 0.1 }
const DEVICES = {
  d: { tags: { speed: { type: 'number', limits: LIMITS }, pressure: { type: 'number', limits: { high: 5 } } } },
  'b/d': { tags: { speed: { type: 'number', limits: { low: 0.5 } }, __proto: { type: 'number' } } },
  мотор: { tags: { температура: { type: 'number', limits: { high: 3, deadband: 1 } } } },
} as const
const busy = { machine: 'oven', state: ['s3', 's4', 's5'] }

/** No delays, and no limits of rates: what is so is said at once. */
const PLANTS: readonly Plant[] = [
  {},
  { machines: { press: { alarm_states: ['s3', 's4'], devices: DEVICES } } },
  { machines: { press_001: { alarm_states: ['s5'], devices: { d: DEVICES['b/d'] } }, oven: { devices: DEVICES } } },
  {
    machines: { press: { alarm_states: ['s3', 's4'], devices: DEVICES }, oven: { devices: DEVICES } },
    alarms: {
      'press/error': { suppressed_while: [busy] },
      'press/state': { suppressed_while: [busy], latch: true, priority: 'critical' },
      'press/d/speed/high': { suppressed_while: [busy] },
      'oven/stale': { latch: true },
      'andon/journal_io': { suppressed_while: [busy] },
    },
  },
]

const PROBLEMS: readonly Problem[] = [
  { code: 'journal_io', message: 'm', remedy: 'r' },
  { code: 'config_refused', message: 'm', remedy: 'r' },
  { code: 'config_restart', message: 'm', remedy: 'r' },
]

/** The panel’s hub and alarms, and what they are told. */
class World {
  readonly clock = new FakeClock()
  readonly plant = new DescribedPlant({ staleAfterMs: 60_000 })
  readonly events: EventView[] = []
  /** The alarms before the first of these events. */
  before = new Map<string, Alarm>()
  readonly hub = new Hub({ clock: this.clock, epoch: 'e0' })
  readonly acts = new AlarmActs(this.hub, this.clock, this.plant)
  readonly #panel = new PanelAlarms()
  problems: readonly Problem[] = []
  refused = 0
  #runs = 0
  #kept = JSON.stringify(foldedSnapshot(newFolded()))
  readonly alarms = this.#watched()

  conditions(): readonly AlarmCondition[] {
    return this.#panel.conditions(this.problems, { refused: this.refused, lost: 0 }, this.clock.monotonic())
  }

  another(): Alarms {
    const { hub, plant, clock } = this
    return new Alarms({ hub, plant, clock, panel: () => this.conditions() })
  }

  /** Before anybody answers it, an event is written down. */
  #watched(): Alarms {
    this.hub.watch((event) => void this.events.push(event))
    return this.another()
  }

  machine(bytes: Buffer): void {
    const decoded = decode(bytes)
    if (decoded.ok) this.hub.append('machine', decoded.datagram, decoded.text)
  }

  report(random: Random): void {
    const { origin, machine, type, payload } = randomReport(random, MACHINES)
    // The alarms' own events only they themselves write.
    if (!type.startsWith('alarm_')) this.hub.report(origin, machine, type, payload)
  }

  act(random: Random): void {
    const all = [...this.hub.folded.alarms.values()]
    if (all.length === 0) return
    const { id: alarm, raised } = random.pick(all)
    const action = random.pick(ALARM_ACTIONS)
    const seconds = random.pick([1, 10, 100])
    this.acts.act({ action, alarms: [{ alarm, raised }], reason: 'r', seconds, one_shot: random.chance(0.5) }, ANNA)
  }

  /** What an earlier run has left behind. */
  keep(): void {
    this.#kept = JSON.stringify(foldedSnapshot(this.hub.folded))
  }

  /** Now it turns up: what is known here goes behind it. */
  turnUp(): void {
    const { hub, clock, events } = this
    const folded = foldedFrom(JSON.parse(this.#kept) as FoldedSnapshot)
    hub.continueFrom(`e${(this.#runs += 1)}`, { head: hub.head, epochs: [], folded, tail: [] })
    this.before = structuredClone(hub.folded.alarms) as Map<string, Alarm>
    events.length = 0
    clock.turn()
  }
}

type Step = (world: World) => void
const seeded = (run: (world: World, random: Random) => void): fc.Arbitrary<Step> =>
  fc.integer().map((seed) => (world) => run(world, new Random(seed)))

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: seeded((world, random) => world.machine(Buffer.from(randomDatagram(random, MACHINES).text))),
  },
  { weight: 4, arbitrary: seeded((world, random) => world.machine(garbage(random))) },
  { weight: 4, arbitrary: seeded((world, random) => world.report(random)) },
  { weight: 4, arbitrary: seeded((world, random) => world.act(random)) },
  { weight: 2, arbitrary: fc.constantFrom(...PLANTS).map<Step>((plant) => (world) => world.plant.replace(plant)) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(1, 1_000, 10_000, 70_000).map<Step>(
      (ms) =>
        ({ clock }) =>
          clock.pass(ms),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((world) => world.keep()) },
  { weight: 1, arbitrary: fc.constant<Step>((world) => world.turnUp()) },
  {
    weight: 1,
    arbitrary: fc.subarray([...PROBLEMS]).map<Step>((problems) => (world) => void (world.problems = problems)),
  },
  { weight: 1, arbitrary: fc.constant<Step>((world) => void (world.refused += 1)) },
)

function expectNothingNew(world: World): void {
  const { head } = world.hub
  const before = structuredClone([...world.hub.folded.alarms])
  world.another().close()
  const said = world.events.filter(({ offset }) => offset > head).map(({ type, payload }) => [type, payload])
  expect(said).toEqual([])
  expect([...world.hub.folded.alarms]).toEqual(before)
}

/** What the panel says of alarms is news, each time, and nothing is said of what nobody raised. */
function expectNews({ events, before: alarms }: World): void {
  for (const event of events) {
    const changed = foldAlarm(alarms, event)
    if (event.family === 'alarm' && event.origin === 'panel' && !changed) {
      throw new Error(`no news: ${JSON.stringify(event)}`)
    }
    if (changed?.message === changed?.id && changed) throw new Error(`says nothing: ${JSON.stringify(event)}`)
  }
}

test(`whatever happens, the alarms are those that somebody would raise who looked at everything anew`, () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const world = new World()
      for (const run of steps) {
        run(world)
        // The panel's own health is looked at now and then.
        world.clock.pass(1_000)
        expectNothingNew(world)
      }
      expectNews(world)
      world.alarms.close()
      expect(world.clock.waiting).toBe(0)
    }),
    { numRuns: RUNS, seed: fuzzSeed() },
  )
})
