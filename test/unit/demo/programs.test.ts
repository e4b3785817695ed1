import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { ROSTER } from '../../../src/demo/roster.ts'
import { DatagramSchema, datagramTime } from '../../../src/shared/datagram.ts'
import { type Heard, stage } from './stage.ts'

const MINUTES = 60_000
const MACHINES = ROSTER.map((spec) => spec.machine)
const STATE_MACHINES = ['lamp', 'press_001', 'press_002', 'press_003']

describe.each(MACHINES)('%s', (machine) => {
  test('says only what follows the schema, in plain ASCII, as itself', () => {
    const { host, clock, heard } = stage(machine)
    host.start('registered')
    clock.pass(10 * MINUTES)
    host.terminate()
    expect(heard.length).toBeGreaterThan(100)
    for (const { text, datagram, type } of heard) {
      expect(Value.Check(DatagramSchema, datagram)).toBe(true)
      expect(datagram.machine_name).toBe(machine)
      expect(type).toBeTruthy()
      expect(text).toMatch(/^[ -~]*$/)
      expect(Object.keys(datagram)).toEqual([
        'machine_name',
        machine === 'press_002' ? 'event_type' : 'type',
        'payload',
      ])
    }
    expect(heard.at(-1)?.type).toBe('machine_terminated')
    expect(clock.waiting).toBe(0)
  })

  test('tells the time so that the panel can read it', () => {
    const { host, clock, heard } = stage(machine)
    host.start('registered')
    const before = clock.now()
    clock.pass(MINUTES)
    for (const { datagram } of heard.filter(({ payload }) => 'timestamp' in payload)) {
      const time = datagramTime(datagram)
      expect(time).toBeGreaterThanOrEqual(before - 1)
      expect(time).toBeLessThanOrEqual(clock.now() + 1)
    }
  })

  test('does the same with the same seed and something else with another', () => {
    const record = (seed: number): string => {
      const { host, clock, heard } = stage(machine, seed)
      host.start('registered')
      clock.pass(2 * MINUTES)
      return heard.map(({ text }) => text).join('\n')
    }
    expect(record(7)).toBe(record(7))
    // The lamp is driven by fixed times alone.
    expect(record(8) === record(7)).toBe(machine === 'lamp')
  })

  test('restarted, goes on without registering', () => {
    const { host, clock, heard, of } = stage(machine)
    host.start('unregistered')
    clock.pass(MINUTES)
    expect(of('machine_registered')).toEqual([])
    expect(heard.length).toBeGreaterThan(5)
  })
})

test('altogether ten to twenty events a second', () => {
  let events = 0
  for (const machine of MACHINES) {
    const { host, clock, heard } = stage(machine)
    host.start('registered')
    clock.pass(10 * MINUTES)
    events += heard.length
  }
  expect(events / 600).toBeGreaterThan(10)
  expect(events / 600).toBeLessThan(20)
})

describe.each(STATE_MACHINES)('state machine %s', (machine) => {
  test('registers first, and every state follows from the one before', () => {
    const { host, clock, heard, of } = stage(machine)
    host.start('registered')
    clock.pass(10 * MINUTES)
    expect(heard[0]?.type).toBe('machine_registered')
    let state = heard[0]?.payload['current_state']
    for (const { payload } of of('state_change')) {
      expect(payload['from_state']).toBe(state)
      state = payload['to_state']
    }
    expect(of('state_change').length).toBeGreaterThan(50)
  })
})

describe('press', () => {
  test('ends every job that it starts before it starts the next, also over a fault', () => {
    const { host, clock, heard, of } = stage('press_001')
    host.start('registered')
    clock.pass(60 * MINUTES)
    const jobs = heard.filter(({ type }) => type === 'job_started' || type === 'job_completed')
    jobs.forEach(({ type, payload }, index) => {
      expect(type).toBe(index % 2 === 0 ? 'job_started' : 'job_completed')
      expect(payload['job_id']).toBe(jobs[index - (index % 2)]?.payload['job_id'])
    })
    expect(jobs.length).toBeGreaterThan(100)
    expect(of('state_change').some(({ payload }) => payload['to_state'] === 'fault')).toBe(true)
    expect(of('error').length).toBeGreaterThan(3)
    expect(of('error').some(({ payload }) => payload['job_id'] !== null)).toBe(true)
  })
})

describe('cell', () => {
  test('its devices stay in their ranges and its temperature moves slowly', () => {
    const { host, clock, of } = stage('cell_1')
    host.start('registered')
    clock.pass(30 * MINUTES)
    const states = (id: string, field: string): unknown[] =>
      of('device_update')
        .filter(({ payload }) => payload['device_id'] === id)
        .map(({ payload }) => (payload['new_state'] as Record<string, unknown>)[field])
    const speeds = states('motor_01', 'speed') as number[]
    const angles = states('servo_01', 'angle') as number[]
    const temperatures = states('temp_01', 'temperature') as number[]
    expect(Math.max(...speeds)).toBeGreaterThan(150)
    for (const speed of speeds) expect(Number.isInteger(speed) && speed >= 0 && speed <= 255).toBe(true)
    for (const angle of angles) expect(Number.isInteger(angle) && angle >= 0 && angle <= 180).toBe(true)
    expect(new Set(states('valve_01', 'value'))).toEqual(new Set([true, false]))
    expect(Math.max(...temperatures)).toBeGreaterThan(30)
    temperatures.forEach((value, index) =>
      expect(Math.abs(value - (temperatures[index - 1] ?? value))).toBeLessThan(1.5),
    )
  })
})

describe('flow', () => {
  test('starts and executes its blocks in turn, with Bulgarian texts as escapes', () => {
    const { host, clock, heard, of } = stage('flow_01')
    host.start('registered')
    clock.pass(5 * MINUTES)
    const blocks = heard.filter(({ type }) => type?.startsWith('block_'))
    blocks.forEach(({ type, payload }, index) => {
      expect(type).toMatch(index % 2 === 0 ? /^block_started/ : /^block_executed/)
      expect(payload['blockId']).toBe(blocks[index - (index % 2)]?.payload['blockId'])
    })
    const read = of('block_executed_enhanced').find(({ payload }) => payload['displayText'] === 'Прочетен EC1')
    expect(read?.text).toContain('"displayText":"\\u041f\\u0440\\u043e\\u0447\\u0435\\u0442\\u0435\\u043d EC1"')
    for (const type of ['action_template_started', 'cycle_completed', 'log_entry', 'block_started', 'block_executed']) {
      expect(of(type).length).toBeGreaterThan(0)
    }
  })
})

describe('the flow executor’s hardware', () => {
  test('is told every ten seconds or so; now and then a controller drops off and returns', () => {
    const { host, clock, of } = stage('flow_01')
    host.start('registered')
    clock.pass(30 * MINUTES)
    const told = of('hardware_health_update').map(({ payload }) => payload)
    expect(told.length).toBeGreaterThan(170)
    for (const { controllersOnline, totalControllers, criticalIssuesCount, hasIssues, timestamp } of told) {
      expect(totalControllers).toBe(4)
      expect(Number(controllersOnline) + Number(criticalIssuesCount)).toBe(4)
      expect(hasIssues).toBe(criticalIssuesCount !== 0)
      expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT/)
    }
    const changes = told.filter(({ hasIssues }, index) => index > 0 && hasIssues !== told[index - 1]?.['hasIssues'])
    expect(changes.length).toBeGreaterThan(10)
  })
})

describe('workflow', () => {
  test('counts its nodes up and ends every execution before the next', () => {
    const { host, clock, heard, of } = stage('wf_1')
    host.start('registered')
    clock.pass(30 * MINUTES)
    const executions = new Map<unknown, Heard[]>()
    for (const one of heard) {
      const id = one.payload['executionId']
      executions.set(id, [...(executions.get(id) ?? []), one])
    }
    // In the order of their first events, one after the other: none is heard of again once the next has begun.
    expect([...executions.values()].flat()).toEqual(heard)
    const ended = [...executions.values()].slice(0, -1)
    for (const events of ended) {
      expect(events[0]?.type).toBe('workflow:started')
      expect(events.at(-1)?.type).toMatch(/^workflow:(completed|failed)$/)
      const progress = events.filter(({ type }) => type === 'workflow:progress')
      expect(progress.map(({ payload }) => payload['completedNodes'])).toEqual(progress.map((_, index) => index))
    }
    const whole = ended.filter((events) => events.at(-1)?.type === 'workflow:completed')
    for (const events of whole) {
      const last = events.findLast(({ type }) => type === 'workflow:progress')
      expect(last?.payload).toMatchObject({ totalNodes: 7, completedNodes: 7, estimatedTimeRemaining: 0 })
    }
    const [failure] = of('node:failed')
    expect(failure?.payload).toMatchObject({ category: expect.any(String), severity: expect.any(String) })
    expect(of('workflow:completed').length).toBeGreaterThan(of('workflow:failed').length)
  })
})
