import Type from 'typebox'
import { MAX_NAME_LENGTH } from './datagram.ts'
import { FAMILIES, type Family } from './family.ts'

/** `all`, `machine:<name>` or `family:<family>`. */
export const ChannelSchema = Type.String({ minLength: 3, maxLength: MAX_NAME_LENGTH + 16 })
export type Channel = string

/** Most channels that one session may subscribe to. */
export const MAX_CHANNELS = 64

/** What a session wants to see: the union of its channels. */
export interface Filter {
  /** Equal filters have equal keys. */
  readonly key: string
  readonly all: boolean
  readonly machines: ReadonlySet<string>
  readonly families: ReadonlySet<Family>
}

/** True where the text names a channel that exists in the protocol. */
export function isChannel(text: string): boolean {
  if (text === 'all') return true
  if (text.startsWith('machine:')) return text.length > 'machine:'.length
  if (text.startsWith('family:')) return (FAMILIES as readonly string[]).includes(text.slice('family:'.length))
  return false
}

export function filterOf(channels: Iterable<Channel>): Filter {
  const machines = new Set<string>()
  const families = new Set<Family>()
  let all = false
  for (const channel of channels) {
    if (channel === 'all') all = true
    else if (channel.startsWith('machine:')) machines.add(channel.slice('machine:'.length))
    else if (channel.startsWith('family:')) families.add(channel.slice('family:'.length) as Family)
  }
  const key = all ? 'all' : JSON.stringify([[...machines].toSorted(), [...families].toSorted()])
  return { key, all, machines, families }
}

export function matches(filter: Filter, event: { readonly machine: string; readonly family: Family }): boolean {
  return filter.all || filter.machines.has(event.machine) || filter.families.has(event.family)
}

/**
 * True where the filter lets every event of a machine through, so that the machine's folded state may be shown. A
 * subscriber to a family sees those events, but no machine's state: it could not keep it true.
 */
export function coversMachine(filter: Filter, machine: string): boolean {
  return filter.all || filter.machines.has(machine)
}
