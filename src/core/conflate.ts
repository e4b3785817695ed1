import type { Entry } from './entry.ts'

/** How many events of each machine were left out. */
export type Conflated = ReadonlyMap<string, number>

/**
 * Leaves out every telemetry event that a later one of the same tag replaces. All that is no telemetry stays, and so
 * does the first event of each machine: it may be the one that brought the machine into being.
 */
export function conflate(entries: readonly Entry[]): { readonly kept: Entry[]; readonly conflated: Conflated } {
  const latest = new Map<string, number>()
  const first = new Map<string, number>()
  for (const entry of entries) {
    if (!first.has(entry.machine)) first.set(entry.machine, entry.offset)
    if (entry.tag !== null) latest.set(`${entry.machine}\n${entry.tag}`, entry.offset)
  }
  const conflated = new Map<string, number>()
  const kept = entries.filter((entry) => {
    if (entry.tag === null || first.get(entry.machine) === entry.offset) return true
    if (latest.get(`${entry.machine}\n${entry.tag}`) === entry.offset) return true
    conflated.set(entry.machine, (conflated.get(entry.machine) ?? 0) + 1)
    return false
  })
  return { kept, conflated }
}
