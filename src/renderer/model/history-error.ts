/** Why the past cannot be shown. */
export const HISTORY_FAULTS = ['network', 'short', 'unavailable', 'busy', 'memory', 'empty', 'query', 'failed'] as const
export type HistoryFault = (typeof HISTORY_FAULTS)[number]

export class HistoryError extends Error {
  override readonly name = 'HistoryError'

  constructor(readonly fault: HistoryFault) {
    super(fault)
  }
}

/** What to tell the person of anything that was thrown; null where they themselves stopped it. */
export function historyFault(error: unknown): HistoryFault | null {
  if (error instanceof HistoryError) return error.fault
  if (error instanceof DOMException && error.name === 'AbortError') return null
  return 'failed'
}
