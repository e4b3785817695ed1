import { describe, expect, test } from 'vitest'
import {
  ALARM_SIGNS,
  ALARM_STATES,
  ALARM_STEPS,
  alarmAfter,
  alarmId,
  type AlarmState,
  type AlarmStep,
  isAside,
  isUnacknowledged,
} from '../../../src/shared/alarm.ts'

/** The reference's table: condition, acknowledged, sound, symbol, blink. `null`: any, or does not matter. */
const ROWS: readonly [AlarmState, boolean | null, boolean | null, boolean, 'none' | 'colour' | 'plain', boolean][] = [
  ['normal', false, null, false, 'none', false],
  ['unacknowledged', true, false, true, 'colour', true],
  ['acknowledged', true, true, false, 'colour', false],
  ['returned', false, false, false, 'colour', false],
  ['latched_unacknowledged', false, false, true, 'colour', true],
  ['latched_acknowledged', false, true, false, 'colour', false],
  ['shelved', null, null, false, 'plain', false],
  ['suppressed', null, null, false, 'plain', false],
  ['out_of_service', null, null, false, 'plain', false],
]

describe('[M1] each row of the table', () => {
  test('is a state, and each state a row', () => {
    expect(ROWS.map(([state]) => state)).toEqual([...ALARM_STATES])
  })

  test.each(ROWS)('%s shows and sounds as it should', (state, _condition, acknowledged, sound, symbol, blink) => {
    expect(ALARM_SIGNS[state]).toEqual({ sound, symbol, blink })
    expect(acknowledged ?? !isUnacknowledged(state)).toBe(!isUnacknowledged(state))
    expect(isAside(state)).toBe(symbol === 'plain')
  })
})

const ARROWS: readonly (readonly [AlarmState, AlarmStep, AlarmState])[] = [
  ['normal', 'raise', 'unacknowledged'],
  ['unacknowledged', 'acknowledge', 'acknowledged'],
  ['unacknowledged', 'clear', 'returned'],
  ['acknowledged', 'clear', 'normal'],
  ['returned', 'raise', 'unacknowledged'],
  ['returned', 'acknowledge', 'normal'],
  ['unacknowledged', 'clear_latching', 'latched_unacknowledged'],
  ['latched_unacknowledged', 'acknowledge', 'latched_acknowledged'],
  ['latched_acknowledged', 'reset', 'normal'],
  ['acknowledged', 'clear_latching', 'latched_acknowledged'],
  ['latched_unacknowledged', 'raise', 'unacknowledged'],
  ['latched_acknowledged', 'raise', 'unacknowledged'],
  ...(
    ['normal', 'unacknowledged', 'acknowledged', 'returned', 'latched_unacknowledged', 'latched_acknowledged'] as const
  ).flatMap((state) => [
    [state, 'shelve', 'shelved'] as const,
    [state, 'suppress', 'suppressed'] as const,
    [state, 'remove_from_service', 'out_of_service'] as const,
  ]),
  ['suppressed', 'shelve', 'shelved'],
  ['shelved', 'remove_from_service', 'out_of_service'],
  ['suppressed', 'remove_from_service', 'out_of_service'],
  ...(['shelved', 'suppressed', 'out_of_service'] as const).flatMap((state) => [
    [state, 'return_abnormal', 'unacknowledged'] as const,
    [state, 'return_normal', 'normal'] as const,
  ]),
]

describe('[M1] each transition', () => {
  test.each(ARROWS)('%s, %s → %s', (from, step, to) => {
    expect(alarmAfter(from, step)).toBe(to)
  })

  test('that is not one of these changes nothing', () => {
    for (const state of ALARM_STATES) {
      for (const step of ALARM_STEPS) {
        if (ARROWS.some(([from, by]) => from === state && by === step)) continue
        expect([state, step, alarmAfter(state, step)]).toEqual([state, step, state])
      }
    }
  })
})

test('a slash in a name cannot make two alarms one', () => {
  expect(alarmId('cell_1', 'motor_01', 'speed', 'high')).toBe('cell_1/motor_01/speed/high')
  expect(alarmId('a/b', 'c')).not.toBe(alarmId('a', 'b/c'))
})

test('an id can be written of any name, half of a surrogate pair too, which no URL can hold', () => {
  expect(alarmId('a/b', 'й', '\ud83d\ude00', 'half \ud800')).toBe('a%2Fb/%D0%B9/%F0%9F%98%80/half%20%EF%BF%BD')
  expect(decodeURIComponent(alarmId('\udc00x'))).toBe('\ufffdx')
})
