import * as fc from 'fast-check'
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import {
  type Command,
  COMMAND_REFUSALS,
  COMMAND_STATUSES,
  CommandSchema,
  type CommandStatus,
  type Control,
  ControlSchema,
  isSettled,
} from '../../../src/shared/command.ts'
import { type Origin, ORIGINS, viewEvent } from '../../../src/shared/event.ts'
import { COMMAND_LIMITS, COMMAND_TRANSITIONS, foldCommand, isSettledEvent } from '../../../src/shared/fold/commands.ts'
import { foldControl, MAX_CONTROL } from '../../../src/shared/fold/control.ts'

/** Folds events with growing offsets; the clock says a thousand times the offset. */
class Fold {
  readonly commands = new Map<string, Command>()
  readonly control = new Map<string, Control>()
  offset = 0

  #view(type: string, payload: unknown, origin: Origin, machine: string) {
    this.offset += 1
    const body = { machine_name: machine, type, payload }
    return viewEvent({ offset: this.offset, time: this.offset * 1_000, origin, body })
  }

  take(type: string, payload: unknown, origin: Origin = 'panel', machine = 'm'): Command | undefined {
    return foldCommand(this.commands, this.#view(type, payload, origin, machine))
  }

  tell(type: string, payload: unknown = {}, origin: Origin = 'operator', machine = 'm'): Control | undefined {
    return foldControl(this.control, this.#view(type, payload, origin, machine))
  }

  request(id = 'c1', more: object = {}): this {
    this.take('command_requested', { ...wish, id, ...more }, 'operator')
    return this
  }

  command(id = 'c1'): Command {
    const command = this.commands.get(id)
    if (!command) throw new Error(`there is no command ${id}`)
    return command
  }

  get held(): Control {
    const control = this.control.get('m')
    if (!control) throw new Error('nobody has control')
    return control
  }
}

const wish = {
  id: 'c1',
  type: 'device_control',
  payload: { device_id: 'motor_01', speed: 150 },
  device: 'motor_01',
  by: 'Ana, local display',
  expectation: { kind: 'tag', device: 'motor_01', tag: 'speed', value: 150, tolerance: 0.5 },
  deadline: 99_000,
}
const EVENTS = 'accepted refused confirmed failed timed_out'.split(' ') as CommandStatus[]

/** The events that lead to a status. */
const WAY: Readonly<Record<CommandStatus, readonly CommandStatus[]>> = {
  requested: [],
  accepted: ['accepted'],
  refused: ['refused'],
  confirmed: ['accepted', 'confirmed'],
  failed: ['failed'],
  timed_out: ['timed_out'],
}
const payloadOf = (status: CommandStatus) => ({
  id: 'c1',
  ...(status === 'confirmed' ? { settled_by: 1 } : {}),
})

function at(status: CommandStatus): Fold {
  const fold = new Fold().request()
  for (const step of WAY[status]) fold.take(`command_${step}`, payloadOf(step))
  expect(fold.command().status).toBe(status)
  return fold
}

const deviceOf = (device: unknown): string | null => new Fold().request('c1', { device }).command().device

describe('a command', () => {
  test('begins with all that its request says', () => {
    const fold = new Fold()
    expect(fold.take('command_requested', wish, 'operator')).toBe(fold.command())
    expect(fold.command()).toEqual({
      ...wish,
      machine: 'm',
      payload: '{"device_id":"motor_01","speed":150}',
      requestedAt: 1_000,
      status: 'requested',
      statusAt: 1_000,
      refusal: null,
      reason: null,
      settledBy: null,
    })
  })

  test('is for a device where its request names one, else for the machine', () => {
    expect([deviceOf('motor_01'), deviceOf('__proto__'), deviceOf(7)]).toEqual(['motor_01', '__proto__', '7'])
    for (const device of [undefined, null, '', {}, 'x'.repeat(129)]) expect(deviceOf(device)).toBeNull()
  })

  test('is confirmed by an event of the machine, after it was accepted', () => {
    const fold = new Fold().request()
    fold.take('command_accepted', { id: 'c1' })
    expect(fold.command()).toMatchObject({ status: 'accepted', statusAt: 2_000, settledBy: null })
    expect(fold.take('command_confirmed', { id: 'c1', settled_by: 2 })).toBe(fold.command())
    expect(fold.command()).toMatchObject({ status: 'confirmed', statusAt: 3_000, settledBy: 2 })
  })

  test('is not confirmed where no earlier event is named as the one that did it', () => {
    for (const settled_by of [undefined, null, 0, -1, '2', 3, 4, {}]) {
      const fold = at('accepted')
      expect(fold.take('command_confirmed', { id: 'c1', settled_by })).toBeUndefined()
      expect(fold.command()).toMatchObject({ status: 'accepted', settledBy: null })
    }
  })

  test('that is refused says why', () => {
    const fold = new Fold().request()
    fold.take('command_refused', { id: 'c1', refusal: 'interlocked', reason: 'The door is open.' })
    expect(fold.command()).toMatchObject({ status: 'refused', refusal: 'interlocked', reason: 'The door is open.' })
  })

  test('that is refused for what is no known refusal keeps the reason', () => {
    for (const refusal of ['whim', null, 7, 'constructor']) {
      const fold = new Fold().request()
      fold.take('command_refused', { id: 'c1', refusal, reason: 'no' })
      expect(fold.command()).toMatchObject({ status: 'refused', refusal: null, reason: 'no' })
    }
    expect(COMMAND_REFUSALS).not.toContain('whim')
  })

  test('that fails names the machine’s event, where there was one', () => {
    const fold = at('accepted')
    fold.take('command_failed', { id: 'c1', reason: 'jammed', settled_by: 2 })
    expect(fold.command()).toMatchObject({ status: 'failed', reason: 'jammed', settledBy: 2 })
    const gone = at('accepted')
    gone.take('command_failed', { id: 'c1', reason: 'gone' })
    expect(gone.command()).toMatchObject({ status: 'failed', settledBy: null })
  })

  describe.each(COMMAND_STATUSES)('that is %s', (from) => {
    test.each(EVENTS)('becomes %s only where the table allows it', (to) => {
      const fold = at(from)
      const before = structuredClone(fold.command())
      const changed = fold.take(`command_${to}`, payloadOf(to))
      const allowed = COMMAND_TRANSITIONS[from].includes(to)
      expect(changed).toBe(allowed ? fold.command() : undefined)
      expect(allowed ? fold.command().status : fold.command()).toEqual(allowed ? to : before)
    })
  })

  test('is confirmed from accepted alone, and settled is final', () => {
    for (const from of COMMAND_STATUSES) {
      expect(COMMAND_TRANSITIONS[from].includes('confirmed')).toBe(from === 'accepted')
      expect(COMMAND_TRANSITIONS[from].length === 0).toBe(isSettled(from))
    }
  })

  test('is not begun again by the same id', () => {
    const fold = at('confirmed')
    fold.request('c1', { type: 'other' })
    expect(fold.command()).toMatchObject({ type: 'device_control', status: 'confirmed' })
  })

  test('that nobody requested is not brought into being by what comes later', () => {
    const fold = new Fold()
    for (const status of EVENTS) expect(fold.take(`command_${status}`, payloadOf(status))).toBeUndefined()
    expect(fold.commands.size).toBe(0)
  })

  test('without an id or a type is none', () => {
    const fold = new Fold()
    for (const id of [undefined, null, '', {}, 'x'.repeat(129)]) fold.take('command_requested', { ...wish, id })
    for (const type of [undefined, '', []]) fold.take('command_requested', { ...wish, type })
    expect(fold.commands.size).toBe(0)
  })

  test('is moved by events about its own machine alone', () => {
    const fold = new Fold().request()
    expect(fold.take('command_accepted', { id: 'c1' }, 'panel', 'other')).toBeUndefined()
    expect(fold.command().status).toBe('requested')
  })

  test('is never a machine’s to begin or to move', () => {
    const fold = new Fold()
    fold.take('command_requested', wish, 'machine')
    expect(fold.commands.size).toBe(0)
    for (const from of ['requested', 'accepted'] as const) {
      const open = at(from)
      for (const to of EVENTS) open.take(`command_${to}`, payloadOf(to), 'machine')
      expect(open.command().status).toBe(from)
    }
  })

  test('keeps any expectation that can be read; every other one is taken as the strictest', () => {
    const kept = [
      { kind: 'state', state: 'green' },
      { kind: 'transition' },
      { kind: 'tag', device: 'd', tag: 't', value: null, tolerance: 0 },
      { kind: 'event', types: ['workflow:paused'], execution: 'e1', status: null },
      { kind: 'event', types: ['a', 'b'], execution: null, status: 'stopped' },
      { kind: 'result' },
    ]
    for (const expectation of kept) {
      expect(new Fold().request('c1', { expectation }).command().expectation).toEqual(expectation)
    }
    for (const expectation of [
      undefined,
      null,
      'state',
      {},
      { kind: 'state' },
      { kind: 'tag', device: 'd' },
      { kind: 'event', types: [] },
      { kind: 'event', types: [7] },
    ]) {
      expect(new Fold().request('c1', { expectation }).command().expectation).toEqual({ kind: 'result' })
    }
  })
})

describe('the commands', () => {
  test('that are settled are kept to the last 200, those settled longest ago going first', () => {
    const fold = new Fold().request('open').request('late')
    for (let i = 0; i < 250; i += 1) fold.request(`c${i}`).take('command_failed', { id: `c${i}` })
    fold.take('command_failed', { id: 'late' })
    expect(fold.commands.size).toBe(COMMAND_LIMITS.settled + 1)
    expect(['open', 'late', 'c50', 'c51', 'c249'].map((id) => fold.commands.has(id))).toEqual([
      true,
      true,
      false,
      true,
      true,
    ])
  })

  test('that are refused push out none that a machine was to do', () => {
    const fold = new Fold().request('done')
    fold.take('command_failed', { id: 'done' })
    for (let i = 0; i < 1_000; i += 1) fold.request(`c${i}`).take('command_refused', { id: `c${i}` })
    expect(fold.commands.size).toBe(1 + COMMAND_LIMITS.refused)
    expect(['done', 'c899', 'c900'].map((id) => fold.commands.has(id))).toEqual([true, false, true])
  })

  test('that are open are kept to 1,000', () => {
    const fold = new Fold().request('settled')
    fold.take('command_failed', { id: 'settled' })
    for (let i = 0; i < COMMAND_LIMITS.open + 1; i += 1) fold.request(`c${i}`)
    expect(fold.commands.size).toBe(COMMAND_LIMITS.open + 1)
    expect(['settled', 'c0', 'c1'].map((id) => fold.commands.has(id))).toEqual([true, false, true])
  })

  test('tell which types of event settle', () => {
    const types = ['command_requested', ...EVENTS.map((status) => `command_${status}`), 'command_result', 'tick']
    expect(types.filter(isSettledEvent)).toEqual([
      'command_refused',
      'command_confirmed',
      'command_failed',
      'command_timed_out',
    ])
  })
})

describe('control', () => {
  const grant = { session: 's1', holder: 'Ana', local: true }

  test('is granted to one session of a machine', () => {
    const fold = new Fold()
    expect(fold.tell('control_granted', grant)).toBe(fold.held)
    expect(fold.held).toEqual({ ...grant, machine: 'm', since: 1_000, takeOver: null, graceUntil: null })
  })

  test('ends when it is released, and what ended is returned', () => {
    const fold = new Fold()
    fold.tell('control_granted', grant)
    expect(fold.tell('control_released')).toMatchObject({ session: 's1' })
    expect(fold.control.size).toBe(0)
    expect(fold.tell('control_released')).toBeUndefined()
  })

  test('is not taken from its holder by a late release of another', () => {
    const fold = new Fold()
    fold.tell('control_granted', grant)
    fold.tell('control_released', { session: 's0' })
    expect(fold.held.session).toBe('s1')
    fold.tell('control_released', { session: 's1' })
    expect(fold.control.size).toBe(0)
  })

  test('that somebody else wants shows who and when, until it is kept or passes on', () => {
    const fold = new Fold()
    fold.tell('control_granted', grant)
    fold.tell('control_requested', { session: 's2', holder: 'Boris', at: 12_000 })
    const takeOver = { session: 's2', holder: 'Boris', at: 12_000 }
    expect(fold.held).toMatchObject({ session: 's1', takeOver })
    fold.tell('control_kept')
    expect(fold.held).toMatchObject({ session: 's1', takeOver: null })
    fold.tell('control_requested', takeOver)
    fold.tell('control_granted', { session: 's2', holder: 'Boris', local: false })
    expect(fold.held).toMatchObject({ session: 's2', holder: 'Boris', local: false, since: 5_000, takeOver: null })
  })

  test('cannot be taken over by its holder, nor where nobody has it', () => {
    const fold = new Fold()
    fold.tell('control_requested', { session: 's2', holder: 'Boris', at: 12_000 })
    expect(fold.control.size).toBe(0)
    fold.tell('control_granted', grant)
    fold.tell('control_requested', { session: 's1', holder: 'Ana', at: 12_000 })
    expect(fold.held.takeOver).toBeNull()
  })

  test('waits for a holder whose link is lost, until it is back', () => {
    const fold = new Fold()
    fold.tell('control_granted', grant)
    fold.tell('control_grace', { until: 20_000 })
    expect(fold.held.graceUntil).toBe(20_000)
    fold.tell('control_resumed')
    expect(fold.held.graceUntil).toBeNull()
  })

  test('is of each machine apart', () => {
    const fold = new Fold()
    fold.tell('control_granted', grant)
    fold.tell('control_granted', { ...grant, session: 's2' }, 'panel', 'other')
    fold.tell('control_released', {}, 'operator', 'other')
    expect(fold.held.session).toBe('s1')
  })

  test('is never a machine’s to give or to take', () => {
    const fold = new Fold()
    fold.tell('control_granted', grant, 'machine')
    expect(fold.control.size).toBe(0)
    fold.tell('control_granted', grant)
    for (const type of ['granted', 'released', 'requested', 'kept', 'grace', 'resumed']) {
      fold.tell(`control_${type}`, { session: 's2', holder: 'x', at: 1, until: 1 }, 'machine')
    }
    expect(fold.held).toMatchObject({ session: 's1', takeOver: null, graceUntil: null })
  })

  test('of ever more machines does not grow without end', () => {
    const fold = new Fold()
    for (let i = 0; i < MAX_CONTROL + 1; i += 1) fold.tell('control_granted', grant, 'operator', `m${i}`)
    expect(fold.control.size).toBe(MAX_CONTROL - MAX_CONTROL / 10 + 1)
  })
})

describe('whatever comes', () => {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>('c1', 's1', 's2', 1, 2, 3, 0.5, 1e308, 'x'.repeat(600), '__proto__'),
  )
  const often = (value: string) => fc.oneof({ weight: 4, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: odd })
  const payload = fc.oneof(
    { weight: 1, arbitrary: odd },
    {
      weight: 6,
      arbitrary: fc.record(
        {
          id: fc.oneof(fc.constantFrom('c1', 'c2'), odd),
          type: often('go'),
          payload: odd,
          device: odd,
          by: odd,
          deadline: odd,
          settled_by: fc.oneof(fc.nat({ max: 30 }), odd),
          refusal: often('interlocked'),
          reason: odd,
          session: fc.oneof(fc.constantFrom('s1', 's2'), odd),
          holder: odd,
          local: odd,
          at: odd,
          until: odd,
          expectation: fc.oneof(
            odd,
            fc.record(
              {
                kind: fc.constantFrom('state', 'transition', 'tag', 'event', 'result'),
                state: odd,
                device: odd,
                tag: odd,
                value: odd,
                tolerance: odd,
                types: fc.oneof(odd, fc.array(odd)),
                execution: odd,
                status: odd,
              },
              { requiredKeys: [] },
            ),
          ),
        },
        { requiredKeys: ['id', 'type'] },
      ),
    },
  )
  const types = [
    'command_requested',
    'command_result',
    'command_x',
    'machine_stale',
    ...EVENTS.map((status) => `command_${status}`),
    ...['granted', 'released', 'requested', 'kept', 'grace', 'resumed', 'x'].map((type) => `control_${type}`),
  ]
  const event = fc.record({
    type: fc.constantFrom(...types),
    payload,
    origin: fc.constantFrom(...ORIGINS, 'operator' as const),
    machine: fc.constantFrom('m', 'm', '__proto__'),
  })

  test('nothing throws, and all that is folded follows its schema and survives being written', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const fold = new Fold()
        for (const one of events) {
          fold.take(one.type, one.payload, one.origin, one.machine)
          fold.tell(one.type, one.payload, one.origin, one.machine)
        }
        for (const [id, command] of fold.commands) {
          expect(id).toBe(command.id)
          expect(Value.Check(CommandSchema, command)).toBe(true)
          expect(JSON.parse(JSON.stringify(command))).toEqual(command)
        }
        for (const [machine, control] of fold.control) {
          expect(machine).toBe(control.machine)
          expect(Value.Check(ControlSchema, control)).toBe(true)
          expect(JSON.parse(JSON.stringify(control))).toEqual(control)
        }
      }),
      { numRuns: 500, seed: 4 },
    )
  })

  test('a command is confirmed only after it was requested, accepted and confirmed, and never by a machine’s word', () => {
    const step = fc.record({
      type: fc.constantFrom('requested', 'accepted', 'accepted', 'confirmed', 'confirmed', 'failed'),
      origin: fc.constantFrom(...ORIGINS),
      id: fc.constantFrom('c1', 'c2'),
      settled_by: fc.constantFrom(1, 1, 1, 1_000, null),
      machine: fc.constantFrom('m', 'm', 'm', 'other'),
    })
    let confirmed = 0
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), (steps) => {
        const fold = new Fold()
        for (const { type, origin, machine, id, settled_by } of steps) {
          fold.take(`command_${type}`, { type: 'go', id, settled_by }, origin, machine)
        }
        for (const command of fold.commands.values()) {
          if (command.status !== 'confirmed') continue
          confirmed += 1
          const heard = steps.filter(
            ({ origin, machine, id }) => origin !== 'machine' && machine === command.machine && id === command.id,
          )
          const requested = heard.findIndex(({ type }) => type === 'requested')
          const accepted = heard.findIndex(({ type }, index) => type === 'accepted' && index > requested)
          const named = heard.findIndex(
            ({ type, settled_by }, index) => type === 'confirmed' && settled_by === 1 && index > accepted,
          )
          expect([requested >= 0, accepted > requested, named > accepted]).toEqual([true, true, true])
        }
      }),
      { numRuns: 2_000, seed: 4 },
    )
    expect(confirmed).toBeGreaterThan(100)
  })

  test('the events of machines make no difference to commands and control', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const [all, without] = [new Fold(), new Fold()]
        for (const one of events) {
          const before = all.offset
          all.take(one.type, one.payload, one.origin, one.machine)
          all.tell(one.type, one.payload, one.origin, one.machine)
          if (one.origin === 'machine') continue
          without.offset = before
          without.take(one.type, one.payload, one.origin, one.machine)
          without.tell(one.type, one.payload, one.origin, one.machine)
        }
        expect([...all.commands]).toEqual([...without.commands])
        expect([...all.control]).toEqual([...without.control])
      }),
      { numRuns: 500, seed: 4 },
    )
  })
})
