import { type Alarm, type AlarmState, isAside, isUnacknowledged, rankOf } from '../../shared/alarm.ts'

type Compare = (one: Alarm, other: Alarm) => number

const byNewest: Compare = (one, other) => other.raisedAt - one.raisedAt || other.raised - one.raised
const byPriority: Compare = (one, other) => rankOf(one.priority) - rankOf(other.priority) || byNewest(one, other)

/** What an operator has to do about it: look, wait for the cause to go, reset. */
const STATE_RANKS: Readonly<Record<AlarmState, number>> = {
  unacknowledged: 0,
  latched_unacknowledged: 1,
  returned: 2,
  acknowledged: 3,
  latched_acknowledged: 4,
  shelved: 5,
  suppressed: 6,
  out_of_service: 7,
  normal: 8,
}

export const ALARM_SORTS = ['priority', 'newest', 'oldest', 'state', 'machine'] as const
export type AlarmSort = (typeof ALARM_SORTS)[number]

/** Each order is total, so that rows never change places without a cause. */
export function alarmOrder(sort: AlarmSort, compareNames: (one: string, other: string) => number): Compare {
  switch (sort) {
    case 'priority':
      return byPriority
    case 'newest':
      return byNewest
    case 'oldest':
      return (one, other) => -byNewest(one, other)
    case 'state':
      return (one, other) => STATE_RANKS[one.state] - STATE_RANKS[other.state] || byPriority(one, other)
    case 'machine':
      return (one, other) => compareNames(one.machine, other.machine) || byPriority(one, other)
    default:
      return sort satisfies never
  }
}

/**
 * The one alarm for which there is room on every page: the newest of the highest priority. One that nobody has taken
 * note of goes before all that somebody has: a critical alarm that has been acknowledged may stand for a shift, and must
 * not hide what comes after it.
 */
export function foremost(alarms: readonly Alarm[]): Alarm | null {
  let found: Alarm | null = null
  for (const alarm of alarms) {
    if (isAside(alarm.state)) continue
    if (!found) {
      found = alarm
      continue
    }
    const noticed = Number(!isUnacknowledged(alarm.state)) - Number(!isUnacknowledged(found.state))
    if (noticed < 0 || (noticed === 0 && byPriority(alarm, found) < 0)) found = alarm
  }
  return found
}
