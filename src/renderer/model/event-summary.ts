import type { EventView } from '../../shared/event.ts'
import type { Payload } from '../../shared/datagram.ts'

/** Longer than any row is wide. */
const SUMMARY_LENGTH = 240
/** Keys that the row shows elsewhere. */
const ELSEWHERE = new Set(['timestamp', 'machine_name'])

const summaries = new WeakMap<EventView, string>()

/** What an event says, in one line of plain text. Computed once for each event. */
export function summaryOf(event: EventView): string {
  let summary = summaries.get(event)
  if (summary === undefined) {
    summary = summarise(event).slice(0, SUMMARY_LENGTH)
    summaries.set(event, summary)
  }
  return summary
}

function summarise(event: EventView): string {
  const { payload } = event
  switch (event.type) {
    case 'state_change':
      return join(`${plain(payload['from_state'])} → ${plain(payload['to_state'])}`, payload['event_trigger'])
    case 'machine_registered':
      return join(plain(payload['config_type']), payload['current_state'])
    case 'activity_log':
    case 'log_entry':
      return join(plain(payload['level']), payload['message'] ?? payload['data'])
    case 'error':
    case 'error_occurred':
      return join(plain(payload['error_message'] ?? payload['message']), payload['job_id'])
    case 'job_started':
    case 'job_completed':
      return join(plain(payload['job_id']), payload['job_type'])
    case 'job_failed':
      return join(plain(payload['job_id']), payload['error_message'])
    default:
      return pairs(payload)
  }
}

function join(first: string, second: unknown): string {
  const rest = plain(second)
  if (first === '') return rest
  return rest === '' ? first : `${first} · ${rest}`
}

function pairs(payload: Payload): string {
  const parts: string[] = []
  let length = 0
  for (const [key, value] of Object.entries(payload)) {
    if (ELSEWHERE.has(key)) continue
    const part = `${key}: ${plain(value)}`
    parts.push(part)
    length += part.length
    if (length > SUMMARY_LENGTH) break
  }
  return parts.join(', ')
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value.slice(0, SUMMARY_LENGTH).replaceAll(/\s+/g, ' ')
  return JSON.stringify(value).slice(0, SUMMARY_LENGTH)
}
