import { type AndonEvent, viewEvent } from '../shared/event.ts'
import { eventLevel } from '../shared/log-level.ts'
import { csvCell } from './csv-cell.ts'
import type { EventPage, EventQuery } from './event-query.ts'

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const PAGE_EVENTS = 500

const CSV_COLUMNS = ['offset', 'time', 'origin', 'machine', 'type', 'family', 'level', 'source_time', 'payload']

/**
 * The events of a query as text, oldest first, one chunk per page of the journal: whoever consumes it sets the pace.
 * Ends with the event at `last`, so that an export of a running plant comes to an end.
 */
export async function* exportEvents(
  query: (query: EventQuery) => Promise<EventPage>,
  filter: Omit<EventQuery, 'order' | 'limit' | 'cursor'>,
  format: ExportFormat,
  last: number,
): AsyncGenerator<string, void, undefined> {
  if (format === 'csv') yield `${CSV_COLUMNS.join(',')}\r\n`
  let cursor: number | null | undefined
  while (cursor !== null) {
    const page: EventPage = await query({ ...filter, order: 'asc', limit: PAGE_EVENTS, cursor })
    const texts = page.texts.filter((text) => offsetOf(text) <= last)
    if (texts.length > 0) yield texts.map(format === 'csv' ? csvLine : jsonLine).join('')
    cursor = texts.length < page.texts.length || (page.next ?? 0) >= last ? null : page.next
  }
}

/** An event's text begins with its offset, see eventText. */
function offsetOf(text: string): number {
  return Number.parseInt(text.slice('{"offset":'.length), 10)
}

/** A datagram may hold line breaks between its keys; a line may not. */
function jsonLine(text: string): string {
  return `${/[\r\n]/.test(text) ? JSON.stringify(JSON.parse(text)) : text}\n`
}

function csvLine(text: string): string {
  const event = JSON.parse(text) as AndonEvent
  const view = viewEvent(event)
  return `${[
    String(view.offset),
    isoTime(view.time),
    view.origin,
    csvCell(view.machine),
    csvCell(view.type),
    view.family,
    eventLevel(view) ?? '',
    view.sourceTime === null ? '' : isoTime(view.sourceTime),
    csvCell(JSON.stringify(event.body.payload ?? {})),
  ].join(',')}\r\n`
}

function isoTime(time: number): string {
  return new Date(time).toISOString()
}
