import type { Machine } from '../../shared/machine.ts'

export const MARK_KINDS = ['error', 'stale', 'terminated', 'jumped'] as const
export type MarkKind = (typeof MARK_KINDS)[number]

export interface Mark {
  readonly kind: MarkKind
  /** Since when, the panel's clock, epoch milliseconds. */
  readonly since: number
  /** What the machine said, as it said it; null where it said nothing. */
  readonly message: string | null
}

/** What is to be said of a machine beside its state, the gravest first. */
export function marksOf(machine: Machine): Mark[] {
  const marks: Mark[] = []
  const { lastError, terminatedAt, staleSince } = machine
  if (machine.errorStanding && lastError) {
    marks.push({ kind: 'error', since: lastError.time, message: lastError.message })
  }
  // Who said goodbye may be silent. Silence began with the last word, not when it was noticed.
  if (staleSince !== null && terminatedAt === null) {
    marks.push({ kind: 'stale', since: machine.lastEventAt, message: null })
  }
  if (terminatedAt !== null) marks.push({ kind: 'terminated', since: terminatedAt, message: null })
  const last = machine.transitions.at(-1)
  if (last?.jumped) marks.push({ kind: 'jumped', since: last.time, message: null })
  return marks
}

/** An error stands, or the machine is not heard. Having ended, or having jumped, is worth a mark but is not abnormal. */
export function isAbnormal(machine: Machine): boolean {
  return (
    (machine.errorStanding && machine.lastError !== null) ||
    (machine.staleSince !== null && machine.terminatedAt === null)
  )
}

export type Presence = 'running' | 'stopped' | 'unknown'

/** Whether the machine's program is there: drawn as filled, outlined or dashed, never as green or red. */
export function presenceOf(machine: Machine): Presence {
  if (machine.terminatedAt !== null) return 'stopped'
  return machine.staleSince === null ? 'running' : 'unknown'
}
