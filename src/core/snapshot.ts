import { type Channel, channelsOf, coversDeviceOf, coversMachine, type Filter } from '../shared/channel.ts'
import { RECENT_LIMIT } from '../shared/fold/recent.ts'
import type { ReadonlyFolded } from '../shared/folded.ts'
import { TextFrame } from './frame.ts'
import type { Ring } from './ring.ts'
import type { Frame } from './session-socket.ts'

/**
 * Writes snapshots. The text of each thing is kept until it changes, and a whole snapshot until the log moves on, so
 * that a hundred viewers which come back in the same moment cost one.
 */
export class SnapshotWriter {
  readonly #texts = new WeakMap<object, { readonly stamp: string; readonly text: string }>()
  #at = -1
  readonly #frames = new Map<string, Frame>()

  write(
    epoch: string,
    folded: ReadonlyFolded,
    ring: Ring,
    filter: Filter,
    channels: readonly string[],
    reset: boolean,
  ): Frame {
    if (this.#at !== ring.head) {
      this.#frames.clear()
      this.#at = ring.head
    }
    // Not the channels alone: the same ones show less to whoever may see less.
    const key = `${epoch} ${reset} ${JSON.stringify(channels)} ${filter.scope?.key ?? ''}`
    const known = this.#frames.get(key)
    if (known) return known
    const frame = new TextFrame(
      `{"type":"snapshot","position":${JSON.stringify({ epoch, offset: ring.head })},"reset":${reset},` +
        `"channels":${JSON.stringify(channels)},${scopeText(filter)}"state":{${this.#lists(folded, filter)},` +
        `"recent":[${ring.tail(RECENT_LIMIT, filter).join(',')}]}}`,
    )
    this.#frames.set(key, frame)
    return frame
  }

  /** JSON text of everything that is folded: a FoldedSnapshot. */
  folded(folded: ReadonlyFolded): string {
    return `{${this.#lists(folded, null)}}`
  }

  #lists(folded: ReadonlyFolded, filter: Filter | null): string {
    const ofMachine = ({ machine }: { readonly machine: string }): boolean => !filter || coversMachine(filter, machine)
    return [
      // Only events and staleness change a machine, and each leaves its mark in one of these.
      this.#list('machines', folded.machines, machineStamp, ({ name }) => ofMachine({ machine: name })),
      this.#list(
        'devices',
        folded.devices,
        offsetStamp,
        ({ machine, id }) => !filter || coversDeviceOf(filter, machine, id),
      ),
      this.#list('executions', folded.executions, offsetStamp, ofMachine),
      this.#list('hardware', folded.hardware, null, ofMachine),
      this.#list('commands', folded.commands, ({ status }) => status, ofMachine),
      this.#list('control', folded.control, null, ofMachine),
      this.#list('alarms', folded.alarms, offsetStamp, ofMachine),
      this.#list('links', folded.links, offsetStamp, ofMachine),
    ].join(',')
  }

  /** `stamp` changes with the item; null where nothing tells, and its text is cheap. */
  #list<T extends object>(
    name: keyof ReadonlyFolded,
    items: ReadonlyMap<string, T>,
    stamp: ((item: T) => string) | null,
    covers: (item: T) => boolean,
  ): string {
    const texts: string[] = []
    for (const item of items.values()) if (covers(item)) texts.push(this.#text(item, stamp?.(item)))
    return `"${name}":[${texts.join(',')}]`
  }

  #text(item: object, stamp: string | undefined): string {
    if (stamp === undefined) return JSON.stringify(item)
    const known = this.#texts.get(item)
    if (known?.stamp === stamp) return known.text
    const text = JSON.stringify(item)
    this.#texts.set(item, { stamp, text })
    return text
  }
}

/** A viewer whose scope holds only parts of machines must know: it cannot keep true what it sees in part. */
function scopeText(filter: Filter): string {
  const scopes: Channel[][] = []
  for (let { scope } = filter; scope; { scope } = scope) scopes.push(channelsOf(scope))
  return scopes.length === 0 ? '' : `"scope":${JSON.stringify(scopes)},`
}

interface Stamped {
  readonly lastEventOffset: number
}

const offsetStamp = ({ lastEventOffset }: Stamped): string => String(lastEventOffset)
const machineStamp = ({ lastEventOffset, staleSince }: Stamped & { readonly staleSince: number | null }): string =>
  `${lastEventOffset} ${staleSince}`
