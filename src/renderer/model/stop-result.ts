import type { Progress } from './progress.ts'

/** What came of Stop, for one machine. */
export const STOP_RESULTS = ['asking', 'given', 'stopped', 'not_confirmed', 'refused', 'lost'] as const
export type StopResult = (typeof STOP_RESULTS)[number]

/** Stopped is only what the machine confirmed; what nobody knows any more is not confirmed. */
export function stopResult(progress: Progress | null): StopResult {
  if (!progress) return 'not_confirmed'
  switch (progress.kind) {
    case 'asking':
      return 'asking'
    case 'rejected':
      return 'refused'
    case 'lost':
    case 'disabled':
      return 'lost'
    case 'command':
      break
    default:
      return progress satisfies never
  }
  switch (progress.command.status) {
    case 'requested':
      return 'asking'
    case 'accepted':
      return 'given'
    case 'confirmed':
      return 'stopped'
    case 'refused':
      return 'refused'
    case 'failed':
    case 'timed_out':
      return 'not_confirmed'
    default:
      return progress.command.status satisfies never
  }
}

/** Nothing the machine says can change it any more. A lost link may come back and tell. */
export function isFinal(result: StopResult): boolean {
  return result === 'stopped' || result === 'not_confirmed' || result === 'refused'
}

/** The gravest first, so that what needs a look stands on top. */
export const STOP_ORDER: readonly StopResult[] = ['lost', 'not_confirmed', 'refused', 'asking', 'given', 'stopped']
