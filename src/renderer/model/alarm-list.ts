import { type Alarm, isAside, isUnacknowledged, type Priority } from '../../shared/alarm.ts'
import { type AlarmSort, alarmOrder } from './alarm-order.ts'

export const ALARM_STATE_CHOICES = ['unacknowledged', 'acknowledged', 'active', 'over', 'latched'] as const
export type AlarmStateChoice = (typeof ALARM_STATE_CHOICES)[number]

/** What the person wants to see; null, the empty set and the empty text stand for everything. */
export interface AlarmFilter {
  readonly text: string
  readonly priorities: readonly Priority[]
  readonly state: AlarmStateChoice | null
  readonly machine: string | null
}

export const NO_ALARM_FILTER: AlarmFilter = { text: '', priorities: [], state: null, machine: null }

export function isFilteringAlarms({ text, priorities, state, machine }: AlarmFilter): boolean {
  return text.trim() !== '' || priorities.length > 0 || state !== null || machine !== null
}

function isIn(alarm: Alarm, choice: AlarmStateChoice): boolean {
  switch (choice) {
    case 'unacknowledged':
      return isUnacknowledged(alarm.state)
    case 'acknowledged':
      return !isUnacknowledged(alarm.state) && !isAside(alarm.state)
    case 'active':
      return alarm.active
    case 'over':
      return !alarm.active
    case 'latched':
      return alarm.state === 'latched_unacknowledged' || alarm.state === 'latched_acknowledged'
    default:
      return choice satisfies never
  }
}

/** The alarms that pass. `wordsOf`: everything of an alarm that a person can read and therefore search for. */
export function filterAlarms(
  alarms: readonly Alarm[],
  filter: AlarmFilter,
  wordsOf: (alarm: Alarm) => string,
): readonly Alarm[] {
  const text = filter.text.trim().toLowerCase()
  const { priorities, state, machine } = filter
  return alarms.filter(
    (alarm) =>
      (priorities.length === 0 || priorities.includes(alarm.priority)) &&
      (state === null || isIn(alarm, state)) &&
      (machine === null || alarm.machine === machine) &&
      (text === '' || wordsOf(alarm).toLowerCase().includes(text)),
  )
}

export type AlarmItem =
  | { readonly kind: 'alarm'; readonly key: string; readonly alarm: Alarm }
  | { readonly kind: 'machine'; readonly key: string; readonly machine: string; readonly count: number }

const row = (alarm: Alarm): AlarmItem => ({ kind: 'alarm', key: alarm.id, alarm })

/** The rows of the list in their order; grouped, each machine's stand together under its name, the gravest machine first. */
export function alarmItems(
  alarms: readonly Alarm[],
  sort: AlarmSort,
  grouped: boolean,
  compareNames: (one: string, other: string) => number,
): AlarmItem[] {
  const sorted = alarms.toSorted(alarmOrder(sort, compareNames))
  if (!grouped) return sorted.map(row)
  const groups = new Map<string, Alarm[]>()
  for (const alarm of sorted) {
    const group = groups.get(alarm.machine)
    if (group) group.push(alarm)
    else groups.set(alarm.machine, [alarm])
  }
  return [...groups].flatMap(([machine, members]): AlarmItem[] => [
    // A slash parts names in the id of an alarm, so this is none.
    { kind: 'machine', key: `//${machine}`, machine, count: members.length },
    ...members.map(row),
  ])
}
