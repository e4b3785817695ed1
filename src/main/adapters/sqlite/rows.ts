import type { Entry } from '../../../core/entry.ts'
import { type AndonEvent, viewEvent } from '../../../shared/event.ts'
import { eventDevice } from '../../../shared/event-device.ts'
import type { Family } from '../../../shared/family.ts'
import { logHead } from '../../../shared/log-filter.ts'
import type { LogLevel } from '../../../shared/machine.ts'
import type { Names } from './names.ts'

/** One row of the table `events`, as `SELECT *` gives it. */
export interface EventRow {
  readonly offset: number
  readonly time: number
  readonly machine: number
  readonly type: number
  readonly family: Family
  readonly level: LogLevel | null
  readonly text: string
}

/** Only these may concern a device, and only they and log lines are worth parsing for what a filter asks. */
const DEVICE_FAMILIES: ReadonlySet<Family> = new Set<Family>(['device', 'command', 'machine'])
const NO_DEVICE = { device: null, allDevices: false } as const

export function entryOf(row: EventRow, names: Names): Entry {
  const { family, text } = row
  const view = DEVICE_FAMILIES.has(family) || family === 'log' ? viewEvent(JSON.parse(text) as AndonEvent) : null
  const device = view ? eventDevice(view) : NO_DEVICE
  const log = view && logHead(view)
  // Conflation is for events that are new; what is read back is sent as it is.
  return { ...row, ...device, log, machine: names.nameOf(row.machine), type: names.nameOf(row.type), tag: null }
}
