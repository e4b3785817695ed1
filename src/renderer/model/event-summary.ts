import type { EventView } from '../../shared/event.ts'
import type { Payload } from '../../shared/datagram.ts'
import { asObject } from '../../shared/fold/fields.ts'

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

/** What of an event's payload says it all, most important first; what is missing is left out. */
type Gist = (payload: Payload) => readonly unknown[]

const transition = (from: string, to: string, ...more: readonly string[]): Gist => {
  return (payload) => [both(payload[from], '→', payload[to]), ...more.map((key) => payload[key])]
}
const job: Gist = ({ job_id, job_type, error_message }) => [job_id, job_type, error_message]
const log: Gist = ({ level, message, data }) => [level, message ?? data]
const error: Gist = ({ error_message, message, job_id }) => [error_message ?? message, job_id]
const block: Gist = ({ displayText, blockName, deviceName, status, timing, error: why }) => {
  return [displayText ?? blockName, deviceName, status, milliseconds(asObject(timing)?.['duration']), why]
}
const node: Gist = ({ nodeName, nodeId, nodeType, error: why, reason, duration }) => {
  return [nodeName ?? nodeId, nodeType, why ?? reason, milliseconds(duration)]
}
const workflow: Gist = ({ workflowName, workflowId, executionId, error: why, duration }) => {
  return [workflowName ?? workflowId, executionId, why, milliseconds(duration)]
}

/** By type, or by what comes before its colon; an `_enhanced` type is as the plain one. */
const GISTS: ReadonlyMap<string, Gist> = new Map([
  ['state_change', transition('from_state', 'to_state', 'event_trigger')],
  ['status_change', transition('previousState', 'status', 'message')],
  ['machine_registered', ({ config_type, current_state }) => [config_type, current_state]],
  ['activity_log', log],
  ['log_entry', log],
  ['error', error],
  ['error_occurred', error],
  ['job_started', job],
  ['job_completed', job],
  ['job_failed', job],
  ['device_update', ({ device_id, previous_state, new_state }) => [device_id, changes(previous_state, new_state)]],
  ['block_started', block],
  ['block_executed', block],
  ['action_template_started', ({ actionTemplateName, programName }) => [actionTemplateName, programName]],
  ['node', node],
  ['workflow', workflow],
  [
    'workflow:progress',
    ({ completedNodes, totalNodes, currentNode }) => [both(completedNodes, '/', totalNodes), currentNode],
  ],
  [
    'connection_event',
    ({ connection_type, direction, function_name, data_size_bytes, response_time_ms, error: why }) => [
      connection_type,
      direction,
      function_name,
      typeof data_size_bytes === 'number' && Number.isFinite(data_size_bytes) ? `${data_size_bytes} B` : null,
      milliseconds(response_time_ms),
      why,
    ],
  ],
  ['alarm_raised', ({ message, device, tag, priority }) => [message, device, tag, priority]],
  ['command_requested', ({ type, device, by, payload }) => [type, device, pairs(asObject(payload) ?? {}), by]],
  ['command_refused', ({ reason, id }) => [reason, id]],
])

function summarise({ type, payload }: EventView): string {
  const gist = GISTS.get(type) ?? GISTS.get(type.replace(/_enhanced$|:.*$/, ''))
  const parts = (gist?.(payload) ?? []).map(plain).filter((part) => part !== '')
  // A machine may send anything under any type; what it says must not be lost for that.
  return parts.length === 0 ? pairs(payload) : parts.join(' · ')
}

function both(one: unknown, sign: '→' | '/', other: unknown): string {
  return one === undefined && other === undefined ? '' : `${plain(one)} ${sign} ${plain(other)}`
}

function milliseconds(value: unknown): string | null {
  return typeof value === 'number' && Number.isFinite(value) ? `${Math.round(value)} ms` : null
}

/** What a device's values have become: those that changed, or all where none did. */
function changes(before: unknown, after: unknown): string {
  const old = asObject(before) ?? {}
  const values = Object.entries(asObject(after) ?? {}).map(([key, value]) => {
    const [was, is] = [Object.hasOwn(old, key) ? plain(old[key]) : '', plain(value)]
    return { changed: was !== is, text: `${key}: ${was === is || was === '' ? is : both(was, '→', is)}` }
  })
  const changed = values.filter((value) => value.changed)
  return (changed.length > 0 ? changed : values).map(({ text }) => text).join(', ')
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
