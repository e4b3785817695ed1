import { describe, expect, test } from 'vitest'
import { foremost } from '../../../src/renderer/model/alarm-order.ts'
import { alarmsByMachine } from '../../../src/renderer/model/machine-alarms.ts'
import { filterNames, groupMachines } from '../../../src/renderer/model/machine-groups.ts'
import { isAbnormal, marksOf, presenceOf } from '../../../src/renderer/model/machine-marks.ts'
import { machineHref, machineOfParam, machineParam } from '../../../src/renderer/model/machine-route.ts'
import { orderJobs } from '../../../src/renderer/model/job-order.ts'
import { uniqueKeys } from '../../../src/renderer/model/unique-keys.ts'
import { placeSpans, shadesOf, stateSpans } from '../../../src/renderer/model/state-spans.ts'
import { alarm } from './alarm-samples.ts'
import { event, folded } from './support.ts'

describe('groups', () => {
  test('several instances by template, then single machines, by name with numbers as numbers', () => {
    const names = ['washer', 'press_10', 'press_2', 'Lamp', 'oven_001', 'press_1']
    expect(groupMachines(names, 'en')).toEqual([
      { template: 'press', names: ['press_1', 'press_2', 'press_10'] },
      { template: null, names: ['Lamp', 'oven_001', 'washer'] },
    ])
    expect(groupMachines(names.toReversed(), 'en')).toEqual(groupMachines(names, 'en'))
  })

  test('a name filter looks for text and for membership', () => {
    const names = ['press_001', 'Robot', 'press_002']
    const labelOf = (name: string): string => (name === 'press_002' ? 'Second Press' : name)
    expect(filterNames(names, { text: ' ROB ', only: null, labelOf })).toEqual(['Robot'])
    expect(filterNames(names, { text: 'second', only: null, labelOf })).toEqual(['press_002'])
    expect(filterNames(names, { text: 'press', only: new Set(['press_002', 'Robot']), labelOf })).toEqual(['press_002'])
    expect(filterNames(names, { text: '', only: null, labelOf })).toBe(names)
  })
})

test('of a machine’s alarms the foremost that stands is shown, and what holds makes it abnormal', () => {
  const found = alarmsByMachine([
    alarm('a', { machine: 'press', state: 'returned', active: false }),
    alarm('b', { machine: 'press', priority: 'high', state: 'returned', active: false }),
    alarm('c', { machine: 'press', priority: 'critical', state: 'shelved' }),
    alarm('d', { state: 'acknowledged' }),
    alarm('e', { machine: 'oven', state: 'suppressed' }),
  ])
  expect(
    [...found].map(([machine, own]) => [machine, foremost(own)?.id, own.length, own.some(({ active }) => active)]),
  ).toEqual([
    ['press', 'b', 2, false],
    ['cell', 'd', 1, true],
  ])
})

describe('marks', () => {
  test('an error stands and is abnormal until the machine goes on', () => {
    const failing = folded('a', event(1, 'a', 'error', { error_message: 'no oil' }))
    expect(marksOf(failing)).toEqual([{ kind: 'error', since: 1_000, message: 'no oil' }])
    expect(isAbnormal(failing)).toBe(true)
    const going = folded('a', event(1, 'a', 'error', {}), event(2, 'a', 'state_change', { to_state: 'x' }))
    expect([marksOf(going), isAbnormal(going)]).toEqual([[], false])
  })

  test('silence counts from the last word, and not after a goodbye', () => {
    const silent = folded('a', event(1, 'a', 'x'), event(40, 'a', 'machine_stale'))
    expect(marksOf(silent)).toEqual([{ kind: 'stale', since: 1_000, message: null }])
    expect([isAbnormal(silent), presenceOf(silent)]).toEqual([true, 'unknown'])
    const ended = folded('a', event(1, 'a', 'machine_terminated'), event(40, 'a', 'machine_stale'))
    expect(marksOf(ended).map(({ kind }) => kind)).toEqual(['terminated'])
    expect([isAbnormal(ended), presenceOf(ended)]).toEqual([false, 'stopped'])
  })

  test('a jump is worth a mark until the next transition', () => {
    const jumped = folded(
      'a',
      event(1, 'a', 'state_change', { to_state: 'red' }),
      event(2, 'a', 'state_change', { from_state: 'green', to_state: 'blue' }),
    )
    expect(marksOf(jumped).map(({ kind }) => kind)).toEqual(['jumped'])
    expect([isAbnormal(jumped), presenceOf(jumped)]).toEqual([false, 'running'])
  })
})

test.each([
  'press_001',
  'a/b',
  '100%',
  '<script>alert(1)</script>',
  '..',
  ' ',
  '~',
  '~~d800',
  'x\ud83d',
  '\udc00~d800',
  '🏭',
  '#?&',
])('the name %j survives the address', (name) => {
  expect(machineOfParam(machineParam(name))).toBe(name)
  const href = machineHref(name)
  expect(href).toMatch(/^#\/machine\/[^/<>#?\s]+$/)
  expect(machineOfParam(decodeURIComponent(href.slice('#/machine/'.length)))).toBe(name)
})

test('different names never share an address', () => {
  const names = ['~d800', '\ud800', '~~d800', '~', '~~', 'd800']
  expect(new Set(names.map(machineParam)).size).toBe(names.length)
})

describe('the state strip', () => {
  const moved = [
    event(10, 'a', 'state_change', { to_state: 'red' }),
    event(20, 'a', 'state_change', { from_state: 'red', to_state: 'green' }),
  ]

  test('goes up to now without gaps', () => {
    expect(stateSpans(folded('a', ...moved), 25_000)).toEqual([
      { state: 'red', from: 10_000, to: 20_000, jumped: false },
      { state: 'green', from: 20_000, to: 25_000, jumped: false },
    ])
  })

  test('knows a state from a registration, too', () => {
    const spans = stateSpans(
      folded('a', ...moved, event(30, 'a', 'machine_registered', { current_state: 'off' })),
      31_000,
    )
    expect(spans.map(({ state, from, to }) => [state, from, to])).toEqual([
      ['red', 10_000, 20_000],
      ['green', 20_000, 30_000],
      ['off', 30_000, 31_000],
    ])
  })

  test('is unknown after the last word of a silent machine, and ends with a goodbye', () => {
    const silent = stateSpans(folded('a', ...moved, event(60, 'a', 'machine_stale')), 70_000)
    expect(silent.at(-1)).toEqual({ state: null, from: 20_000, to: 70_000, jumped: false })
    const ended = stateSpans(folded('a', ...moved, event(22, 'a', 'machine_terminated')), 70_000)
    expect(ended.at(-1)?.to).toBe(22_000)
  })

  test('a clock that is behind makes no span of negative length', () => {
    for (const { from, to } of stateSpans(folded('a', ...moved), 5_000)) expect(to).toBeGreaterThanOrEqual(from)
  })

  test('is cut to the window', () => {
    const spans = stateSpans(folded('a', ...moved), 30_000)
    expect(placeSpans(spans, 15_000, 25_000).map(({ start, width }) => [start, width])).toEqual([
      [0, 0.5],
      [0.5, 0.5],
    ])
    expect(placeSpans(spans, 40_000, 50_000)).toEqual([])
    expect([...shadesOf(spans, 1)]).toEqual([
      ['red', 0],
      ['green', 0],
    ])
  })
})

test('running jobs come first, then the newest', () => {
  const jobs = folded(
    'a',
    event(1, 'a', 'job_started', { job_id: 'long' }),
    event(2, 'a', 'job_started', { job_id: 'done' }),
    event(3, 'a', 'job_completed', { job_id: 'done' }),
    event(4, 'a', 'job_failed', { job_id: 'failed' }),
    event(5, 'a', 'job_started', { job_id: 'new' }),
  ).jobs
  expect(orderJobs(jobs).map(({ id }) => id)).toEqual(['new', 'long', 'failed', 'done'])
})

test('a job of which a machine says twice that it has ended is told from itself', () => {
  const ended = [1, 2, 3].map((offset) => event(offset, 'a', 'job_completed', { job_id: offset === 2 ? 'x' : 'j' }))
  const { jobs } = folded('a', ...ended)
  expect(uniqueKeys(jobs.map(({ id }) => id))).toEqual(['0 j', '0 x', '1 j'])
})
