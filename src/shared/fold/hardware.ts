import type { EventView } from '../event.ts'
import type { HardwareHealth } from '../execution.ts'
import { countField, makeRoom } from './fields.ts'

/** As many machines as the state holds at most; those silent longest are forgotten. */
export const MAX_HARDWARE = 1_000

/** Folds one event into what the machines say of their hardware, in place. Returns what changed. */
export function foldHardware(hardware: Map<string, HardwareHealth>, event: EventView): HardwareHealth | undefined {
  if (event.family !== 'device' || event.type !== 'hardware_health_update' || event.origin !== 'machine') {
    return undefined
  }
  const { machine, payload } = event
  const health: HardwareHealth = {
    machine,
    time: event.time,
    controllersOnline: countField(payload, 'controllersOnline'),
    totalControllers: countField(payload, 'totalControllers'),
    criticalIssues: countField(payload, 'criticalIssuesCount'),
  }
  if (!hardware.has(machine)) makeRoom(hardware, MAX_HARDWARE, ({ time }) => time)
  hardware.set(machine, health)
  return health
}
