import { describe, expect, test } from 'vitest'
import { countAlarms } from '../../../src/renderer/model/alarm-counts.ts'
import {
  type AlarmFilter,
  alarmItems,
  filterAlarms,
  isFilteringAlarms,
  NO_ALARM_FILTER,
} from '../../../src/renderer/model/alarm-list.ts'
import { ALARM_SORTS, alarmOrder, foremost } from '../../../src/renderer/model/alarm-order.ts'
import { ALARM_STATES } from '../../../src/shared/alarm.ts'
import { alarm } from './alarm-samples.ts'

const compare = (one: string, other: string): number => one.localeCompare(other)
const ids = (alarms: readonly { readonly id: string }[]): string[] => alarms.map(({ id }) => id)

const LOW_OLD = alarm('low-old', { priority: 'low', raised: 1, raisedAt: 1_000, machine: 'b' })
const LOW_NEW = alarm('low-new', { priority: 'low', raised: 4, raisedAt: 4_000, machine: 'a' })
const HIGH = alarm('high', { priority: 'high', raised: 2, raisedAt: 2_000, state: 'acknowledged', machine: 'b' })
const CRITICAL = alarm('critical', {
  priority: 'critical',
  raised: 3,
  raisedAt: 3_000,
  state: 'returned',
  machine: 'c',
})
const ALL = [LOW_OLD, HIGH, LOW_NEW, CRITICAL]

describe('the order', () => {
  test.each([
    ['priority', ['critical', 'high', 'low-new', 'low-old']],
    ['newest', ['low-new', 'critical', 'high', 'low-old']],
    ['oldest', ['low-old', 'high', 'critical', 'low-new']],
    ['state', ['low-new', 'low-old', 'critical', 'high']],
    ['machine', ['low-new', 'high', 'low-old', 'critical']],
  ] as const)('by %s', (sort, order) => {
    expect(ids(ALL.toSorted(alarmOrder(sort, compare)))).toEqual(order)
  })

  test.each(ALARM_SORTS)('by %s is total: two alarms of one moment keep their places', (sort) => {
    const twins = [alarm('x', { raised: 8 }), alarm('y', { raised: 9 })]
    const order = alarmOrder(sort, compare)
    expect(ids(twins.toSorted(order))).toEqual(ids(twins.toReversed().toSorted(order)))
  })
})

describe('the filter', () => {
  const pass = (part: Partial<AlarmFilter>): string[] =>
    ids(filterAlarms(ALL, { ...NO_ALARM_FILTER, ...part }, ({ message, machine }) => `${message} ${machine}`))

  test('of nothing lets everything through', () => {
    expect(isFilteringAlarms(NO_ALARM_FILTER)).toBe(false)
    expect(isFilteringAlarms({ ...NO_ALARM_FILTER, text: '  ' })).toBe(false)
    expect(pass({})).toEqual(ids(ALL))
  })

  test('asks for priorities, a machine and a text, whatever its case', () => {
    expect(isFilteringAlarms({ ...NO_ALARM_FILTER, priorities: ['low'] })).toBe(true)
    expect(pass({ priorities: ['low', 'critical'] })).toEqual(['low-old', 'low-new', 'critical'])
    expect(pass({ machine: 'b' })).toEqual(['low-old', 'high'])
    expect(pass({ text: ' MESSAGE of HIGH ' })).toEqual(['high'])
    expect(pass({ machine: 'b', priorities: ['low'] })).toEqual(['low-old'])
  })

  test.each([
    ['unacknowledged', ['unacknowledged', 'returned', 'latched_unacknowledged']],
    ['acknowledged', ['normal', 'acknowledged', 'latched_acknowledged']],
    ['latched', ['latched_unacknowledged', 'latched_acknowledged']],
  ] as const)('for %s looks at the state', (state, states) => {
    const each = ALARM_STATES.map((own) => alarm(own, { state: own }))
    expect(ids(filterAlarms(each, { ...NO_ALARM_FILTER, state }, () => ''))).toEqual(states)
  })

  test('tells what is still so from what is over', () => {
    const both = [alarm('on'), alarm('off', { active: false })]
    expect(ids(filterAlarms(both, { ...NO_ALARM_FILTER, state: 'active' }, () => ''))).toEqual(['on'])
    expect(ids(filterAlarms(both, { ...NO_ALARM_FILTER, state: 'over' }, () => ''))).toEqual(['off'])
  })
})

describe('the rows', () => {
  test('are the alarms in their order', () => {
    expect(alarmItems(ALL, 'newest', false, compare).map(({ key }) => key)).toEqual(
      ids([LOW_NEW, CRITICAL, HIGH, LOW_OLD]),
    )
  })

  test('grouped stand under their machines, the gravest machine first', () => {
    const items = alarmItems(ALL, 'priority', true, compare)
    expect(items.map((item) => (item.kind === 'machine' ? `${item.machine} ${item.count}` : item.key))).toEqual([
      'c 1',
      'critical',
      'b 2',
      'high',
      'low-old',
      'a 1',
      'low-new',
    ])
    expect(new Set(items.map(({ key }) => key)).size).toBe(items.length)
  })
})

describe('the alarm on every page', () => {
  test('is the newest of the highest priority that nobody has taken note of', () => {
    const newer = alarm('newer', { priority: 'critical', raised: 9, raisedAt: 9_000 })
    expect(foremost([...ALL, newer])?.id).toBe('newer')
    expect(foremost([LOW_OLD, LOW_NEW])?.id).toBe('low-new')
  })

  test('is not hidden by a graver one that was acknowledged', () => {
    expect(foremost([HIGH, LOW_OLD])?.id).toBe('low-old')
    expect(foremost([HIGH])?.id).toBe('high')
  })

  test('is none that was put aside', () => {
    expect(foremost([alarm('s', { state: 'shelved', priority: 'critical' })])).toBeNull()
    expect(foremost([])).toBeNull()
  })
})

test('each priority has its place and count; what was put aside is not counted', () => {
  const shelved = alarm('s', { state: 'shelved', priority: 'high' })
  expect(countAlarms([...ALL, shelved])).toEqual([
    { priority: 'critical', count: 1, unacknowledged: 1, blink: false },
    { priority: 'high', count: 1, unacknowledged: 0, blink: false },
    { priority: 'medium', count: 0, unacknowledged: 0, blink: false },
    { priority: 'low', count: 2, unacknowledged: 2, blink: true },
  ])
})
