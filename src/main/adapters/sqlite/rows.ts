import type { Entry } from '../../../core/entry.ts'
import type { Family } from '../../../shared/family.ts'
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

export function entryOf(row: EventRow, names: Names): Entry {
  // Conflation is for events that are new; what is read back is sent as it is.
  return { ...row, machine: names.nameOf(row.machine), type: names.nameOf(row.type), tag: null }
}
