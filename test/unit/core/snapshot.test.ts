import { describe, expect, test } from 'vitest'
import { filterOf } from '../../../src/shared/channel.ts'
import type { Payload } from '../../../src/shared/datagram.ts'
import type { Origin } from '../../../src/shared/event.ts'
import { FAMILIES } from '../../../src/shared/family.ts'
import { RECENT_LIMIT } from '../../../src/shared/fold/recent.ts'
import { foldedSnapshot, newFolded } from '../../../src/shared/folded.ts'
import type { Snapshot } from '../../../src/shared/messages.ts'
import { CoreStage } from '../../support/core-stage.ts'
import { Random } from '../../support/random.ts'
import { visibleState, wholeState } from '../../support/visible.ts'

const write = (stage: CoreStage, channels: readonly string[] = ['all'], reset = false) =>
  stage.hub.snapshot(filterOf(channels), channels, reset)
const read = (stage: CoreStage, channels?: readonly string[], reset?: boolean): Snapshot =>
  JSON.parse(write(stage, channels, reset).text) as Snapshot

test('[S3] a snapshot holds the state at the head, for the filter', () => {
  const stage = new CoreStage()
  stage.event('a', 'state_change', { to_state: 'on' })
  stage.event('b', 'state_change', { to_state: 'off' })
  expect(read(stage)).toMatchObject({
    type: 'snapshot',
    position: { epoch: 'e1', offset: 2 },
    reset: false,
    channels: ['all'],
    state: {
      machines: [
        { name: 'a', state: 'on' },
        { name: 'b', state: 'off' },
      ],
      recent: [{ offset: 1 }, { offset: 2 }],
    },
  })
  expect(read(stage, ['machine:b'], true)).toMatchObject({
    reset: true,
    channels: ['machine:b'],
    state: { machines: [{ name: 'b' }], recent: [{ offset: 2 }] },
  })
  expect(read(stage, ['family:machine']).state).toMatchObject({ machines: [], recent: [{ offset: 1 }, { offset: 2 }] })
  expect(read(stage, [])).toMatchObject({ position: { offset: 2 }, state: { machines: [], recent: [] } })
})

/** Something of every list, of two machines. */
function furnished(): CoreStage {
  const stage = new CoreStage()
  for (const machine of ['a', 'b']) {
    stage.event(machine, 'state_change', { to_state: 'on' })
    stage.event(machine, 'device_update', { device_id: 'd', new_state: { speed: 1 } })
    stage.event(machine, 'tag_update', { device_id: 'e', tag: 'level', value: 2 })
    stage.event(machine, 'workflow:started', { executionId: 'x', workflowId: 'w' })
    stage.event(machine, 'hardware_health_update', { totalControllers: 3 })
    stage.event(machine, 'connection_event', { connection_type: 'ws', direction: 'send', data_size_bytes: 3 })
    stage.report('operator', machine, 'command_requested', { id: `c-${machine}`, type: 'start', device: 'd' })
    stage.report('panel', machine, 'control_granted', { session: 's' })
    stage.report('panel', machine, 'alarm_raised', { alarm: `${machine}/error`, source: 'error' })
  }
  return stage
}

test('[S3] [C1] everything that is folded is there, of the machines whose events come in full', () => {
  const stage = furnished()
  const whole = read(stage).state
  expect({ ...whole, recent: [] }).toEqual({ ...wholeState(stage.hub.folded), recent: [] })
  for (const [name, items] of Object.entries(whole)) {
    expect([name, items.length]).toEqual([name, { devices: 4, recent: 18 }[name] ?? 2])
  }
  expect(read(stage, ['machine:b']).state).toMatchObject({
    machines: [{ name: 'b' }],
    devices: [
      { machine: 'b', id: 'd' },
      { machine: 'b', id: 'e' },
    ],
    executions: [{ machine: 'b', id: 'x' }],
    hardware: [{ machine: 'b', totalControllers: 3 }],
    commands: [{ machine: 'b', id: 'c-b', device: 'd' }],
    control: [{ machine: 'b', session: 's' }],
    alarms: [{ machine: 'b', id: 'b/error', state: 'unacknowledged' }],
  })
})

test('[C2] families bring events alone', () => {
  const families = FAMILIES.map((family) => `family:${family}`)
  expect(read(furnished(), families).state).toMatchObject({ ...foldedSnapshot(newFolded()), recent: { length: 18 } })
})

test('[C5] a device’s channel brings the device, and of the rest nothing but the events that concern it', () => {
  const stage = furnished()
  stage.report('panel', 'a', 'machine_stale', {})
  const { recent, ...folded } = read(stage, ['device:a/d']).state
  expect(folded).toEqual({
    ...foldedSnapshot(newFolded()),
    devices: wholeState(stage.hub.folded).devices.filter(({ machine, id }) => machine === 'a' && id === 'd'),
  })
  expect(folded.devices).toHaveLength(1)
  expect(recent.map(({ body }) => [body.machine_name, body.type])).toEqual([
    ['a', 'device_update'],
    ['a', 'command_requested'],
    ['a', 'machine_stale'],
  ])
  expect(read(stage, ['device:a/d', 'machine:b']).state.devices.map(({ machine, id }) => `${machine}/${id}`)).toEqual([
    'a/d',
    'b/d',
    'b/e',
  ])
})

test('it brings along the latest events, but not all of them', () => {
  const stage = new CoreStage()
  for (let i = 0; i < RECENT_LIMIT + 5; i += 1) stage.event('a')
  const { recent } = read(stage).state
  expect(recent).toHaveLength(RECENT_LIMIT)
  expect(recent[0]?.offset).toBe(6)
})

test('a hundred viewers that come in the same moment share one frame', () => {
  const stage = new CoreStage()
  stage.event('a')
  const frame = write(stage)
  expect(write(stage)).toBe(frame)
  expect(frame.bytes).toBe(frame.bytes)
  expect(write(stage, ['all'], true)).not.toBe(frame)
  expect(write(stage, ['machine:a'])).not.toBe(frame)
  stage.event('b')
  expect(write(stage)).not.toBe(frame)
})

type Step = readonly [origin: Origin, type: string, payload: Payload]

const device = (value: number): Step => [
  'machine',
  'device_update',
  { device_id: 'd', device_type: 'motor', new_state: { speed: value } },
]

describe('what changed in any way is written anew', () => {
  const wish = { id: 'command', type: 'set', device: 'd' }
  const asked: Step = [
    'operator',
    'command_requested',
    { ...wish, expectation: { kind: 'tag', device: 'd', tag: 'speed', value: 9, tolerance: 0 } },
  ]
  const status = (name: string): Step => ['panel', `command_${name}`, { ...wish, settled_by: 1 }]
  const flow: Payload = { executionContext: { executionSessionId: 'x', programId: 'p', cycleId: 'c' }, blockId: 'b' }
  const granted: Step = ['panel', 'control_granted', { session: 's1' }]

  test.each<readonly [string, readonly Step[]]>([
    ['a machine’s state', [['machine', 'state_change', { to_state: 'on' }]]],
    ['a machine’s error', [['machine', 'error', { error_message: 'jammed' }]]],
    ['a device', [device(1), device(2), ['machine', 'device_update', { device_id: 'd', status: 'offline' }]]],
    ['a tag', [['machine', 'tag_update', { tag: 'level', value: 1 }]]],
    [
      'silence, which touches all devices',
      [device(1), ['panel', 'machine_stale', {}], ['panel', 'machine_stale', {}], device(1)],
    ],
    ['an end', [device(1), ['machine', 'block_started', flow], ['machine', 'machine_terminated', {}], device(1)]],
    [
      'an execution, step by step',
      [
        ['machine', 'block_started', flow],
        ['machine', 'block_executed', { ...flow, success: false, message: 'jammed' }],
        ['machine', 'cycle_completed', flow],
        ['machine', 'block_started', { ...flow, executionContext: { executionSessionId: 'y', programId: 'p' } }],
        ['machine', 'flow_status_changed', { programId: 'p', status: 'completed' }],
      ],
    ],
    [
      'an execution that gets its session’s id late',
      [
        ['machine', 'block_started', { blockId: 'b' }],
        ['machine', 'block_started', flow],
      ],
    ],
    [
      'hardware',
      [
        ['machine', 'hardware_health_update', { totalControllers: 3 }],
        ['machine', 'hardware_health_update', { totalControllers: 4 }],
      ],
    ],
    ['a command that is confirmed', [device(1), asked, status('accepted'), device(9), status('confirmed')]],
    ['a command that is refused', [device(1), asked, ['panel', 'command_refused', { ...wish, refusal: 'too_long' }]]],
    [
      'control',
      [
        granted,
        ['operator', 'control_requested', { session: 's2', at: 5 }],
        ['operator', 'control_kept', {}],
        ['panel', 'control_grace', { until: 9 }],
        ['panel', 'control_resumed', {}],
        ['operator', 'control_released', { session: 's1' }],
        granted,
      ],
    ],
  ])('%s', (_, steps) => {
    const stage = furnished()
    for (const [origin, type, payload] of steps) {
      const before = stage.hub.foldedText()
      stage.clock.pass(1)
      if (origin === 'machine') stage.event('a', type, payload)
      else stage.report(origin, 'a', type, payload)
      expect(JSON.parse(stage.hub.foldedText())).toEqual(wholeState(stage.hub.folded))
      expect([type, stage.hub.foldedText() === before]).toEqual([type, false])
    }
  })

  test.each([1, 2, 3])('whatever happens (seed %i)', (seed) => {
    const stage = new CoreStage()
    const random = new Random(seed)
    const machines = ['a', 'b', 'a/b']
    const most = new Map<string, number>()
    const channels = [['all'], ['machine:a'], ['device:a/b/d', 'device:b/__proto__'], ['machine:b', 'device:a/d']]
    for (let i = 0; i < 500; i += 1) {
      // Some events share a moment, others do not.
      stage.clock.pass(random.integer(0, 1))
      stage.random(random, 1, machines)
      const after = { event: stage.archive.entries.at(-1)?.text }
      expect({ ...after, folded: JSON.parse(stage.hub.foldedText()) as unknown }).toEqual({
        ...after,
        folded: wholeState(stage.hub.folded),
      })
      const names = random.pick(channels)
      const { recent: _, ...state } = read(stage, names).state
      expect({ ...after, names, state }).toEqual({ ...after, names, state: visibleState(stage.hub.folded, names) })
      for (const [name, items] of Object.entries(visibleState(stage.hub.folded, ['all']))) {
        most.set(name, Math.max(most.get(name) ?? 0, items.length))
      }
    }
    // It was about something: there was at least this much of each.
    const few = new Set(['control', 'hardware'])
    expect([...most].filter(([name, count]) => count < (few.has(name) ? 2 : 3))).toEqual([])
  })
})

test('a machine that was forgotten and came back is written as the new one', () => {
  const stage = new CoreStage()
  stage.event('a', 'state_change', { to_state: 'on' })
  read(stage)
  for (let i = 0; i < 1_000; i += 1) stage.event(`m${i}`)
  expect(stage.hub.folded.machines.has('a')).toBe(false)
  read(stage)
  stage.event('a')
  expect(read(stage).state.machines).toEqual([...stage.hub.folded.machines.values()])
})

test('names that would end a string or a list in the frame are escaped', () => {
  const stage = new CoreStage()
  const name = '"],"x\\'
  stage.event(name, '"}', { '"': '\u2028' })
  expect(read(stage, [`machine:${name}`])).toMatchObject({
    channels: [`machine:${name}`],
    state: { machines: [{ name }], recent: [{ body: { type: '"}' } }] },
  })
})
