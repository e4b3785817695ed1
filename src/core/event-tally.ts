import { COMMAND_STATUSES, type CommandStatus } from '../shared/command.ts'
import type { EventView } from '../shared/event.ts'
import { FAMILIES, type Family } from '../shared/family.ts'
import type { Stop } from './clock.ts'
import type { Hub } from './hub.ts'

const PREFIX = 'command_'

/** How many events of each kind this panel has taken in since it started. */
export class EventTally {
  readonly families: Record<Family, number>
  /** How often a command has come to each status; only the panel and operators say so. */
  readonly commands: Record<CommandStatus, number>
  readonly #stop: Stop

  constructor(hub: Hub) {
    this.families = Object.fromEntries(FAMILIES.map((family) => [family, 0])) as Record<Family, number>
    this.commands = Object.fromEntries(COMMAND_STATUSES.map((status) => [status, 0])) as Record<CommandStatus, number>
    this.#stop = hub.watch((event) => this.#count(event))
  }

  /** Idempotent. */
  close(): void {
    this.#stop()
  }

  /** Runs in the datagram loop. */
  #count({ family, origin, type }: EventView): void {
    this.families[family] += 1
    if (family !== 'command' || origin === 'machine' || !type.startsWith(PREFIX)) return
    const status = COMMAND_STATUSES.find((each) => each === type.slice(PREFIX.length))
    if (status) this.commands[status] += 1
  }
}
