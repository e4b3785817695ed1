import type { Family } from '../shared/family.ts'
import type { LogHead } from '../shared/log-filter.ts'
import type { LogLevel } from '../shared/machine.ts'

/** One event as the core holds it: its text, serialised once, and what filters and queries ask for. */
export interface Entry {
  readonly offset: number
  /** Epoch milliseconds. */
  readonly time: number
  readonly machine: string
  readonly type: string
  readonly family: Family
  /** Id of the device that it concerns, and whether it concerns all of the machine's; see `eventDevice`. */
  readonly device: string | null
  readonly allDevices: boolean
  /** Null for what is neither a log line nor an error. */
  readonly level: LogLevel | null
  /** What a log line says of itself; null for what is none. */
  readonly log: LogHead | null
  /** What this event is the latest value of, where it is telemetry: such events may be conflated. */
  readonly tag: string | null
  /** The event's JSON text, the datagram's own bytes spliced in. */
  readonly text: string
}
