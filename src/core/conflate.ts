import type { Entry } from './entry.ts'

/** How many events of each machine were left out. */
export type Conflated = ReadonlyMap<string, number>

/**
 * Leaves out every telemetry event that a later one of the same tag replaces. All that is no telemetry stays, and so
 * does the first event of each tag: it may be the one that brought the machine, the device or the tag into being, which
 * their order depends on, and what is asked of the tag before the latest.
 */
export function conflate(entries: readonly Entry[]): { readonly kept: Entry[]; readonly conflated: Conflated } {
  const latest = new Map<string, number>()
  const first = new Map<string, number>()
  for (const entry of entries) {
    if (entry.tag === null) continue
    const key = `${entry.machine}\n${entry.tag}`
    if (!first.has(key)) first.set(key, entry.offset)
    latest.set(key, entry.offset)
  }
  const conflated = new Map<string, number>()
  const kept = entries.filter((entry) => {
    if (entry.tag === null) return true
    const key = `${entry.machine}\n${entry.tag}`
    if (first.get(key) === entry.offset || latest.get(key) === entry.offset) return true
    conflated.set(entry.machine, (conflated.get(entry.machine) ?? 0) + 1)
    return false
  })
  return { kept, conflated }
}
