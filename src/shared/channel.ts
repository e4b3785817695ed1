import Type from 'typebox'
import { MAX_NAME_LENGTH } from './datagram.ts'
import { deviceReference } from './device.ts'
import type { EventView } from './event.ts'
import { eventDevice } from './event-device.ts'
import { FAMILIES, type Family } from './family.ts'
import {
  type LogFilter,
  logFilterText,
  type LogHead,
  logMatches,
  MAX_LOG_FILTER,
  parseLogFilter,
} from './log-filter.ts'

/** `all`, `machine:<name>`, `device:<machine>/<id>`, `family:<family>` or `log:<filter>`. */
export const ChannelSchema = Type.String({
  minLength: 3,
  maxLength: Math.max(2 * MAX_NAME_LENGTH, MAX_LOG_FILTER) + 16,
})
export type Channel = string

/** Most channels that one session may subscribe to. */
export const MAX_CHANNELS = 64

const DEVICE = 'device:'
const LOG = 'log:'

/** What a session wants to see: the union of its channels. */
export interface Filter {
  /** Equal filters have equal keys. */
  readonly key: string
  readonly all: boolean
  readonly machines: ReadonlySet<string>
  /** As {@link deviceReference} names them. */
  readonly devices: ReadonlySet<string>
  readonly families: ReadonlySet<Family>
  /** Of log lines only those that one of these lets through. */
  readonly logs: readonly LogFilter[]
}

/** True where the text names a channel that exists in the protocol. */
export function isChannel(text: string): boolean {
  if (text === 'all') return true
  if (text.startsWith('machine:')) return text.length > 'machine:'.length
  if (text.startsWith(DEVICE)) return /^device:.+\/./s.test(text)
  if (text.startsWith(LOG)) return parseLogFilter(text.slice(LOG.length)) !== null
  if (text.startsWith('family:')) return (FAMILIES as readonly string[]).includes(text.slice('family:'.length))
  return false
}

/** The device that a channel names, as {@link deviceReference} does; null where it names none. */
export function deviceOfChannel(channel: Channel): string | null {
  return channel.startsWith(DEVICE) ? channel.slice(DEVICE.length) : null
}

export function filterOf(channels: Iterable<Channel>): Filter {
  const machines = new Set<string>()
  const devices = new Set<string>()
  const families = new Set<Family>()
  const logs = new Map<string, LogFilter>()
  let all = false
  for (const channel of channels) {
    if (channel === 'all') all = true
    else if (channel.startsWith('machine:')) machines.add(channel.slice('machine:'.length))
    else if (channel.startsWith(DEVICE)) devices.add(channel.slice(DEVICE.length))
    else if (channel.startsWith('family:')) families.add(channel.slice('family:'.length) as Family)
    else if (channel.startsWith(LOG)) {
      const log = parseLogFilter(channel.slice(LOG.length))
      if (log) logs.set(logFilterText(log), log)
    }
  }
  const lists = [machines, families, devices, logs.keys()].map((names) => [...names].toSorted())
  return { key: all ? 'all' : JSON.stringify(lists), all, machines, devices, families, logs: [...logs.values()] }
}

/** What a filter looks at. `device`: the id of the device that the event concerns, see {@link eventDevice}. */
export interface Filtered {
  readonly machine: string
  readonly family: Family
  readonly device: string | null
  /** It concerns every device of its machine. */
  readonly allDevices: boolean
  /** What a log line says of itself; null for what is none. */
  readonly log: LogHead | null
  /** The event's JSON text. */
  readonly text: string
}

export function matches(filter: Filter, event: Filtered): boolean {
  return (
    filter.all ||
    filter.machines.has(event.machine) ||
    filter.families.has(event.family) ||
    concernsDevice(filter, event) ||
    matchesLog(filter, event)
  )
}

/**
 * True where the filter lets every event of a machine through, so that the machine's folded state may be shown. A
 * subscriber to a family sees those events, but no machine's state: it could not keep it true.
 */
export function coversMachine(filter: Filter, machine: string): boolean {
  return filter.all || filter.machines.has(machine)
}

/** True where an event belongs to the state of a device that the filter lets through as a whole. */
export function coversDevice(filter: Filter, event: EventView): boolean {
  return filter.devices.size > 0 && concernsDevice(filter, { machine: event.machine, ...eventDevice(event) })
}

/** The channel of the log lines that a filter lets through. */
export function logChannel(filter: LogFilter): Channel {
  return LOG + logFilterText(filter)
}

/** Most viewers ask for no lines of their own, and most events are none. */
function matchesLog({ logs }: Filter, { log, text }: Filtered): boolean {
  return logs.length > 0 && log !== null && logs.some((filter) => logMatches(filter, log, text))
}

function concernsDevice(filter: Filter, event: Pick<Filtered, 'machine' | 'device' | 'allDevices'>): boolean {
  if (filter.devices.size === 0) return false
  if (event.device !== null) return filter.devices.has(deviceReference(event.machine, event.device))
  if (!event.allDevices) return false
  const prefix = deviceReference(event.machine, '')
  for (const device of filter.devices) if (device.startsWith(prefix)) return true
  return false
}
