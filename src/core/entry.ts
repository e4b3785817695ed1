import type { Family } from '../shared/family.ts'

/** One event as the core holds it: its text, serialised once, and what filters ask for. */
export interface Entry {
  readonly offset: number
  /** Epoch milliseconds. */
  readonly time: number
  readonly machine: string
  readonly type: string
  readonly family: Family
  /** The event's JSON text, the datagram's own bytes spliced in. */
  readonly text: string
}
