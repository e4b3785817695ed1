import { expect, test } from 'vitest'
import type { Origin } from '../../../src/shared/event.ts'
import { viewEvent } from '../../../src/shared/event.ts'
import { foldMachine, MACHINE_LIMITS, MAX_MACHINES } from '../../../src/shared/fold/machines.ts'
import { type Machine, templateOf } from '../../../src/shared/machine.ts'

/** Folds events with growing offsets; the clock says a thousand times the offset. */
class Fold {
  readonly machines = new Map<string, Machine>()
  #offset = 0

  take(body: Record<string, unknown>, origin: Origin = 'machine'): this {
    this.#offset += 1
    const event = { offset: this.#offset, time: this.#offset * 1_000, origin, body: { machine_name: 'm', ...body } }
    foldMachine(this.machines, viewEvent(event))
    return this
  }

  say(type: string, payload: unknown = {}): this {
    return this.take({ type, payload })
  }

  get m(): Machine {
    const machine = this.machines.get('m')
    if (!machine) throw new Error('there is no machine m')
    return machine
  }
}

const registered = { machine_name: 'm', config_type: 'lamp', current_state: 'red', timestamp: 1_795_236_900.23 }

test('machine_registered brings configuration and state', () => {
  expect(new Fold().say('machine_registered', registered).m).toMatchObject({
    name: 'm',
    template: null,
    configType: 'lamp',
    state: 'red',
    stateSince: 1_000,
    firstSeenAt: 1_000,
    registeredAt: 1_000,
    restarts: 0,
    events: 1,
    lastEventType: 'machine_registered',
    lastEventOffset: 1,
  })
})

test('a machine that registers again has restarted; what is not named stays', () => {
  const { m } = new Fold().say('machine_registered', registered).say('machine_registered').say('machine_registered')
  expect(m).toMatchObject({ restarts: 2, registeredAt: 3_000, configType: 'lamp', state: 'red', stateSince: 1_000 })
})

test('state_change moves the machine and keeps the transition', () => {
  const fold = new Fold().say('machine_registered', registered)
  fold.say('state_change', { from_state: 'red', to_state: 'green', event_trigger: 'timeout(0.4)' })
  expect(fold.m).toMatchObject({ state: 'green', stateSince: 2_000 })
  expect(fold.m.transitions).toEqual([
    { offset: 2, time: 2_000, from: 'red', to: 'green', trigger: 'timeout(0.4)', jumped: false },
  ])
})

test('a state_change without a target changes nothing', () => {
  const fold = new Fold().say('machine_registered', registered).say('state_change', { from_state: 'red' })
  expect(fold.m).toMatchObject({ state: 'red', transitions: [] })
  fold.say('state_change', { to_state: { name: 'x' } })
  expect(fold.m).toMatchObject({ state: 'red', transitions: [] })
})

test('an engine that was restarted without registering shows as a jump, not as a restart', () => {
  const fold = new Fold().say('machine_registered', registered)
  fold.say('state_change', { from_state: 'red', to_state: 'green' })
  fold.say('state_change', { from_state: 'idle', to_state: 'red' })
  expect(fold.m).toMatchObject({ restarts: 0, state: 'red' })
  expect(fold.m.transitions.map(({ jumped }) => jumped)).toEqual([false, true])
})

test('a machine is born from whatever names it first', () => {
  for (const type of ['state_change', 'activity_log', 'error', 'job_started', 'machine_terminated', 'ANY_NAME']) {
    expect(new Fold().say(type).m).toMatchObject({ registeredAt: null, state: null, events: 1, lastEventType: type })
  }
  expect(new Fold().say('state_change', { from_state: 'a', to_state: 'b' }).m.transitions[0]?.jumped).toBe(false)
})

test('the event_type of older engines is read like type', () => {
  const fold = new Fold().take({ event_type: 'machine_registered', payload: registered })
  fold.take({ event_type: 'state_change', payload: { from_state: 'red', to_state: 'green' } })
  expect(fold.m).toMatchObject({ registeredAt: 1_000, state: 'green', lastEventType: 'state_change' })
})

test('a terminated machine is so until it says something else', () => {
  const fold = new Fold().say('machine_registered', registered).say('machine_terminated', { config_type: 'lamp2' })
  expect(fold.m).toMatchObject({ terminatedAt: 2_000, configType: 'lamp2', state: 'red' })
  expect(fold.say('activity_log', { message: 'x' }).m.terminatedAt).toBeNull()
})

test('only the panel calls a machine stale, and any of its own events ends that', () => {
  const fold = new Fold().say('tick').say('machine_stale')
  expect(fold.m.staleSince).toBeNull()
  fold.take({ type: 'machine_stale' }, 'operator')
  expect(fold.m.staleSince).toBeNull()
  fold.take({ type: 'machine_stale' }, 'panel')
  expect(fold.m).toMatchObject({ staleSince: 4_000, lastEventAt: 2_000, events: 2 })
  expect(fold.say('tick').m.staleSince).toBeNull()
})

test('events of the panel create no machine', () => {
  expect(new Fold().take({ type: 'machine_stale' }, 'panel').machines.size).toBe(0)
  expect(new Fold().take({ type: 'command_sent' }, 'operator').machines.size).toBe(0)
})

test('an error stands until the machine changes state, completes a job or registers again', () => {
  const error = { error_message: 'jammed', job_id: null }
  const fold = new Fold().say('error', error)
  expect(fold.m).toMatchObject({
    errors: 1,
    errorStanding: true,
    lastError: { offset: 1, time: 1_000, message: 'jammed', jobId: null },
    log: [{ offset: 1, time: 1_000, level: 'error', message: 'jammed' }],
  })
  expect(fold.say('activity_log', { message: 'x' }).say('job_started', { job_id: 'j' }).m.errorStanding).toBe(true)
  for (const clearing of ['job_completed', 'machine_registered']) {
    expect([clearing, fold.say('error', error).say(clearing).m.errorStanding]).toEqual([clearing, false])
  }
  expect(fold.say('error', error).say('state_change', { to_state: 'on' }).m.errorStanding).toBe(false)
  expect(fold.m).toMatchObject({ errors: 4, lastError: { message: 'jammed' } })
})

test('an error says what it can: its message, else its type', () => {
  expect(new Fold().say('error_occurred', { message: 'hot' }).m.lastError?.message).toBe('hot')
  expect(new Fold().say('error').m.lastError?.message).toBe('error')
  expect(new Fold().say('error', { error_message: 'x', job_id: 7 }).m.lastError?.jobId).toBe('7')
})

test('jobs run, complete and fail', () => {
  const fold = new Fold().say('job_started', { job_id: 'a', job_type: 'cut' }).say('job_started', { job_id: 'b' })
  fold.say('job_completed', { job_id: 'a' }).say('job_failed', { job_id: 'b', error_message: 'dull' })
  expect(fold.m).toMatchObject({ jobsCompleted: 1, jobsFailed: 1, errorStanding: true, errors: 1 })
  expect(fold.m.jobs).toEqual([
    { id: 'a', type: 'cut', startedAt: 1_000, endedAt: 3_000, outcome: 'completed' },
    { id: 'b', type: null, startedAt: 2_000, endedAt: 4_000, outcome: 'failed' },
  ])
  expect(fold.m.lastError).toMatchObject({ message: 'dull', jobId: 'b' })
})

test('a job whose start was not seen has no start; one without an id is only counted', () => {
  const fold = new Fold().say('job_completed', { job_id: 'a', job_type: 'cut' }).say('job_completed').say('job_started')
  expect(fold.m.jobsCompleted).toBe(2)
  expect(fold.m.jobs).toEqual([{ id: 'a', type: 'cut', startedAt: null, endedAt: 1_000, outcome: 'completed' }])
})

test('a job that is started again begins anew', () => {
  const fold = new Fold().say('job_started', { job_id: 'a' }).say('job_completed', { job_id: 'a' })
  expect(fold.say('job_started', { job_id: 'a' }).m.jobs).toEqual([
    { id: 'a', type: null, startedAt: 3_000, endedAt: null, outcome: 'running' },
  ])
})

test('log lines keep their level, by whatever name', () => {
  const fold = new Fold()
  for (const level of ['debug', 'TRACE', 'info', 'warn', 'Warning', 'error', 'critical', 'fatal', 'odd', 7, null]) {
    fold.say('activity_log', { message: 'x', level })
  }
  expect(fold.m.log.map(({ level }) => level)).toEqual(
    'debug debug info warning warning error error error info info info'.split(' '),
  )
  expect(fold.say('log_entry', { data: 'from data' }).m.log.at(-1)?.message).toBe('from data')
  expect(fold.say('activity_log').m.log.at(-1)?.message).toBe('')
})

test('values of any kind in a payload never make the fold throw', () => {
  const odd: unknown[] = [
    null,
    0,
    true,
    '',
    [],
    {},
    [[]],
    { toString: 1, valueOf: 1 },
    [{ toString: 1 }],
    { length: -1 },
  ]
  const keys = 'level message data error_message job_id job_type to_state from_state config_type current_state'
  const types = 'activity_log log_entry error job_started job_completed job_failed state_change machine_registered'
  for (const type of types.split(' ')) {
    for (const value of odd) {
      const payload = Object.fromEntries(keys.split(' ').map((key) => [key, value]))
      expect(new Fold().say(type, payload).m.events).toBe(1)
    }
  }
})

test('everything about one machine is bounded', () => {
  const fold = new Fold()
  const long = 'x'.repeat(10_000)
  for (let i = 0; i < 200; i += 1) {
    fold.say('state_change', { to_state: long, event_trigger: long }).say('activity_log', { message: long })
    fold.say('error', { error_message: long }).say('job_started', { job_id: `${i}${long}`, job_type: long })
  }
  expect(fold.m.transitions).toHaveLength(MACHINE_LIMITS.transitions)
  expect(fold.m.log).toHaveLength(MACHINE_LIMITS.log)
  expect(fold.m.jobs).toHaveLength(MACHINE_LIMITS.jobs)
  expect(JSON.stringify(fold.m).length).toBeLessThan(120_000)
  expect(fold.m.transitions.at(-1)?.offset).toBe(797)
})

test('jobs that still run are kept longest', () => {
  const fold = new Fold().say('job_started', { job_id: 'long' })
  for (let i = 0; i < 100; i += 1)
    fold.say('job_started', { job_id: `j${i}` }).say('job_completed', { job_id: `j${i}` })
  expect(fold.m.jobs[0]).toMatchObject({ id: 'long', outcome: 'running' })
  expect(fold.m.jobs.at(-1)?.id).toBe('j99')
})

test('invented names do not grow the state without end: those silent longest are forgotten', () => {
  const fold = new Fold()
  for (let i = 0; i < MAX_MACHINES; i += 1) fold.take({ machine_name: `m${i}`, type: 'tick' })
  fold.take({ machine_name: 'm0', type: 'tick' })
  expect(fold.machines.size).toBe(MAX_MACHINES)
  fold.take({ machine_name: 'new', type: 'tick' })
  expect(fold.machines.size).toBe(MAX_MACHINES - MAX_MACHINES / 10 + 1)
  expect(fold.machines.has('m0')).toBe(true)
  expect(fold.machines.has('m1')).toBe(false)
  expect(fold.machines.has('new')).toBe(true)
})

test('names from an object’s prototype are names like any other', () => {
  const fold = new Fold()
  for (const name of ['__proto__', 'constructor', 'toString']) {
    const payload = JSON.parse('{"__proto__":{"to_state":"evil"},"constructor":{"prototype":{"x":1}}}') as unknown
    fold.take({ machine_name: name, type: 'state_change', payload })
    expect(fold.machines.get(name)).toMatchObject({ name, state: null, events: 1 })
  }
  expect(({} as Record<string, unknown>)['to_state']).toBeUndefined()
  expect(({} as Record<string, unknown>)['x']).toBeUndefined()
})

test('an instance’s template is its name without the number', () => {
  expect(templateOf('press_001')).toBe('press')
  expect(templateOf('a_1_2')).toBe('a_1')
  for (const name of ['press', 'press_', '_001', 'press_x', 'press_1234567', 'press001']) {
    expect([name, templateOf(name)]).toEqual([name, null])
  }
})
