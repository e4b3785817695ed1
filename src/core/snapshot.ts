import { coversMachine, type Filter } from '../shared/channel.ts'
import { RECENT_LIMIT } from '../shared/fold/recent.ts'
import type { Machine } from '../shared/machine.ts'
import { TextFrame } from './frame.ts'
import type { Ring } from './ring.ts'
import type { Frame } from './session-socket.ts'

/**
 * Writes snapshots. Each machine's text is kept until the machine changes, and a whole snapshot until the log moves on,
 * so that a hundred viewers which come back in the same moment cost one.
 */
export class SnapshotWriter {
  readonly #machineTexts = new Map<
    string,
    { readonly machine: Machine; readonly stamp: string; readonly text: string }
  >()
  #at = -1
  readonly #frames = new Map<string, Frame>()

  write(
    epoch: string,
    machines: ReadonlyMap<string, Machine>,
    ring: Ring,
    filter: Filter,
    channels: readonly string[],
    reset: boolean,
  ): Frame {
    if (this.#at !== ring.head) {
      this.#frames.clear()
      this.#at = ring.head
    }
    const key = `${epoch} ${reset} ${JSON.stringify(channels)}`
    const known = this.#frames.get(key)
    if (known) return known
    const texts: string[] = []
    for (const machine of machines.values()) if (coversMachine(filter, machine.name)) texts.push(this.#machine(machine))
    const frame = new TextFrame(
      `{"type":"snapshot","position":${JSON.stringify({ epoch, offset: ring.head })},"reset":${reset},` +
        `"channels":${JSON.stringify(channels)},"state":{"machines":[${texts.join(',')}],` +
        `"recent":[${ring.tail(RECENT_LIMIT, filter).join(',')}]}}`,
    )
    this.#frames.set(key, frame)
    return frame
  }

  /** JSON text of all machines: `[…]`. */
  machines(machines: ReadonlyMap<string, Machine>): string {
    const texts: string[] = []
    for (const machine of machines.values()) texts.push(this.#machine(machine))
    if (this.#machineTexts.size > machines.size * 2) this.#forget(machines)
    return `[${texts.join(',')}]`
  }

  #machine(machine: Machine): string {
    // Only events and staleness change a machine, and each leaves its mark in one of these.
    const stamp = `${machine.lastEventOffset} ${machine.staleSince}`
    const known = this.#machineTexts.get(machine.name)
    if (known?.machine === machine && known.stamp === stamp) return known.text
    const text = JSON.stringify(machine)
    this.#machineTexts.set(machine.name, { machine, stamp, text })
    return text
  }

  #forget(machines: ReadonlyMap<string, Machine>): void {
    for (const name of this.#machineTexts.keys()) if (!machines.has(name)) this.#machineTexts.delete(name)
  }
}
