import { type Alarm, isAside } from '../../shared/alarm.ts'
import { foremost } from './alarm-order.ts'

/** The alarms of one machine that stand. */
export interface MachineAlarms {
  /** The one that there is room for. */
  readonly first: Alarm
  readonly count: number
  /** What at least one of them is about still holds. */
  readonly abnormal: boolean
}

/** By machine; those with none that stands are left out. */
export function alarmsByMachine(alarms: readonly Alarm[]): ReadonlyMap<string, MachineAlarms> {
  const grouped = new Map<string, Alarm[]>()
  for (const alarm of alarms) {
    if (isAside(alarm.state)) continue
    const group = grouped.get(alarm.machine)
    if (group) group.push(alarm)
    else grouped.set(alarm.machine, [alarm])
  }
  const found = new Map<string, MachineAlarms>()
  for (const [machine, group] of grouped) {
    const first = foremost(group)
    if (first) found.set(machine, { first, count: group.length, abnormal: group.some(({ active }) => active) })
  }
  return found
}
