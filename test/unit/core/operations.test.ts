import { describe, expect, test } from 'vitest'
import type { Asked } from '../../../src/core/operations.ts'
import { OPEN } from '../../support/access.ts'
import { CoreStage } from '../../support/core-stage.ts'
import { ANNA, ask, BORIS, commandOf, logged, underControl } from '../../support/operators.ts'

const ENDPOINT = '/control-press.sock'

function stageOf(): CoreStage {
  const stage = underControl(new CoreStage())
  stage.event('press', 'device_update', { device_id: 'motor_01', device_type: 'motor', new_state: { speed: 0 } })
  stage.event('press', 'device_update', { device_id: 'valve_01', device_type: 'valve', new_state: { value: false } })
  return stage
}

const runWorkflows = (stage: CoreStage, ...ids: string[]): void => {
  for (const executionId of ids) stage.event('press', 'workflow:started', { workflowId: 'w', executionId })
}

const statuses = (asked: readonly Asked[]): string[][] =>
  asked.map((each) => {
    const { id, status } = commandOf(each)
    return [id, status]
  })

const sentTypes = (stage: CoreStage): unknown[] =>
  stage.link.sent.map(({ command }) => [command['type'], command['payload']])

describe('[O4] a command without an expectation', () => {
  test.each([
    ['go', {}, { kind: 'transition' }],
    [
      'device_control',
      { device_id: 'valve_01', state: true },
      { kind: 'tag', device: 'valve_01', tag: 'value', value: true, tolerance: 0 },
    ],
    [
      'workflow:pause',
      { executionId: 'x1' },
      { kind: 'event', types: ['workflow:paused'], execution: 'x1', status: null },
    ],
  ])('%s %j is confirmed by what its kind of machine does', (type, payload, expectation) => {
    expect(commandOf(ask(stageOf().operations, 'command-1', { type, payload })).expectation).toEqual(expectation)
  })

  test('keeps one that was stated', () => {
    expect(commandOf(ask(stageOf().operations, 'command-1', { expectation: { kind: 'result' } })).expectation).toEqual({
      kind: 'result',
    })
  })
})

describe('the time within which it must be confirmed', () => {
  test.each([
    ['command', {}, 10_000],
    ['as asked', { timeout: 500 }, 500],
    ['as described', { type: 'slow' }, 60_000],
    ['as asked, whatever is described', { type: 'slow', timeout: 500 }, 500],
    ['a name that objects have', { type: 'constructor' }, 10_000],
  ])('%s', (_, wanted, ms) => {
    const stage = stageOf()
    stage.plant.replace({ machines: { press: { commands: { slow: { timeout: 60 } } } } })
    const { deadline, requestedAt } = commandOf(ask(stage.operations, 'command-1', wanted))
    expect(deadline - requestedAt).toBe(ms)
    stage.clock.pass(ms - 1)
    expect(stage.operations.commandOf('command-1', OPEN)?.status).toBe('accepted')
    stage.clock.pass(1)
    expect(stage.operations.commandOf('command-1', OPEN)?.status).toBe('timed_out')
  })

  test('of a write is longer', () => {
    const stage = stageOf()
    const asked = { command: 'command-1', machine: 'press', device: 'motor_01', tag: 'speed', value: 1 }
    const { deadline, requestedAt } = commandOf(stage.operations.write(asked, ANNA))
    expect(deadline - requestedAt).toBe(15_000)
  })
})

describe('a write', () => {
  test('names the tag as the device wants it, and shows as requested until the machine confirms it', () => {
    const stage = stageOf()
    const asked = { command: 'command-1', machine: 'press', device: 'valve_01', tag: 'value', value: true }
    expect(commandOf(stage.operations.write(asked, ANNA))).toMatchObject({ status: 'accepted', device: 'valve_01' })
    expect(sentTypes(stage)).toEqual([['device_control', { device_id: 'valve_01', state: true }]])
    const valve = () => stage.hub.folded.devices.get('press\nvalve_01')?.tags[0]
    expect(valve()).toMatchObject({ value: false, requested: { value: true, command: 'command-1' } })
    stage.event('press', 'device_update', { device_id: 'valve_01', new_state: { value: true } })
    expect(stage.operations.commandOf('command-1', OPEN)?.status).toBe('confirmed')
    expect(valve()).toMatchObject({ value: true, requested: null })
  })

  test.each(['__proto__', 'constructor', 'device_id'])('to a tag “%s” goes nowhere', (tag) => {
    const stage = stageOf()
    const asked = { command: 'command-1', machine: 'press', device: 'motor_01', tag, value: 1 }
    expect(commandOf(stage.operations.write(asked, ANNA)).status).toBe('refused')
    expect(stage.link.sent).toEqual([])
  })
})

describe('[O9] Stop', () => {
  test('ends each workflow that the machine runs, each with an id of its own', () => {
    const stage = stageOf()
    runWorkflows(stage, 'x1', 'x2', 'x3')
    stage.event('press', 'workflow:completed', { workflowId: 'w', executionId: 'x2' })
    const asked = stage.operations.stop({ command: 'the-stop', machine: 'press' }, BORIS)
    expect(statuses(asked)).toEqual([
      ['the-stop', 'accepted'],
      ['the-stop-2', 'accepted'],
    ])
    expect(sentTypes(stage)).toEqual([
      ['workflow:cancel', { executionId: 'x1' }],
      ['workflow:cancel', { executionId: 'x3' }],
    ])
    stage.event('press', 'workflow:cancelled', { executionId: 'x3' })
    expect(stage.operations.commandOf('the-stop', OPEN)?.status).toBe('accepted')
    expect(stage.operations.commandOf('the-stop-2', OPEN)?.status).toBe('confirmed')
  })

  test('of several commands waits as a whole for a full socket: none drops another', () => {
    const stage = stageOf()
    runWorkflows(stage, 'x1', 'x2', 'x3')
    stage.link.answers.set(ENDPOINT, { kind: 'full' })
    ask(stage.operations, 'command-1')
    expect(statuses(stage.operations.stop({ command: 'the-stop', machine: 'press' }, BORIS))).toEqual([
      ['the-stop', 'requested'],
      ['the-stop-2', 'requested'],
      ['the-stop-3', 'requested'],
    ])
    expect(stage.operations.commandOf('command-1', OPEN)?.refusal).toBe('stopped')
    stage.link.answers.clear()
    stage.clock.pass(25)
    expect(stage.link.sent.map(({ command }) => command['command_id'])).toEqual([
      'the-stop',
      'the-stop-2',
      'the-stop-3',
    ])
  })

  test('of two people at once is sent for both', () => {
    const stage = stageOf()
    stage.link.answers.set(ENDPOINT, { kind: 'full' })
    stage.operations.stop({ command: 'stop-of-anna', machine: 'press' }, ANNA)
    stage.operations.stop({ command: 'stop-of-boris', machine: 'press' }, BORIS)
    stage.link.answers.clear()
    stage.clock.pass(25)
    expect(stage.link.sent.map(({ command }) => command['command_id'])).toEqual(['stop-of-anna', 'stop-of-boris'])
  })

  test('[O1] with the same id again tells how it stands, and stops nothing that has begun since', () => {
    const stage = stageOf()
    runWorkflows(stage, 'x1', 'x2')
    stage.operations.stop({ command: 'the-stop', machine: 'press' }, BORIS)
    stage.event('press', 'workflow:cancelled', { executionId: 'x1' })
    runWorkflows(stage, 'x8', 'x9')
    expect(statuses(stage.operations.stop({ command: 'the-stop', machine: 'press' }, BORIS))).toEqual([
      ['the-stop', 'confirmed'],
      ['the-stop-2', 'accepted'],
    ])
    expect(stage.link.sent).toHaveLength(2)
    expect(logged(stage).filter(({ type }) => type === 'command_requested')).toHaveLength(2)
  })

  test('[O1] with an id that was used for something else is no Stop, and says so', () => {
    const stage = stageOf()
    ask(stage.operations, 'command-1')
    expect(stage.operations.stop({ command: 'command-1', machine: 'press' }, BORIS)).toEqual([
      { kind: 'unknown_command' },
    ])
    underControl(stage, 'oven')
    stage.operations.stop({ command: 'the-stop', machine: 'press' }, BORIS)
    expect(stage.operations.stop({ command: 'the-stop', machine: 'oven' }, BORIS)).toEqual([
      { kind: 'unknown_command' },
    ])
    expect(stage.link.sent).toHaveLength(2)
  })

  test('with the longest id has ids that are not too long', () => {
    const stage = stageOf()
    runWorkflows(stage, ...Array.from({ length: 12 }, (_, i) => `x${i}`))
    const asked = stage.operations.stop({ command: 's'.repeat(64), machine: 'press' }, BORIS)
    const ids = asked.map((each) => commandOf(each).id)
    expect(new Set(ids).size).toBe(12)
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{8,64}$/)
  })
})

describe('[V2] a device is known', () => {
  test.each([
    ['press/motor_01', true],
    ['oven/lamp', true],
    ['motor_01', false],
    ['press/lamp', false],
    ['press/__proto__', false],
  ])('%s: %s, because it was heard of or described', (reference, known) => {
    const stage = stageOf()
    stage.plant.replace({ machines: { oven: { devices: { lamp: {} } } } })
    expect(stage.operations.knowsDevice(reference, OPEN)).toBe(known)
  })
})
