import type { EventView } from '../../shared/event.ts'
import { headMatches, lineText, type LogFilter, logFilterText, type LogHead, logHead } from '../../shared/log-filter.ts'
import type { EventTest } from './event-filter.ts'

/** Longer than any row is wide. */
const LINE_LENGTH = 400

/** A log line as a row shows it. */
export interface LogLine extends LogHead {
  readonly message: string
}

const lines = new WeakMap<EventView, LogLine>()

/** What a log line says, in one line of plain text. Computed once for each event. */
export function lineOf(event: EventView): LogLine {
  let line = lines.get(event)
  if (line === undefined) {
    const head = logHead(event) ?? { level: 'info', tag: null, module: null }
    line = { ...head, message: messageOf(event) }
    lines.set(event, line)
  }
  return line
}

function messageOf({ payload }: EventView): string {
  const parts = [payload['message'], payload['data'], payload['context']]
  return parts
    .map(plain)
    .filter((part) => part !== '')
    .join(' · ')
    .slice(0, LINE_LENGTH)
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text === '{}' ? '' : text.slice(0, LINE_LENGTH).replaceAll(/\s+/g, ' ')
}

/** The filter as a test of events of any kind; the server asks the same. */
export function logTest(filter: LogFilter): EventTest {
  return (event) => {
    const head = logHead(event)
    if (head === null || !headMatches(filter, head)) return false
    return filter.text === '' || lineText(event).includes(filter.text)
  }
}

/** The same question to the journal. */
export function logQuery(filter: LogFilter): URLSearchParams {
  return new URLSearchParams({ log: logFilterText(filter) })
}
