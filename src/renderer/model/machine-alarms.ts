import { type Alarm, isAside } from '../../shared/alarm.ts'

/** The alarms that stand, by machine; a machine with none is left out. */
export function alarmsByMachine(alarms: readonly Alarm[]): ReadonlyMap<string, readonly Alarm[]> {
  const found = new Map<string, Alarm[]>()
  for (const alarm of alarms) {
    if (isAside(alarm.state)) continue
    const own = found.get(alarm.machine)
    if (own) own.push(alarm)
    else found.set(alarm.machine, [alarm])
  }
  return found
}
