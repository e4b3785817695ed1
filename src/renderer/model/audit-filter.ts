import { askedTime } from './local-time.ts'

/** What of the audit a person wants to see; null and the empty text stand for everything. */
export interface AuditFilter {
  readonly who: string | null
  readonly outcome: 'done' | 'not_done' | null
  readonly text: string
  /** Panel's clock, epoch milliseconds, both inclusive. */
  readonly from: number | null
  readonly to: number | null
}

export const NO_AUDIT_FILTER: AuditFilter = { who: null, outcome: null, text: '', from: null, to: null }

/** The filter as the panel is asked for it. */
export function auditQuery({ who, outcome, text, from, to }: AuditFilter): URLSearchParams {
  const query = new URLSearchParams()
  if (who !== null) query.set('who', who)
  if (outcome !== null) query.set('outcome', outcome)
  if (text.trim() !== '') query.set('text', text.trim())
  if (from !== null) query.set('from', askedTime(from))
  if (to !== null) query.set('to', askedTime(to))
  return query
}
