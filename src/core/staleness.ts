import type { Clock, Stop } from './clock.ts'
import type { Hub } from './hub.ts'

const LOOK_EVERY_MS = 1_000

/**
 * Calls a machine stale when it has been silent for longer than its time: `kill -9` sends nothing, so silence is the
 * only sign. What it says becomes an event, so that every viewer and every replay sees the same. Any event of the
 * machine ends it. A terminated machine may be silent.
 */
export function watchStaleness(hub: Hub, clock: Clock, staleAfterMs: (machine: string) => number): Stop {
  return clock.every(LOOK_EVERY_MS, () => {
    const now = clock.now()
    const silent = [...hub.folded.machines.values()].filter(
      (machine) =>
        machine.staleSince === null &&
        machine.terminatedAt === null &&
        now - machine.lastEventAt >= staleAfterMs(machine.name),
    )
    for (const machine of silent) {
      hub.report('panel', machine.name, 'machine_stale', { last_event_at: machine.lastEventAt })
    }
  })
}
