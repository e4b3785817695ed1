import { type Alarm, ALARM_SIGNS, isAside, isUnacknowledged, PRIORITIES, type Priority } from '../../shared/alarm.ts'

export interface AlarmCount {
  readonly priority: Priority
  /** How many stand; what was put aside is not counted. */
  readonly count: number
  readonly unacknowledged: number
  readonly blink: boolean
}

/** For each priority, highest first, also those that have none: a place of its own for each. */
export function countAlarms(alarms: readonly Alarm[]): AlarmCount[] {
  return PRIORITIES.map((priority) => {
    const own = alarms.filter((alarm) => alarm.priority === priority && !isAside(alarm.state))
    return {
      priority,
      count: own.length,
      unacknowledged: own.filter(({ state }) => isUnacknowledged(state)).length,
      blink: own.some(({ state }) => ALARM_SIGNS[state].blink),
    }
  })
}
