import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Replica } from '../../src/client/replica.ts'
import { commandRules } from '../../src/core/command-rules.ts'
import { Commands } from '../../src/core/commands.ts'
import type { SendResult } from '../../src/core/control-link.ts'
import { ControlTokens } from '../../src/core/control-tokens.ts'
import { Hub } from '../../src/core/hub.ts'
import { Operations } from '../../src/core/operations.ts'
import type { Operator } from '../../src/core/operator.ts'
import { DescribedPlant } from '../../src/core/plant.ts'
import { filterOf } from '../../src/shared/channel.ts'
import { COMMAND_STATUSES, type Command, type Expectation, isSettled } from '../../src/shared/command.ts'
import type { Payload } from '../../src/shared/datagram.ts'
import { foldedFrom, foldedSnapshot, type FoldedSnapshot } from '../../src/shared/folded.ts'
import { COMMAND_TRANSITIONS } from '../../src/shared/fold/commands.ts'
import type { Events } from '../../src/shared/messages.ts'
import type { Plant } from '../../src/shared/plant.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { ANNA, BORIS, DISPLAY, logged, type LoggedEvent } from '../support/operators.ts'
import { fuzzSeed } from '../support/random.ts'
import { wholeState } from '../support/visible.ts'

const RUNS = 1_000

const MACHINES = ['press', 'oven'] as const
const OPERATORS = [ANNA, BORIS, DISPLAY] as const
const IDS = Array.from({ length: 10 }, (_, i) => `command-${i}`)
const STOPS = Array.from({ length: 3 }, (_, i) => `the-stop-of-${i}`)
const STATES = ['idle', 'busy'] as const
const ALL = filterOf(['all'])

/** One try to hand a command to a machine. */
interface Sent {
  readonly machine: string
  readonly id: string
  readonly at: number
  /** Offset of the last event before it. */
  readonly head: number
}

/** The panel's core with the machines' sockets, which is restarted now and then, and a viewer that follows it. */
class World {
  readonly clock = new FakeClock()
  readonly plant = new DescribedPlant({ staleAfterMs: 60_000, controlPrefix: '/' })
  readonly answers = new Map<string, SendResult>()
  readonly sent: Sent[] = []
  /** When a command must have been sent, by its id; milliseconds of the clock that never steps. */
  readonly due = new Map<string, number>()
  readonly replica = new Replica()
  readonly seen = new Map<string, Command>()
  readonly loans: (() => void)[] = []
  hub = new Hub({ clock: this.clock, epoch: 'e0' })
  control!: ControlTokens
  commands!: Commands
  operations!: Operations
  #runs = 0

  constructor() {
    for (const machine of MACHINES) {
      this.say(machine, 'machine_registered', { current_state: 'idle' })
      this.say(machine, 'device_update', { device_id: 'm', device_type: 'motor', new_state: { speed: 0 } })
    }
    this.#start()
  }

  #start(): void {
    const { hub, clock, plant } = this
    this.control = new ControlTokens(hub, clock)
    const link = {
      send: (endpoint: string, bytes: Buffer): SendResult => {
        const answer = this.answers.get(endpoint) ?? { kind: 'sent' }
        if (answer.kind === 'sent') {
          const { command_id: id } = JSON.parse(bytes.toString()) as { command_id: string }
          this.sent.push({ machine: endpoint.slice(1, -5), id, at: clock.monotonic(), head: this.hub.head })
        }
        return answer
      },
    }
    this.commands = new Commands(hub, clock, link, commandRules({ hub, plant, control: this.control, clock }))
    this.operations = new Operations({
      hub,
      plant,
      commands: this.commands,
      control: this.control,
      alarms: undefined as never,
      audit: { record: () => undefined, recordAll: () => undefined },
      clock,
    })
  }

  restart(): void {
    this.commands.close()
    this.control.close()
    this.#must(this.clock.waiting === 0, 'a timer was left')
    const folded = JSON.parse(JSON.stringify(foldedSnapshot(this.hub.folded))) as FoldedSnapshot
    this.hub = new Hub({
      clock: this.clock,
      epoch: `e${(this.#runs += 1)}`,
      from: { head: this.hub.head, epochs: [], folded: foldedFrom(folded), tail: this.hub.entries(0) },
    })
    this.loans.length = 0
    this.#start()
  }

  say(machine: string, type: string, payload: Payload): void {
    const body = { machine_name: machine, type, payload }
    this.hub.append('machine', body, JSON.stringify(body))
  }

  ask(id: string, machine: string, operator: Operator, wanted: Wanted): void {
    const known = this.commands.knows(id)
    const { timeout = 10_000, late } = wanted
    const at = late === undefined ? {} : { at: Math.max(0, this.clock.now() - late) }
    if (!known) this.due.set(id, this.clock.monotonic() + (wanted.kind === 'stop' ? 10_000 : timeout))
    const asked = { command: id, machine, timeout, ...at }
    if (wanted.kind === 'stop') this.operations.stop({ command: id, machine }, operator)
    else if (wanted.kind === 'write') {
      this.operations.write({ ...asked, device: 'm', tag: 'speed', value: wanted.value }, operator)
    } else {
      this.operations.command({ ...asked, event: { type: 'go' }, expectation: wanted.expectation }, operator)
    }
  }

  #must(so: boolean, why: string): void {
    if (!so) throw new Error(why)
  }

  /** The viewer takes in what is new, and sees that every command goes on only along its arrows. */
  look(): void {
    for (let from = this.replica.position?.offset ?? 0; from < this.hub.head;) {
      const { frame, to } = this.hub.events(from, ALL)
      if (frame) this.replica.apply(JSON.parse(frame.text) as Events)
      from = to
    }
    for (const [id, now] of this.replica.state.commands) {
      const before = this.seen.get(id)
      if (before && isSettled(before.status)) {
        this.#must(JSON.stringify(now) === JSON.stringify(before), `${id} is settled, and changed`)
      } else if (before && before.status !== now.status) {
        const between = now.status !== 'accepted' && before.status === 'requested' ? ['accepted'] : []
        const ways = [before.status, ...between].flatMap((status) => COMMAND_TRANSITIONS[status as Command['status']])
        this.#must(ways.includes(now.status), `${id} went from ${before.status} to ${now.status}`)
      }
      this.seen.set(id, { ...now })
    }
  }
}

type Wanted = { readonly timeout?: number; readonly late?: number | undefined } & (
  | { readonly kind: 'command'; readonly expectation: Expectation }
  | { readonly kind: 'write'; readonly value: number }
  | { readonly kind: 'stop' }
)

// --- what may happen ---

const machine = fc.constantFrom(...MACHINES)
const operator = fc.constantFrom(...OPERATORS)
const anyId = fc.constantFrom(...IDS, ...STOPS, 'command-of-nobody')
const speed = fc.integer({ min: 0, max: 2 })

const expectation: fc.Arbitrary<Expectation> = fc.oneof(
  fc.constant<Expectation>({ kind: 'transition' }),
  fc.constant<Expectation>({ kind: 'result' }),
  fc.constantFrom(...STATES).map<Expectation>((state) => ({ kind: 'state', state })),
  speed.map<Expectation>((value) => ({ kind: 'tag', device: 'm', tag: 'speed', value, tolerance: 0 })),
  fc.tuple(fc.constantFrom('x1', null), fc.constantFrom('done', null)).map<Expectation>(([execution, status]) => ({
    kind: 'event',
    types: ['finished', 'state_change'],
    execution,
    status,
  })),
)

const timing = { timeout: fc.constantFrom(100, 2_000, 10_000), late: fc.constantFrom(undefined, 0, 4_000, 6_000) }
const wanted: fc.Arbitrary<Wanted> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('command' as const), expectation, ...timing }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('write' as const), value: speed, ...timing }) },
)

/** What machines say: the truth, about others, and what only the panel and operators may. */
const datagram: fc.Arbitrary<readonly [string, Payload]> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...STATES), fc.constantFrom('go', 'stop', 'timeout(1)', null))
    .map(([to_state, event_trigger]) => ['state_change', { to_state, event_trigger }] as const),
  fc.constantFrom(...STATES).map((current_state) => ['machine_registered', { current_state }] as const),
  fc
    .tuple(speed, fc.constantFrom('good', 'bad'))
    .map(([value, quality]) => ['device_update', { device_id: 'm', new_state: { speed: value }, quality }] as const),
  speed.map((value) => ['tag_update', { device_id: 'm', tag: 'speed', value }] as const),
  fc
    .tuple(anyId, fc.constantFrom(true, false, undefined, 'yes'))
    .map(([command_id, success]) => ['command_result', { command_id, success }] as const),
  fc
    .tuple(fc.constantFrom('x1', 'x2', undefined), fc.constantFrom('done', 'other', undefined))
    .map(([executionId, status]) => ['finished', { executionId, status }] as const),
  fc.constant(['machine_terminated', {}] as const),
  fc
    .tuple(
      fc
        .constantFrom('requested', 'accepted', 'refused', 'confirmed', 'failed', 'timed_out')
        .map((s) => `command_${s}`),
      anyId,
      fc.nat({ max: 60 }),
    )
    .map(([type, id, settled_by]) => [type, { id, settled_by, type: 'go' }] as const),
  fc
    .tuple(
      fc.constantFrom('granted', 'released', 'requested', 'kept', 'grace', 'resumed').map((s) => `control_${s}`),
      operator,
    )
    .map(([type, { session, name }]) => [type, { session, holder: name, at: 1, until: 1 }] as const),
)

const PLANTS: readonly Plant[] = [
  {},
  { machines: { press: { control: false } } },
  { machines: { press: { pace: 0 }, oven: { pace: 1_000 } } },
  { interlocks: [{ name: 'Busy', machine: 'press', when: [{ machine: 'oven', state: ['busy'] }], reason: 'No.' }] },
]

type Step = (world: World) => void

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.tuple(fc.constantFrom(...IDS), machine, operator, wanted).map<Step>(
      ([id, name, who, what]) =>
        (world) =>
          world.ask(id, name, who, what),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...STOPS), machine, operator).map<Step>(
      ([id, name, who]) =>
        (world) =>
          world.ask(id, name, who, { kind: 'stop' }),
    ),
  },
  {
    weight: 10,
    arbitrary: fc.tuple(machine, datagram).map<Step>(
      ([name, [type, payload]]) =>
        (world) =>
          world.say(name, type, payload),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom(0, 25, 60, 300, 3_000, 16_000).map<Step>((ms) => (world) => world.clock.pass(ms)),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(machine, operator).map<Step>(
      ([name, who]) =>
        (world) =>
          world.control.request(name, who),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('release', 'keep', 'lost', 'resumed'), machine, operator)
      .map<Step>(([what, name, { session }]) => ({ control }) => {
        if (what === 'release') control.release(name, session)
        else if (what === 'keep') control.keep(name, session)
        else if (what === 'lost') control.lost(session)
        else control.resumed(session)
      }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(machine, operator).map<Step>(([name, who]) => ({ control, loans }) => {
      const giveBack = control.borrow(name, who)
      if (giveBack) loans.push(giveBack)
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>(({ loans }) => loans.shift()?.()) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(machine, fc.constantFrom('sent', 'full', 'gone', 'failed'))
      .map<Step>(([name, kind]) => ({ answers }) => {
        answers.set(`/${name}.sock`, kind === 'failed' ? { kind, reason: 'EACCES' } : { kind })
      }),
  },
  {
    weight: 1,
    arbitrary: machine.map<Step>(
      (name) =>
        ({ hub }) =>
          void hub.report('panel', name, 'machine_stale', {}),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(...PLANTS).map<Step>((plant) => (world) => world.plant.replace(plant)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(-3_600_000, 3_600_000).map<Step>(
      (ms) =>
        ({ clock }) =>
          clock.step(ms),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((world) => world.restart()) },
)

// --- what must be so, told from the log alone, without the core's own code ---

/** True where this event of the machine is what the command waited for. */
function meets(wish: LoggedEvent, { type, payload }: LoggedEvent): boolean {
  const expected = wish.payload['expectation'] as Expectation
  if (type === 'command_result') return payload['command_id'] === wish.payload['id'] && payload['success'] === true
  switch (expected.kind) {
    case 'transition':
      return type === 'state_change'
    case 'state':
      return payload[type === 'state_change' ? 'to_state' : 'current_state'] === expected.state
    case 'tag': {
      const state = payload['new_state'] as Payload | undefined
      return payload['quality'] !== 'bad' && (state ? state['speed'] : payload['value']) === expected.value
    }
    case 'event':
      return (
        expected.types.includes(type) &&
        (expected.execution === null || payload['executionId'] === expected.execution) &&
        (expected.status === null || payload['status'] === expected.status)
      )
    case 'result':
      return false
    default:
      return expected satisfies never
  }
}

const isStop = (id: string): boolean => id.startsWith('the-stop')

/** Who has control, and which machines are not to be commanded, after each event. */
function courseOf(log: readonly LoggedEvent[]): readonly { holders: Map<string, string>; dead: Set<string> }[] {
  const [holders, dead] = [new Map<string, string>(), new Set<string>()]
  return log.map(({ origin, machine: name, type, payload }) => {
    if (origin === 'machine') {
      dead.delete(name)
      if (type === 'machine_terminated') dead.add(name)
    } else if (type === 'machine_stale') dead.add(name)
    else if (type === 'control_granted') holders.set(name, String(payload['session']))
    else if (type === 'control_released') holders.delete(name)
    return { holders: new Map(holders), dead: new Set(dead) }
  })
}

function expectLawful(world: World): void {
  const log = logged(world)
  const course = courseOf(log)
  const lives = new Map<string, LoggedEvent[]>()
  for (const event of log) {
    if (event.origin === 'machine' || !event.type.startsWith('command_')) continue
    const id = String(event.payload['id'])
    lives.set(id, [...(lives.get(id) ?? []), event])
  }
  // Each accepted command was handed over exactly once, and nothing else was.
  const accepted = log.filter(({ origin, type }) => origin === 'panel' && type === 'command_accepted')
  expect(world.sent.map(({ id, machine: name, head }) => [id, name, head + 1])).toEqual(
    accepted.map(({ payload, machine: name, offset }) => [payload['id'], name, offset]),
  )
  for (const [id, life] of lives) expectLife(world, log, course, id, life)
  for (const name of MACHINES) expectOrder(world, lives, name)
}

function expectLife(
  world: World,
  log: readonly LoggedEvent[],
  course: ReturnType<typeof courseOf>,
  id: string,
  life: readonly LoggedEvent[],
): void {
  const [wish, ...rest] = life
  if (!wish) throw new Error('no life')
  expect([wish.origin, wish.type]).toEqual(['operator', 'command_requested'])
  expect(rest.every(({ origin, machine: name }) => origin === 'panel' && name === wish.machine)).toBe(true)
  // What follows is a way along the arrows, and nothing follows what is settled.
  const way = life.map(({ type }) => type.slice('command_'.length) as Command['status'])
  way.slice(1).forEach((to, i) => expect(COMMAND_TRANSITIONS[way[i] ?? 'failed']).toContain(to))
  expect(world.hub.folded.commands.get(id)?.status).toBe(way.at(-1))
  expect(world.replica.state.commands.get(id)?.status).toBe(way.at(-1))

  const acceptance = rest.find(({ type }) => type === 'command_accepted')
  if (acceptance) {
    const before = course[acceptance.offset - 2]
    if (!isStop(id)) {
      expect(before?.holders.get(wish.machine)).toBe(wish.payload['session'])
      expect(before?.dead.has(wish.machine)).toBe(false)
    }
    expect(world.sent.find((each) => each.id === id)?.at).toBeLessThanOrEqual(world.due.get(id) ?? -1)
  }
  const confirmation = rest.find(({ type }) => type === 'command_confirmed')
  if (!confirmation) return
  const cause = log[Number(confirmation.payload['settled_by']) - 1]
  if (!cause || !acceptance) throw new Error(`${id} was confirmed by nothing`)
  expect([cause.origin, cause.machine]).toEqual(['machine', wish.machine])
  expect(cause.offset).toBeGreaterThan(acceptance.offset)
  expect(cause.offset).toBeLessThan(confirmation.offset)
  expect(meets(wish, cause) ? '' : `${JSON.stringify(cause)} confirmed ${JSON.stringify(wish)}`).toBe('')
}

/** Each machine got its commands in the order in which they were asked for; Stop goes before what waits, and drops it. */
function expectOrder(world: World, lives: ReadonlyMap<string, readonly LoggedEvent[]>, name: string): void {
  const asked = [...lives].flatMap(([id, [wish]]) => (wish?.machine === name ? [{ id, offset: wish.offset }] : []))
  const order = (ids: readonly string[]): number[] => ids.map((id) => asked.findIndex((each) => each.id === id))
  const sent = world.sent.filter((each) => each.machine === name)
  for (const stop of [true, false]) {
    const places = order(sent.flatMap(({ id }) => (isStop(id) === stop ? [id] : [])))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  }
  for (const { id, offset } of asked.filter((each) => isStop(each.id))) {
    const early = new Set(asked.filter((each) => each.offset < offset && !isStop(each.id)).map((each) => each.id))
    const late = sent.filter(({ head, id: other }) => head >= offset && early.has(other))
    expect(late, `${id} dropped these`).toEqual([])
  }
}

test('[O1] [O3] [O4] [O7] [O9] [O10] [T1] whatever happens, nothing is ever shown as done before its machine said so', () => {
  const ends = new Map<string, number>()
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const world = new World()
      // Else most runs would do little but be refused.
      for (const name of MACHINES) world.control.request(name, ANNA)
      for (const run of steps) {
        run(world)
        world.look()
      }
      world.clock.pass(60_000)
      world.look()
      expectLawful(world)
      const open = [...world.hub.folded.commands.values()].filter(({ status }) => !isSettled(status))
      expect(open).toEqual([])
      expect(wholeState(world.replica.state)).toEqual(wholeState(world.hub.folded))
      for (const { status, refusal } of world.hub.folded.commands.values()) {
        const end = refusal ?? status
        ends.set(end, (ends.get(end) ?? 0) + 1)
      }
      world.commands.close()
      world.control.close()
      expect(world.clock.waiting).toBe(0)
    }),
    { numRuns: RUNS, seed: fuzzSeed() },
  )
  // That it was not much ado about nothing.
  const reached = ['machine_gone', 'machine_stale', 'no_control_endpoint', 'not_in_control', 'interlocked', 'too_late']
  for (const end of [
    ...COMMAND_STATUSES.filter((status) => isSettled(status) && status !== 'refused'),
    ...reached,
    'stopped',
  ]) {
    expect([end, ends.get(end) ?? 0]).toEqual([end, expect.toSatisfy((count: number) => count > 4)])
  }
})
