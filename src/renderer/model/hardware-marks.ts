import type { HardwareHealth } from '../../shared/execution.ts'

/** How many controllers are missing; null where the machine does not say. */
export function missingControllers({ controllersOnline, totalControllers }: HardwareHealth): number | null {
  if (controllersOnline === null || totalControllers === null) return null
  return Math.max(0, totalControllers - controllersOnline)
}

export function isHardwareAbnormal(health: HardwareHealth): boolean {
  return (missingControllers(health) ?? 0) > 0 || (health.criticalIssues ?? 0) > 0
}

/** The abnormal ones first, then by name: what is well never moves. */
export function orderHardware(all: readonly HardwareHealth[]): HardwareHealth[] {
  return all.toSorted(
    (a, b) => Number(isHardwareAbnormal(b)) - Number(isHardwareAbnormal(a)) || (a.machine < b.machine ? -1 : 1),
  )
}
