import { describe, expect, test } from 'vitest'
import { stage } from './stage.ts'

/** A running program that has been left alone for a while, with what it said forgotten. */
function settled(machine: string, ms: number) {
  const set = stage(machine)
  set.host.start('registered')
  set.clock.pass(ms)
  set.heard.length = 0
  return set
}

describe('lamp', () => {
  test('says what it received and then changes, if there is such a transition', () => {
    const { clock, heard, command } = settled('lamp', 2_000)
    command('go', { n: 1 })
    clock.pass(600)
    expect(heard.map(({ type, payload }) => [type, payload])).toMatchObject([
      ['activity_log', { message: 'Received go', level: 'info', type: 'go', payload_keys: ['n'] }],
      ['state_change', { from_state: 'red', to_state: 'green', event_trigger: 'go' }],
    ])
  })

  test('only says what it received where there is none', () => {
    const { clock, types, command } = settled('lamp', 2_000)
    command('wake_up')
    command('__proto__')
    clock.pass(600)
    expect(types()).toEqual(['activity_log', 'activity_log'])
  })
})

describe('press', () => {
  test('stop, jam and reset', () => {
    const { clock, of, command } = settled('press_001', 0)
    for (const type of ['start', 'stop', 'jam', 'reset']) {
      command(type)
      clock.pass(500)
    }
    expect(of('state_change').map(({ payload }) => payload['to_state'])).toEqual(['loading', 'idle', 'fault', 'idle'])
    expect(of('error')[0]?.payload['job_id']).toBe(of('job_started')[0]?.payload['job_id'])
  })

  test('reads no command while its action runs', () => {
    const { clock, of, command } = settled('press_001', 0)
    const states = () => of('state_change').map(({ payload }) => payload['to_state'])
    while (states().at(-1) !== 'pressing') clock.pass(10)
    command('jam')
    clock.pass(400)
    expect(of('activity_log').some(({ payload }) => payload['message'] === 'Received jam')).toBe(false)
    clock.pass(3_000)
    expect(states().slice(-2)).toEqual(['unloading', 'fault'])
  })
})

describe('cell', () => {
  test('a motor runs up to its speed', () => {
    const { clock, of, command } = settled('cell_1', 1_000)
    command('device_control', { device_id: 'motor_01', speed: 150 })
    clock.pass(6_000)
    const speeds = of('device_update')
      .filter(({ payload }) => payload['device_id'] === 'motor_01')
      .map(({ payload }) => (payload['new_state'] as { speed: number }).speed)
    expect(speeds.length).toBeGreaterThan(3)
    expect(speeds).toEqual(speeds.toSorted((a, b) => a - b))
    expect(speeds.at(-1)).toBe(150)
  })

  test.each([
    [{ device_id: 'motor_01', speed: 256 }, 'motor_01: speed must be an integer from 0 to 255'],
    [{ device_id: 'servo_01', speed: 10 }, 'servo_01: angle must be an integer from 0 to 180'],
    [{ device_id: 'valve_01', state: 1 }, 'valve_01: state must be true or false'],
    [{ device_id: 'temp_01', temperature: 5 }, 'temp_01 is read-only'],
    [{ device_id: 'nope' }, 'Device nope not found'],
    [{}, 'Device undefined not found'],
  ])('refuses %j', (payload, message) => {
    const { clock, of, command } = settled('cell_1', 1_000)
    command('device_control', payload)
    clock.pass(600)
    expect(of('error').map((one) => one.payload['error_message'])).toEqual([message])
  })

  test('says so where nothing had to change', () => {
    const { clock, of, command } = settled('cell_1', 1_000)
    command('device_control', { device_id: 'valve_01', state: false })
    clock.pass(600)
    const updates = of('device_update').filter(({ payload }) => payload['device_id'] === 'valve_01')
    expect(updates.map(({ payload }) => payload['changed'])).toEqual([false])
  })
})

describe('flow', () => {
  test('pauses after the block that runs, resumes, stops and begins a new session later', () => {
    const { clock, of, types, heard, command } = settled('flow_01', 2_000)
    const statuses = () => of('flow_status_changed').map(({ payload }) => payload['status'])
    command('pause')
    clock.pass(5_000)
    expect(statuses()).toEqual(['paused'])
    heard.length = 0
    command('unknown')
    clock.pass(10_000)
    expect(types()).toEqual(['activity_log'])
    command('resume')
    clock.pass(3_000)
    expect(statuses()).toEqual(['resumed'])
    expect(types().some((type) => type?.startsWith('block_started'))).toBe(true)
    command('stop')
    command('pause')
    command('resume')
    clock.pass(6_000)
    expect(statuses()).toEqual(['resumed', 'stopped'])
    heard.length = 0
    clock.pass(26_000)
    expect(of('action_template_started')[0]?.payload).toMatchObject({ cycleId: 'c1', actionIndex: 0 })
  })
})

describe('workflow', () => {
  test('executes what it is told, refuses a second, pauses, resumes and cancels', () => {
    const { clock, of, types, heard, command } = settled('wf_1', 0)
    command('workflow:execute', { executionId: 'mine' })
    command('workflow:execute', { executionId: 'too-much' })
    clock.pass(200)
    expect(of('workflow:started').map(({ payload }) => payload['executionId'])).toEqual(['mine'])
    expect(of('workflow:error')[0]?.payload).toMatchObject({ executionId: 'too-much', success: false })
    command('workflow:pause')
    clock.pass(6_000)
    expect(types()).toContain('workflow:paused')
    heard.length = 0
    clock.pass(20_000)
    expect(types()).toEqual([])
    command('workflow:resume')
    clock.pass(600)
    expect(types()).toEqual(['activity_log', 'workflow:resumed', 'node:started', 'workflow:progress'])
    command('workflow:pause')
    command('workflow:resume')
    clock.pass(120)
    expect(of('node:started').length).toBe(1)
    command('workflow:cancel')
    clock.pass(120)
    expect(types().at(-1)).toBe('workflow:cancelled')
  })
})
