import { PANEL_MACHINE } from '../shared/alarm.ts'

/**
 * Which machines may come in at a door, by patterns: a name, or the beginning of names with `*` at its end. Null: all.
 * The panel's own name is nobody's.
 */
export function machineNames(patterns: readonly string[] | null): (machine: string) => boolean {
  if (patterns === null) return (machine) => machine !== PANEL_MACHINE
  const names = new Set(patterns.filter((pattern) => !pattern.endsWith('*')))
  const beginnings = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1))
  return (machine) =>
    machine !== PANEL_MACHINE && (names.has(machine) || beginnings.some((beginning) => machine.startsWith(beginning)))
}
