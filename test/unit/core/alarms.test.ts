import { describe, expect, test } from 'vitest'
import type { AlarmCondition } from '../../../src/core/alarm-conditions.ts'
import type { AlarmResult } from '../../../src/core/alarm-acts.ts'
import { Alarms } from '../../../src/core/alarms.ts'
import { foldStored } from '../../../src/core/fold-past.ts'
import type { Denied } from '../../../src/core/operations.ts'
import { alarmId, type AlarmState } from '../../../src/shared/alarm.ts'
import type { AlarmMessage } from '../../../src/shared/messages.ts'
import type { Plant } from '../../../src/shared/plant.ts'
import { OPEN } from '../../support/access.ts'
import { CoreStage } from '../../support/core-stage.ts'

const ANNA = { session: 's-anna', name: 'Anna', local: true, access: OPEN }

const objections = (results: AlarmResult[] | Denied): (string | null)[] =>
  'kind' in results ? [results.kind] : results.map(({ objection }) => objection)
const HIGH = 'cell/motor/speed/high'

const plantOf = (alarms: Plant['alarms'] = {}, more: Plant = {}): Plant => ({
  machines: {
    cell: {
      alarm_states: ['fault'],
      devices: {
        motor: { type: 'motor', tags: { speed: { type: 'number', limits: { high: 100, low: 10, deadband: 5 } } } },
      },
    },
  },
  alarms,
  ...more,
})

class Stage extends CoreStage {
  panel: AlarmCondition[] = []
  readonly alarms: Alarms

  constructor(plant: Plant = plantOf()) {
    super()
    this.plant.replace(plant)
    this.alarms = new Alarms({ hub: this.hub, plant: this.plant, clock: this.clock, panel: () => this.panel })
  }

  speed(value: unknown, quality?: string): void {
    const payload = { device_id: 'motor', device_type: 'motor', new_state: { speed: value } }
    this.event('cell', 'device_update', quality === undefined ? payload : { ...payload, quality })
  }

  state(id = HIGH): AlarmState {
    return this.hub.folded.alarms.get(id)?.state ?? 'normal'
  }

  act(action: AlarmMessage['action'], id = HIGH, more: Partial<AlarmMessage> = {}): (string | null)[] {
    const raised = this.hub.folded.alarms.get(id)?.raised ?? 1
    const alarms = [{ alarm: id, raised }]
    return objections(this.operations.actOnAlarms({ action, alarms, ...more }, ANNA))
  }

  get told(): string[] {
    const { hub } = this
    return hub
      .entries(hub.first - 1)
      .filter(({ family, text }) => family === 'alarm' && !text.includes('"origin":"machine"'))
      .map(({ type }) => type.replace('alarm_', ''))
  }
}

describe('limits', () => {
  test('raise above and clear behind the deadband', () => {
    const stage = new Stage()
    stage.speed(100)
    expect(stage.state()).toBe('normal')
    stage.speed(101)
    expect(stage.hub.folded.alarms.get(HIGH)).toMatchObject({
      state: 'unacknowledged',
      active: true,
      value: 101,
      limit: 100,
      priority: 'medium',
      device: 'motor',
      tag: 'speed',
    })
    stage.speed(96)
    expect(stage.state()).toBe('unacknowledged')
    stage.speed(95)
    expect(stage.state()).toBe('returned')
    stage.speed(5)
    expect(stage.state('cell/motor/speed/low')).toBe('unacknowledged')
    expect(stage.told).toEqual(['raised', 'cleared', 'raised'])
  })

  test('are not judged by values that cannot be trusted', () => {
    const stage = new Stage()
    stage.speed(101)
    stage.speed(50, 'bad')
    expect(stage.state()).toBe('unacknowledged')
    expect(stage.state('cell/motor/speed/quality')).toBe('unacknowledged')
    stage.speed(50)
    expect(stage.state()).toBe('returned')
    expect(stage.state('cell/motor/speed/quality')).toBe('returned')
  })

  test('wait for their delays, and a short excursion is none', () => {
    const stage = new Stage(plantOf({ [HIGH]: { on_delay: 2, off_delay: 3 } }))
    stage.speed(101)
    stage.clock.pass(1_999)
    stage.speed(50)
    stage.clock.pass(5_000)
    expect(stage.told).toEqual([])
    stage.speed(101)
    stage.clock.pass(2_000)
    expect(stage.state()).toBe('unacknowledged')
    stage.speed(50)
    stage.clock.pass(2_999)
    expect(stage.hub.folded.alarms.get(HIGH)?.active).toBe(true)
    stage.clock.pass(1)
    expect(stage.state()).toBe('returned')
  })

  test('of the rate of change look at the time between two values', () => {
    const plant = plantOf()
    const tags = { speed: { type: 'number' as const, limits: { rate: 10 } } }
    const stage = new Stage({ ...plant, machines: { cell: { devices: { motor: { tags } } } } })
    const id = 'cell/motor/speed/rate'
    stage.speed(0)
    stage.clock.pass(1_000)
    stage.speed(10)
    expect(stage.state(id)).toBe('normal')
    stage.clock.pass(1_000)
    stage.speed(-1)
    expect(stage.state(id)).toBe('unacknowledged')
    // Nothing is said of it: neither by other tags, nor by a value that is none.
    stage.event('cell', 'device_update', { device_id: 'motor', new_state: { other: 1 } })
    stage.speed(-1, 'bad')
    expect(stage.state(id)).toBe('unacknowledged')
    stage.clock.pass(1_000)
    stage.speed(0)
    expect(stage.state(id)).toBe('returned')
  })

  test('of the rate of change are over where a value stays for long enough, and held by a start', () => {
    const plant = plantOf({ 'cell/motor/speed/rate': { on_delay: 0 } })
    const tags = { speed: { type: 'number' as const, limits: { rate: 10 } } }
    const stage = new Stage({ ...plant, machines: { cell: { devices: { motor: { tags } } } } })
    const id = 'cell/motor/speed/rate'
    stage.speed(0)
    stage.clock.pass(1_000)
    stage.speed(35)
    stage.clock.pass(2_000)
    expect(stage.state(id)).toBe('unacknowledged')
    stage.clock.pass(1_000)
    expect(stage.state(id)).toBe('returned')
    stage.speed(1_000)
    expect(stage.state(id)).toBe('unacknowledged')
    stage.alarms.close()
    const again = new Alarms({ hub: stage.hub, plant: stage.plant, clock: stage.clock, panel: () => [] })
    expect(stage.state(id)).toBe('unacknowledged')
    again.close()
  })

  test('keep what they had while the machine is gone, and so does the quality', () => {
    const stage = new Stage()
    stage.speed(50, 'bad')
    stage.event('cell', 'machine_terminated')
    const again = new Alarms({ hub: stage.hub, plant: stage.plant, clock: stage.clock, panel: () => [] })
    expect(stage.state('cell/motor/speed/quality')).toBe('unacknowledged')
    again.close()
  })

  test('that are described no more stand for nothing', () => {
    const stage = new Stage()
    stage.speed(101)
    stage.plant.replace({})
    expect(stage.state()).toBe('returned')
  })
})

describe('machines', () => {
  test('that were gone with an error have its alarm again at any sign of life', () => {
    for (const sign of ['activity_log', 'device_update', 'block_started', 'whatever']) {
      const stage = new Stage()
      stage.event('cell', 'error', { message: 'stuck' })
      stage.event('cell', 'machine_terminated')
      expect(stage.state('cell/error')).toBe('returned')
      stage.event('cell', sign, { device_id: 'motor' })
      expect(stage.state('cell/error')).toBe('unacknowledged')
    }
  })

  test('alarm with errors, states and silence, and stop doing so', () => {
    const stage = new Stage()
    stage.event('cell', 'state_change', { to_state: 'fault' })
    expect(stage.state('cell/state')).toBe('unacknowledged')
    stage.event('cell', 'error', { error_message: 'jammed' })
    expect(stage.hub.folded.alarms.get('cell/error')).toMatchObject({ priority: 'high', message: 'jammed' })
    stage.event('cell', 'state_change', { to_state: 'idle' })
    expect([stage.state('cell/state'), stage.state('cell/error')]).toEqual(['returned', 'returned'])
    stage.report('panel', 'cell', 'machine_stale', {})
    expect(stage.state('cell/stale')).toBe('unacknowledged')
    stage.event('cell', 'anything')
    expect(stage.state('cell/stale')).toBe('returned')
  })

  test('alarm where they do not do what they are told, until they do', () => {
    const stage = new Stage()
    stage.event('cell', 'state_change', { to_state: 'idle' })
    stage.control.request('cell', ANNA)
    const ask = (command: string): void => {
      stage.operations.command({ command, machine: 'cell', event: { type: 'go' }, timeout: 1_000 }, ANNA)
    }
    ask('command-1')
    stage.clock.pass(1_000)
    expect(stage.state('cell/command')).toBe('unacknowledged')
    ask('command-2')
    stage.event('cell', 'state_change', { to_state: 'on' })
    expect(stage.state('cell/command')).toBe('returned')
  })

  test('[M4] raise and clear alarms of their own', () => {
    const stage = new Stage()
    stage.event('cell', 'alarm_raised', { alarm_id: 'door/1', priority: 'critical', message: 'The door is open' })
    const id = alarmId('cell', 'event', 'door/1')
    expect(stage.hub.folded.alarms.get(id)).toMatchObject({
      state: 'unacknowledged',
      priority: 'critical',
      message: 'The door is open',
      source: 'event',
    })
    stage.event('cell', 'alarm_acknowledged', { alarm: id })
    expect(stage.state(id)).toBe('unacknowledged')
    stage.event('cell', 'alarm_cleared', { alarm_id: 'door/1' })
    expect(stage.state(id)).toBe('returned')
  })

  test('[M4] above the limit one more stands for the rest', () => {
    const stage = new Stage()
    for (let i = 0; i < 600; i += 1) stage.event('cell', 'alarm_raised', { alarm_id: `a${i}` })
    expect(stage.hub.folded.alarms.size).toBe(501)
    expect(stage.state('cell/event/too_many')).toBe('unacknowledged')
    for (let i = 0; i < 600; i += 1) stage.event('cell', 'alarm_cleared', { alarm_id: `a${i}` })
    for (const id of Array.from(stage.hub.folded.alarms.keys())) stage.act('acknowledge', id)
    stage.event('cell', 'alarm_raised', { alarm_id: 'a0' })
    // Acknowledged and over.
    expect([...stage.hub.folded.alarms.keys()]).toEqual(['cell/event/a0'])
  })
})

test('the panel’s own trouble is an alarm while it lasts', () => {
  const stage = new Stage()
  const id = alarmId('andon', 'journal_io')
  stage.panel = [
    {
      id,
      machine: 'andon',
      device: null,
      tag: null,
      source: 'panel',
      priority: 'high',
      message: 'The disk reports an error.',
      active: true,
      value: null,
      limit: null,
    },
  ]
  stage.clock.pass(1_000)
  expect(stage.state(id)).toBe('unacknowledged')
  stage.panel = []
  stage.clock.pass(1_000)
  expect(stage.state(id)).toBe('returned')
})

describe('operators', () => {
  test('[M2] acknowledge only what was on the screen', () => {
    const stage = new Stage()
    stage.speed(101)
    const raised = stage.hub.folded.alarms.get(HIGH)?.raised ?? 0
    stage.speed(50)
    stage.speed(101)
    const acknowledge = (alarm: string, at: number): (string | null)[] =>
      objections(
        stage.operations.actOnAlarms({ action: 'acknowledge', alarms: [{ alarm, raised: at }], comment: 'seen' }, ANNA),
      )
    expect(acknowledge(HIGH, raised)).toEqual(['changed'])
    expect(stage.state()).toBe('unacknowledged')
    expect(acknowledge('cell/other', 1)).toEqual(['gone'])
    expect(stage.act('acknowledge', HIGH, { comment: 'seen' })).toEqual([null])
    expect(stage.hub.folded.alarms.get(HIGH)).toMatchObject({
      state: 'acknowledged',
      acknowledged: { by: 'Anna', comment: 'seen' },
    })
    expect(stage.act('acknowledge')).toEqual(['not_applicable'])
  })

  test('reset what latches, once it is over', () => {
    const stage = new Stage(plantOf({ [HIGH]: { latch: true } }))
    stage.speed(101)
    expect(stage.act('reset')).toEqual(['not_applicable'])
    stage.speed(50)
    expect(stage.state()).toBe('latched_unacknowledged')
    stage.act('acknowledge')
    expect(stage.state()).toBe('latched_acknowledged')
    stage.act('reset')
    expect(stage.state()).toBe('normal')
  })

  test('[M3] shelve for a time with a reason, and it is judged anew when that is over', () => {
    const stage = new Stage(plantOf({}, { shelve_max: 60 }))
    stage.speed(101)
    const asked = { type: 'alarm', id: 1, action: 'shelve', alarms: [{ alarm: HIGH, raised: 2 }] } as const
    const viewer = stage.live()
    viewer.send(asked)
    expect(viewer.socket.messages.at(-1)).toMatchObject({ ok: false, error: { code: 'reason_missing' } })
    expect(stage.act('shelve', HIGH, { reason: 'repair', seconds: 9_999 })).toEqual([null])
    expect(stage.state()).toBe('shelved')
    stage.clock.pass(59_000)
    expect(stage.state()).toBe('shelved')
    stage.clock.pass(1_000)
    expect(stage.state()).toBe('unacknowledged')
    stage.act('shelve', HIGH, { reason: 'again', one_shot: true })
    stage.speed(50)
    expect(stage.state()).toBe('normal')
  })

  test('take out of service and back', () => {
    const stage = new Stage()
    stage.speed(101)
    stage.act('remove_from_service', HIGH, { reason: 'maintenance' })
    stage.speed(50)
    stage.speed(101)
    expect(stage.state()).toBe('out_of_service')
    stage.act('return_to_service')
    expect(stage.state()).toBe('unacknowledged')
  })
})

test('suppression by design follows its conditions', () => {
  const stage = new Stage(plantOf({ [HIGH]: { suppressed_while: [{ machine: 'cell', state: ['setup'] }] } }))
  stage.event('cell', 'state_change', { to_state: 'setup' })
  stage.speed(101)
  expect(stage.state()).toBe('suppressed')
  stage.event('cell', 'state_change', { to_state: 'on' })
  stage.clock.pass(1_000)
  expect(stage.state()).toBe('unacknowledged')
  stage.event('cell', 'state_change', { to_state: 'setup' })
  stage.clock.pass(1_000)
  expect(stage.state()).toBe('suppressed')
})

test('on a start conditions are judged anew, and nothing is acknowledged by itself', () => {
  const stage = new Stage()
  stage.speed(101)
  stage.event('cell', 'error', { error_message: 'jammed' })
  stage.alarms.close()
  stage.speed(50)
  const again = new Alarms({ hub: stage.hub, plant: stage.plant, clock: stage.clock, panel: () => [] })
  expect([stage.state(), stage.state('cell/error')]).toEqual(['returned', 'unacknowledged'])
  again.close()
})

test('what has just become normal does not come back as suppressed, without a word of what it is', () => {
  const stage = new Stage(plantOf({ [HIGH]: { suppressed_while: [{ machine: 'cell', state: ['setup'] }] } }))
  stage.speed(101)
  stage.act('shelve', HIGH, { reason: 'repair', seconds: 10 })
  stage.speed(50)
  stage.event('cell', 'state_change', { to_state: 'setup' })
  stage.clock.pass(11_000)
  expect(stage.told).toEqual(['raised', 'shelved', 'cleared', 'unshelved'])
  expect(stage.hub.folded.alarms.size).toBe(0)
})

test('what a new description raises suppressed is raised once', () => {
  const stage = new Stage({})
  stage.event('oven', 'state_change', { to_state: 'setup' })
  stage.event('cell', 'state_change', { to_state: 'fault' })
  stage.plant.replace(plantOf({ 'cell/state': { suppressed_while: [{ machine: 'oven', state: ['setup'] }] } }))
  expect(stage.told).toEqual(['suppressed', 'raised'])
})

test('the longest names have alarms too, each raised once', () => {
  const [machine, device, tag] = ['😀'.repeat(128), '€'.repeat(128), 'Ж'.repeat(128)]
  const limits = { high_high: 1 }
  const devices = { [device]: { tags: { [tag]: { type: 'number' as const, limits } } } }
  const stage = new Stage({ machines: { [machine]: { devices } } })
  for (let i = 0; i < 3; i += 1) {
    stage.event(machine, 'device_update', { device_id: device, new_state: { [tag]: 2 } })
    stage.event(machine, 'alarm_raised', { alarm_id: device })
  }
  expect(stage.told).toEqual(['raised', 'raised'])
  expect(stage.act('acknowledge', alarmId(machine, device, tag, 'high_high'))).toEqual([null])
})

test('a journal that turns up late brings alarms that are judged by what is known now', () => {
  const stage = new Stage()
  const link = (direction: string) => ({ connection_type: 'plc', direction })
  stage.event('cell', 'connection_event', link('error'))
  const text = stage.hub.foldedText()
  const stored = foldStored({ offset: 2, time: 0, folded: text }, [])
  const second = new Stage()
  second.event('cell', 'connection_event', link('send'))
  second.hub.continueFrom('e2', { head: 2, epochs: [], folded: stored, tail: [] })
  second.clock.turn()
  expect(second.state('cell/link/plc')).toBe('returned')
})

test('a command that failed so long ago that it is forgotten does not clear its alarm by that', () => {
  const stage = new Stage()
  const command = (machine: string, id: string, type: string, more: object = {}): void => {
    stage.hub.report('panel', machine, `command_${type}`, { id, ...more })
  }
  for (const machine of ['cell', 'other']) stage.event(machine, 'machine_registered')
  command('cell', 'first', 'requested', { type: 'go' })
  command('cell', 'first', 'failed')
  for (let i = 0; i < 300; i += 1) {
    command('other', `c${i}`, 'requested', { type: 'go' })
    command('other', `c${i}`, 'failed')
  }
  expect(stage.hub.folded.commands.has('first')).toBe(false)
  stage.plant.replace(plantOf())
  expect(stage.state('cell/command')).toBe('unacknowledged')
})

test('a machine whose clock was once far ahead does not blind the limit of a rate', () => {
  const limits = { rate: 10 }
  const stage = new Stage({
    machines: { cell: { devices: { motor: { tags: { speed: { type: 'number', limits } } } } } },
  })
  const say = (speed: number, timestamp: number): void => {
    stage.event('cell', 'device_update', { device_id: 'motor', new_state: { speed }, timestamp })
    stage.clock.pass(1_000)
  }
  say(0, 8.64e15)
  say(1, stage.clock.now())
  say(101, stage.clock.now())
  expect(stage.state('cell/motor/speed/rate')).toBe('unacknowledged')
})
