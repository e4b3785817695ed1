import { describe, expect, test } from 'vitest'
import { COMMAND_REFUSALS, type CommandRefusal } from '../../../src/shared/command.ts'
import type { Plant } from '../../../src/shared/plant.ts'
import { CoreStage } from '../../support/core-stage.ts'
import { ANNA, ask, BORIS, commandOf, DISPLAY, logged, underControl, type Wanted } from '../../support/operators.ts'

const ID = 'command-1'
const ENDPOINT = '/control-press.sock'

const PLANT: Plant = {
  machines: {
    press: {
      commands: { reset: { confirm: true }, slow: { timeout: 60 } },
      devices: {
        pump: { tags: { power: { type: 'number', max: 10, writable: true, confirm: true, field: 'watts' } } },
        lamp: { tags: { text: { type: 'string', writable: true } } },
      },
    },
    deaf: { control: false },
  },
  interlocks: [
    {
      name: 'Door',
      machine: 'press',
      commands: ['go'],
      when: [{ machine: 'door', state: ['open'] }],
      reason: 'The door is open.',
    },
    {
      name: 'Hot motor',
      machine: 'press',
      device: 'motor_01',
      when: [{ machine: 'press', device: 'temp_01', tag: 'temperature', above: 80 }],
      reason: 'The motor is too hot.',
    },
  ],
}

/** A press with devices and a closed door; Anna has control of all that takes commands. */
function plantStage(): CoreStage {
  const stage = new CoreStage()
  stage.plant.replace(PLANT)
  stage.event('door', 'state_change', { to_state: 'closed' })
  for (const machine of ['press', 'deaf']) underControl(stage, machine)
  stage.event('press', 'device_update', { device_id: 'motor_01', device_type: 'motor', new_state: { speed: 0 } })
  stage.event('press', 'device_update', { device_id: 'valve_01', device_type: 'valve', new_state: { value: false } })
  stage.event('press', 'device_update', { device_id: 'pump', new_state: { power: 0 } })
  stage.event('press', 'device_update', { device_id: 'lamp', new_state: { text: '' } })
  stage.event('press', 'device_update', {
    device_id: 'temp_01',
    device_type: 'temperature_sensor',
    new_state: { temperature: 20 },
  })
  return stage
}

type Refuse = (stage: CoreStage) => ReturnType<typeof ask>

const command =
  (wanted: Wanted = {}, operator = ANNA): Refuse =>
  ({ operations }) =>
    ask(operations, ID, wanted, operator)

const write =
  (device: string, tag: string, value: string | number | boolean | null, confirmed = false): Refuse =>
  ({ operations }) =>
    operations.write({ command: ID, machine: 'press', device, tag, value, confirmed }, ANNA)

/** How each refusal comes about, with the reason that people read. */
const REFUSALS: Readonly<Record<CommandRefusal, readonly [Refuse, string]>> = {
  machine_unknown: [command({ machine: 'nobody' }), 'Nothing has been heard of a machine "nobody" yet.'],
  device_unknown: [write('motor_99', 'speed', 1), 'press has no device "motor_99".'],
  machine_gone: [
    (stage) => {
      stage.event('press', 'machine_terminated')
      return command()(stage)
    },
    'press has terminated.',
  ],
  machine_stale: [
    (stage) => {
      stage.report('panel', 'press', 'machine_stale', {})
      return command()(stage)
    },
    'press has been silent for too long: what it does is not known.',
  ],
  no_control_endpoint: [command({ machine: 'deaf' }), 'The machine takes no commands.'],
  not_in_control: [command({}, BORIS), 'Anna has control of press.'],
  interlocked: [
    (stage) => {
      stage.event('door', 'state_change', { to_state: 'open' })
      return command()(stage)
    },
    'Door: The door is open.',
  ],
  not_writable: [write('temp_01', 'temperature', 20), '"temperature" of temp_01 cannot be written.'],
  out_of_range: [write('motor_01', 'speed', 256), 'speed must be from 0 to 255.'],
  wrong_type: [write('motor_01', 'speed', 1.5), 'speed must be a whole number.'],
  invalid_definition: [
    command({ type: 'workflow:execute', payload: { workflowDefinition: { id: 'w', nodes: [] } } }),
    '/nodes must not have fewer than 1 items.',
  ],
  too_long: [
    command({ payload: { text: 'x'.repeat(5_000) } }),
    'The command has 5074 bytes; a machine reads at most 4096.',
  ],
  too_late: [
    (stage) => command({ at: stage.clock.now() - 61_000 })(stage),
    'It was under way for 61 seconds, over a link that was lost meanwhile.',
  ],
  queue_full: [
    (stage) => {
      stage.link.answers.set(ENDPOINT, { kind: 'full' })
      for (let i = 0; i < 1_000; i += 1) ask(stage.operations, `waiting-${i}`)
      return command()(stage)
    },
    'Too many commands wait already.',
  ],
  stopped: [
    (stage) => {
      stage.link.answers.set(ENDPOINT, { kind: 'full' })
      const asked = command()(stage)
      stage.operations.stop({ command: 'the-stop', machine: 'press' }, BORIS)
      return asked
    },
    'Stop was given before it was sent.',
  ],
  unconfirmed_write: [write('pump', 'power', 5), 'This must be confirmed: say so with `confirmed: true`.'],
}

describe('[O6] a command is refused', () => {
  test.each(COMMAND_REFUSALS)('%s: with its reason, and nothing is ever sent', (refusal) => {
    const [refuse, reason] = REFUSALS[refusal]
    const stage = plantStage()
    expect(commandOf(refuse(stage))).toMatchObject({ status: 'refused', refusal, reason })
    expect(logged(stage, ID).map(({ type }) => type)).toEqual(['command_requested', 'command_refused'])
    stage.link.answers.clear()
    stage.clock.pass(60_000)
    expect(stage.link.sent.filter((each) => each.command['command_id'] === ID)).toEqual([])
  })

  test('by a program that does not listen, or that the panel may not reach', () => {
    const stage = plantStage()
    stage.link.answers.set(ENDPOINT, { kind: 'gone' })
    expect(commandOf(ask(stage.operations, ID))).toMatchObject({
      refusal: 'machine_gone',
      reason: 'The machine program does not listen for commands.',
    })
    stage.link.answers.set(ENDPOINT, { kind: 'failed', reason: 'The panel may not.' })
    expect(commandOf(ask(stage.operations, 'command-2'))).toMatchObject({
      refusal: 'machine_gone',
      reason: 'The panel may not.',
    })
  })

  test('where nobody has control, with what to do', () => {
    const stage = plantStage()
    stage.control.release('press', ANNA.session)
    expect(commandOf(ask(stage.operations, ID))).toMatchObject({
      refusal: 'not_in_control',
      reason: 'Take control of press first.',
    })
  })

  test('also at the local display, as long as another has control', () => {
    expect(commandOf(command({}, DISPLAY)(plantStage())).refusal).toBe('not_in_control')
  })

  test.each([
    ['no value', {}, 'There is no value to write.', 'wrong_type'],
    ['a value of another device’s', { speed: 10, angle: 90 }, '"angle" of motor_01 cannot be written.', 'not_writable'],
    ['a value too large behind a right one', { speed: -1 }, 'speed must be from 0 to 255.', 'out_of_range'],
    ['a name that objects have', { constructor: 1 }, '"constructor" of motor_01 cannot be written.', 'not_writable'],
  ])('a write as a plain command: %s', (_, values, reason, refusal) => {
    const wanted = { type: 'device_control', payload: { device_id: 'motor_01', ...values } }
    expect(commandOf(command(wanted)(plantStage()))).toMatchObject({ refusal, reason })
  })

  test('a write that names no device', () => {
    const stage = plantStage()
    expect(commandOf(command({ type: 'device_control', payload: { speed: 1 } })(stage)).refusal).toBe('device_unknown')
    const long = { type: 'device_control', payload: { device_id: 'x'.repeat(200), speed: 1 } }
    expect(commandOf(ask(stage.operations, 'command-2', long)).refusal).toBe('device_unknown')
  })

  test('an interlock of a device holds its writes up, and no others', () => {
    const stage = plantStage()
    stage.event('press', 'device_update', { device_id: 'temp_01', new_state: { temperature: 81 } })
    expect(commandOf(write('motor_01', 'speed', 10)(stage))).toMatchObject({
      refusal: 'interlocked',
      reason: 'Hot motor: The motor is too hot.',
    })
    const asPlain = { type: 'device_control', payload: { device_id: 'motor_01', speed: 10 } }
    expect(commandOf(ask(stage.operations, 'command-2', asPlain)).refusal).toBe('interlocked')
    const valve = { command: 'command-3', machine: 'press', device: 'valve_01', tag: 'value', value: true }
    expect(commandOf(stage.operations.write(valve, ANNA)).status).toBe('accepted')
  })

  test('what asks for a second look goes with one', () => {
    const stage = plantStage()
    expect(commandOf(write('pump', 'power', 5, true)(stage)).status).toBe('accepted')
    expect(commandOf(ask(stage.operations, 'command-2', { type: 'reset' })).refusal).toBe('unconfirmed_write')
    expect(commandOf(ask(stage.operations, 'command-3', { type: 'reset', confirmed: true })).refusal).toBeNull()
    const asPlain = { type: 'device_control', payload: { device_id: 'pump', watts: 5 } }
    expect(commandOf(ask(stage.operations, 'command-4', asPlain)).refusal).toBe('unconfirmed_write')
    expect(commandOf(ask(stage.operations, 'command-5', { type: 'constructor' })).refusal).toBeNull()
  })
})

describe('[O6] right before it leaves the queue it is refused', () => {
  const waiting = (): CoreStage => {
    const stage = plantStage()
    stage.link.answers.set(ENDPOINT, { kind: 'full' })
    ask(stage.operations, ID)
    ask(stage.operations, 'command-2')
    return stage
  }
  const refusals = (stage: CoreStage): (string | null | undefined)[] => {
    stage.link.answers.clear()
    stage.clock.pass(1_000)
    expect(stage.link.sent).toEqual([])
    return [ID, 'command-2'].map((id) => stage.commands.command(id)?.refusal)
  }

  test('where the machine has gone silent or ended meanwhile', () => {
    const silent = waiting()
    silent.report('panel', 'press', 'machine_stale', {})
    expect(refusals(silent)).toEqual(['machine_stale', 'machine_stale'])
    const ended = waiting()
    ended.event('press', 'machine_terminated')
    expect(refusals(ended)).toEqual(['machine_gone', 'machine_gone'])
  })

  test('where an interlock holds by then, or is described by then', () => {
    const stage = waiting()
    stage.event('door', 'state_change', { to_state: 'open' })
    expect(refusals(stage)).toEqual(['interlocked', 'interlocked'])
    const described = waiting()
    const interlock = { name: 'Always', machine: 'press', when: [{ machine: 'press', state: ['idle'] }], reason: 'No.' }
    described.plant.replace({ interlocks: [interlock] })
    expect(refusals(described)).toEqual(['interlocked', 'interlocked'])
  })

  test('where control has gone to somebody else', () => {
    const stage = waiting()
    stage.control.request('press', DISPLAY)
    stage.clock.pass(3_000)
    expect(stage.control.holder('press')?.session).toBe(DISPLAY.session)
    expect(refusals(stage)).toEqual(['not_in_control', 'not_in_control'])
  })

  test('where it takes no commands any more; another place is found', () => {
    const stage = waiting()
    stage.plant.replace({ machines: { press: { control: false } } })
    expect(refusals(stage)).toEqual(['no_control_endpoint', 'no_control_endpoint'])
    const moved = waiting()
    moved.plant.replace({ machines: { press: { control: '/elsewhere.sock', pace: 0 } } })
    moved.clock.pass(25)
    expect(moved.link.sent.map(({ endpoint, command: { command_id: id } }) => [endpoint, id])).toEqual([
      ['/elsewhere.sock', ID],
      ['/elsewhere.sock', 'command-2'],
    ])
  })
})

describe('[O8] what was asked for', () => {
  test.each([
    [5_000, null],
    [5_001, 'too_late'],
    [0, null],
    [-60_000, null],
  ])('%i ms ago is refused: %s', (ago, refusal) => {
    const stage = plantStage()
    expect(commandOf(command({ at: stage.clock.now() - ago })(stage)).refusal).toBe(refusal)
  })

  test('without a time is not late', () => {
    expect(commandOf(command()(plantStage())).refusal).toBeNull()
  })

  test('late is refused for that, whatever else speaks against it', () => {
    const stage = plantStage()
    const wanted = { machine: 'nobody', at: stage.clock.now() - 6_000 }
    expect(commandOf(command(wanted, BORIS)(stage)).refusal).toBe('too_late')
  })
})

describe('[O9] Stop', () => {
  const stop = (stage: CoreStage, machine = 'press') =>
    commandOf(stage.operations.stop({ command: 'the-stop', machine }, BORIS)[0])

  test('needs no control, is held up by no interlock, and is tried with a silent machine', () => {
    const stage = plantStage()
    stage.plant.replace({
      interlocks: [{ name: 'Never', machine: 'press', when: [{ machine: 'nobody', state: ['x'] }], reason: 'No.' }],
    })
    stage.report('panel', 'press', 'machine_stale', {})
    expect(commandOf(ask(stage.operations, ID)).status).toBe('refused')
    expect(stop(stage)).toMatchObject({ status: 'accepted', by: 'Boris' })
    expect(stage.link.sent.map(({ command: { type } }) => type)).toEqual(['stop'])
  })

  test('is tried with one that terminated: that nobody listens is found out by trying', () => {
    const stage = plantStage()
    stage.event('press', 'machine_terminated')
    stage.link.answers.set(ENDPOINT, { kind: 'gone' })
    expect(stop(stage)).toMatchObject({ refusal: 'machine_gone' })
  })

  test('has nowhere to go for a machine that nobody heard of, or that takes no commands', () => {
    const stage = plantStage()
    expect(stop(stage, 'nobody').refusal).toBe('machine_unknown')
    expect(commandOf(stage.operations.stop({ command: 'stop-deaf', machine: 'deaf' }, BORIS)[0]).refusal).toBe(
      'no_control_endpoint',
    )
  })

  test('that is described as a command to be confirmed is not asked about', () => {
    const stage = plantStage()
    stage.plant.replace({ machines: { press: { stop: { type: 'reset' }, commands: { reset: { confirm: true } } } } })
    expect(stop(stage)).toMatchObject({ type: 'reset', status: 'accepted' })
  })
})
