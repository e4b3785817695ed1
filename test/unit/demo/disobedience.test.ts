import { describe, expect, test } from 'vitest'
import { DelayLine } from '../../../src/demo/delay-line.ts'
import type { Payload } from '../../../src/shared/datagram.ts'
import { FakeClock } from './fake-clock.ts'
import { stage } from './stage.ts'

/** A program that has run for a second, with what it said forgotten. */
function running(machine: string) {
  const set = stage(machine)
  set.host.start('registered')
  set.clock.pass(1_000)
  set.heard.length = 0
  return set
}

const SPEED = { device_id: 'motor_01', speed: 100 }

const refuse = (machine: string, type: string, payload: Payload = {}) => {
  const set = running(machine)
  set.host.disobey({ kind: 'refuse', reason: 'Locked out' })
  set.command(type, payload, 'c-1')
  set.clock.pass(600)
  return set
}

describe('a program that refuses', () => {
  test.each([
    ['cell_1', 'device_control', 'error'],
    ['flow_01', 'pause', 'command_result'],
    ['wf_1', 'workflow:execute', 'workflow:error'],
    ['wf_1', 'workflow:validate', 'workflow:validation-error'],
    ['wf_1', 'workflow:cancel', 'error'],
  ])('%s says so of %s in its own words and with the command’s id', (machine, type, word) => {
    const { results, of } = refuse(machine, type, SPEED)
    expect(results()).toEqual([{ command_id: 'c-1', success: false, reason: 'Locked out' }])
    expect(of(word)).toHaveLength(1)
  })

  test('an old engine complains, names no command, and stays in its state', () => {
    const { results, of, types } = refuse('press_001', 'jam')
    expect(types().slice(0, 2)).toEqual(['activity_log', 'error'])
    expect(of('error')[0]?.payload['error_message']).toBe('Refused jam: Locked out')
    expect(results()).toEqual([])
    expect(of('state_change')).toEqual([])
  })

  test('obeys again when its disobedience is over, but not when an earlier one is', () => {
    const { host, clock, command, results, of } = running('cell_1')
    const ends = [host.disobey({ kind: 'refuse', reason: 'a' }), host.disobey({ kind: 'refuse', reason: 'b' })]
    ends[0]?.()
    command('device_control', SPEED, 'c-1')
    clock.pass(100)
    expect(results()).toMatchObject([{ reason: 'b' }])
    ends[1]?.()
    command('device_control', SPEED, 'c-2')
    clock.pass(5_000)
    expect(results()).toHaveLength(1)
    expect(of('device_update').some(({ payload }) => payload['changed'])).toBe(true)
  })
})

test('a program that ignores takes the command and does nothing', () => {
  const { host, clock, command, types, of } = running('cell_1')
  host.disobey({ kind: 'ignore' })
  command('device_control', SPEED, 'c-1')
  clock.pass(50_000)
  expect(types()[0]).toBe('activity_log')
  expect(new Set(types().slice(1))).toEqual(new Set(['device_update']))
  expect(of('device_update').every(({ payload }) => payload['device_id'] === 'temp_01')).toBe(true)
})

describe('a program that is late', () => {
  test('says that it has the command at once, and all else that much later, in order', () => {
    const { host, clock, command, types, of } = running('lamp')
    host.disobey({ kind: 'late', ms: 12_000 })
    const commanded = clock.now()
    command('go')
    clock.pass(11_900)
    expect(types()).toEqual(['activity_log'])
    clock.pass(700)
    expect(of('state_change')[0]?.payload).toMatchObject({ to_state: 'green', event_trigger: 'go' })
    clock.pass(60_000)
    const states = of('state_change').map(({ payload }) => [payload['from_state'], payload['to_state']])
    states.slice(1).forEach(([from], index) => expect(from).toBe(states[index]?.[1]))
    // It obeyed in time: its own clock shows it.
    expect(of('state_change')[0]?.payload['timestamp']).toBeLessThan(commanded / 1000 + 1)
  })

  test('is not late before it is commanded', () => {
    const { host, clock, types } = running('lamp')
    host.disobey({ kind: 'late', ms: 12_000 })
    clock.pass(4_000)
    expect(types()).toEqual(['state_change'])
  })

  test('also refuses late', () => {
    const { host, clock, command, results } = running('cell_1')
    host.disobey({ kind: 'late', ms: 3_000 })
    command('device_control', { device_id: 'nope' }, 'c-1')
    clock.pass(2_900)
    expect(results()).toEqual([])
    clock.pass(200)
    expect(results()).toHaveLength(1)
  })

  test('catches up when it is well, and loses nothing', () => {
    const late = running('press_001')
    const well = running('press_001')
    late.host.disobey({ kind: 'late', ms: 20_000 })
    for (const set of [late, well]) {
      set.command('wake_up')
      set.clock.pass(15_000)
    }
    late.host.obey()
    late.clock.pass(2_000)
    well.clock.pass(2_000)
    expect(late.heard.map(({ text }) => text)).toEqual(well.heard.map(({ text }) => text))
  })

  test('has said everything when it is terminated, and nothing more when it is killed', () => {
    const set = running('lamp')
    set.host.disobey({ kind: 'late', ms: 12_000 })
    set.command('go')
    set.clock.pass(5_000)
    set.host.terminate()
    expect(set.types()).toEqual(['activity_log', 'state_change', 'machine_terminated'])
    const other = running('lamp')
    other.host.disobey({ kind: 'late', ms: 12_000 })
    other.command('go')
    other.clock.pass(5_000)
    other.host.crash()
    other.clock.pass(60_000)
    expect(other.types()).toEqual(['activity_log'])
  })
})

const vanish = (afterMs: number, keepFile = true) => {
  const set = running('cell_1')
  let vanished = 0
  set.host.disobey({ kind: 'vanish', afterMs, keepFile, vanished: () => (vanished += 1) })
  set.command('device_control', SPEED, 'c-1')
  return { ...set, vanished: () => vanished }
}

describe('a program that vanishes', () => {
  test('dies of the command without a word', () => {
    const { clock, host, heard, files, vanished } = vanish(0)
    clock.pass(50)
    const before = heard.length
    clock.pass(10_000)
    expect(heard.some(({ type }) => type === 'activity_log')).toBe(false)
    expect(heard.length).toBe(before)
    expect([host.running, vanished(), files]).toEqual([false, 1, ['kept']])
  })

  test('may begin to obey, and may leave no file', () => {
    const { clock, host, of, files } = vanish(1_000, false)
    clock.pass(20_000)
    expect([host.running, files]).toEqual([false, ['removed']])
    const speeds = of('device_update').map(({ payload }) => (payload['new_state'] as Payload)['speed'])
    expect(Math.max(...speeds.map((speed) => Number(speed ?? 0)))).toBeGreaterThan(0)
    expect(speeds).not.toContain(100)
  })

  test('obeys in its next life', () => {
    const { clock, host, command, of, results } = vanish(0)
    clock.pass(100)
    host.start('unregistered')
    command('device_control', { device_id: 'motor_01', speed: 7 }, 'c-2')
    clock.pass(10_000)
    expect(of('device_update').some(({ payload }) => (payload['new_state'] as Payload)['speed'] === 7)).toBe(true)
    expect(results()).toEqual([])
  })
})

test('a delay line keeps the order whatever the delay becomes', () => {
  const clock = new FakeClock()
  const out: string[] = []
  const line = new DelayLine(clock, (bytes) => out.push(bytes.toString()))
  const put = (text: string): void => line.put(Buffer.from(text))
  put('a')
  line.delay(1_000)
  put('b')
  line.delay(10)
  put('c')
  clock.pass(500)
  expect(out).toEqual(['a'])
  clock.pass(600)
  expect(out).toEqual(['a', 'b', 'c'])
  put('d')
  put('e')
  line.hurry()
  put('f')
  clock.pass(100)
  put('g')
  expect(out.join('')).toBe('abcdefg')
})
