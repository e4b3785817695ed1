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
  ])('refuses %j', (payload, reason) => {
    const { clock, of, command, results } = settled('cell_1', 1_000)
    command('device_control', payload, 'c-1')
    command('device_control', payload)
    clock.pass(600)
    expect(of('error').map((one) => one.payload['error_message'])).toEqual([reason, reason])
    expect(results()).toEqual([{ command_id: 'c-1', success: false, reason }])
  })

  test('says nothing of success but what its devices show', () => {
    const { clock, of, command, results } = settled('cell_1', 1_000)
    command('device_control', { device_id: 'servo_01', angle: 90 }, 'c-1')
    command('device_control', { device_id: 'valve_01', state: true }, 'c-2')
    clock.pass(500)
    const shown = (id: string) =>
      of('device_update')
        .filter(({ payload }) => payload['device_id'] === id)
        .map(({ payload }) => payload['new_state'])
    expect(shown('valve_01')).toEqual([{ value: true }])
    clock.pass(1_500)
    expect(shown('servo_01').at(-1)).toEqual({ angle: 90 })
    expect(results()).toEqual([])
  })

  test('fails what another command puts an end to, but not the same once more', () => {
    const { clock, command, results } = settled('cell_1', 1_000)
    for (const [speed, id] of [
      [200, 'c-1'],
      [200, 'c-2'],
      [50, 'c-3'],
    ] as const) {
      command('device_control', { device_id: 'motor_01', speed }, id)
    }
    clock.pass(10_000)
    expect(results().map((result) => [result['command_id'], result['success']])).toEqual([
      ['c-1', false],
      ['c-2', false],
    ])
  })

  test('says that it is done also where it only came back to what it had told', () => {
    const { clock, of, command } = settled('cell_1', 1_000)
    command('device_control', { device_id: 'motor_01', speed: 100 })
    command('device_control', { device_id: 'motor_01', speed: 0 })
    clock.pass(3_000)
    expect(of('device_update').findLast(({ payload }) => payload['device_id'] === 'motor_01')?.payload).toMatchObject({
      new_state: { speed: 0 },
    })
  })

  test('knows no other command', () => {
    const { clock, command, results, of } = settled('cell_1', 1_000)
    command('go', {}, 'c-1')
    clock.pass(200)
    expect(results()).toEqual([{ command_id: 'c-1', success: false, reason: 'Unknown command go' }])
    expect(of('error')).toEqual([])
  })

  test('leaves its devices alone for a while after it was commanded', () => {
    const { clock, of, command } = settled('cell_1', 0)
    command('device_control', { device_id: 'nope' })
    clock.pass(55_000)
    const moved = of('device_update').filter(({ payload }) => payload['action'] === 'device_control')
    expect(moved).toEqual([])
    clock.pass(60_000)
    expect(of('device_update').some(({ payload }) => payload['action'] === 'device_control')).toBe(true)
  })

  test('has devices of its own in a second cell', () => {
    const { clock, of, command } = settled('cell_2', 0)
    command('device_control', { device_id: 'valve_02', state: true })
    clock.pass(600)
    expect(of('device_update').some(({ payload }) => payload['device_id'] === 'valve_02' && payload['changed'])).toBe(
      true,
    )
  })

  test('stops: the motor runs down, the valve closes, and whoever said so hears when it is done', () => {
    const { clock, of, command, results } = settled('cell_1', 1_000)
    command('device_control', { device_id: 'valve_01', state: true })
    command('device_control', { device_id: 'motor_01', speed: 120 })
    clock.pass(3_000)
    command('stop', {}, 'c-stop')
    clock.pass(200)
    expect(results()).toEqual([])
    clock.pass(4_000)
    expect(results()).toEqual([{ command_id: 'c-stop', success: true }])
    const last = (id: string) => of('device_update').findLast(({ payload }) => payload['device_id'] === id)?.payload
    expect(last('motor_01')).toMatchObject({ new_state: { speed: 0 } })
    expect(last('valve_01')).toMatchObject({ new_state: { value: false } })
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
    expect(types().filter((type) => type !== 'hardware_health_update')).toEqual(['activity_log'])
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
  test('says why there is nothing to pause, to resume or to stop', () => {
    const { clock, command, results, of } = settled('flow_01', 2_000)
    const tell = (type: string, ms = 5_000): void => {
      command(type, {}, `c-${type}`)
      clock.pass(ms)
    }
    tell('resume')
    tell('nonsense')
    tell('pause')
    tell('pause')
    tell('resume')
    tell('stop')
    tell('stop')
    tell('pause')
    expect(results().map((result) => [result['command_id'], result['reason']])).toEqual([
      ['c-resume', 'Nothing to resume: it is not paused'],
      ['c-nonsense', 'Unknown command nonsense'],
      ['c-pause', 'Nothing to pause: it is paused'],
      ['c-stop', 'Nothing to stop: it has stopped'],
      ['c-pause', 'Nothing to pause: it has stopped or will'],
    ])
    expect(of('flow_status_changed').map(({ payload }) => payload['status'])).toEqual(['paused', 'resumed', 'stopped'])
  })

  test('fails a pause that another command overtakes', () => {
    const { clock, command, results, of } = settled('flow_01', 0)
    while (of('block_started_enhanced').length === 0) clock.pass(10)
    command('pause', {}, 'c-1')
    command('resume', {}, 'c-2')
    command('pause', {}, 'c-3')
    command('stop', {}, 'c-4')
    clock.pass(5_000)
    expect(results().map((result) => [result['command_id'], result['reason']])).toEqual([
      ['c-1', 'Resumed before it could pause'],
      ['c-3', 'Stopped before it could pause'],
    ])
    expect(of('flow_status_changed').map(({ payload }) => payload['status'])).toEqual(['resumed', 'stopped'])
  })
})
