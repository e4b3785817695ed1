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
  /** What may be seen at all: nothing gets through that does not get through this, too. Null: everything may. */
  readonly scope: Filter | null
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

/** `scope`: the filter of what may be seen at all. */
export function filterOf(channels: Iterable<Channel>, scope: Filter | null = null): Filter {
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
  const own = all ? 'all' : JSON.stringify(lists)
  const within = scope?.all === true && scope.scope === null ? null : scope
  const key = within ? `${own} within ${within.key}` : own
  return { key, all, machines, devices, families, logs: [...logs.values()], scope: within }
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
  if (filter.scope && !matches(filter.scope, event)) return false
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
  if (filter.scope && !coversMachine(filter.scope, machine)) return false
  return filter.all || filter.machines.has(machine)
}

/** True where the filter lets all of a device through: by itself, or with its machine. */
export function coversDeviceOf(filter: Filter, machine: string, id: string): boolean {
  if (filter.scope && !coversDeviceOf(filter.scope, machine, id)) return false
  return filter.all || filter.machines.has(machine) || filter.devices.has(deviceReference(machine, id))
}

/** True where an event belongs to the state of a device that the filter lets through as a whole. */
export function coversDevice(filter: Filter, event: EventView): boolean {
  if (filter.scope) return coversConcerned(filter, { machine: event.machine, ...eventDevice(event) })
  return filter.devices.size > 0 && concernsDevice(filter, { machine: event.machine, ...eventDevice(event) })
}

/** Within a scope of devices a whole machine, and everything, are only those devices. */
function coversConcerned(filter: Filter, event: Concerned): boolean {
  if (filter.scope && !coversConcerned(filter.scope, event)) return false
  if (filter.all || filter.machines.has(event.machine)) return event.device !== null || event.allDevices
  return concernsDevice(filter, event)
}

/** The channels of a scope, which holds machines and devices only. */
export function channelsOf({ all, machines, devices }: Filter): Channel[] {
  if (all) return ['all']
  return [...[...machines].map((name) => `machine:${name}`), ...[...devices].map((device) => DEVICE + device)]
}

/** The channel of the log lines that a filter lets through. */
export function logChannel(filter: LogFilter): Channel {
  return LOG + logFilterText(filter)
}

/** Most viewers ask for no lines of their own, and most events are none. */
function matchesLog({ logs }: Filter, { log, text }: Filtered): boolean {
  return logs.length > 0 && log !== null && logs.some((filter) => logMatches(filter, log, text))
}

type Concerned = Pick<Filtered, 'machine' | 'device' | 'allDevices'>

function concernsDevice(filter: Filter, event: Concerned): boolean {
  if (filter.devices.size === 0) return false
  if (event.device !== null) return filter.devices.has(deviceReference(event.machine, event.device))
  if (!event.allDevices) return false
  const prefix = deviceReference(event.machine, '')
  for (const device of filter.devices) if (device.startsWith(prefix)) return true
  return false
}
