import type { EventView } from '../../shared/event.ts'
import { FAMILIES, type Family } from '../../shared/family.ts'
import { eventLevel } from '../../shared/log-level.ts'
import type { LogLevel } from '../../shared/machine.ts'
import { askedTime } from './local-time.ts'

/** What the person wants to see; null and the empty text stand for everything. */
export interface EventFilter {
  readonly machine: string | null
  /** `family:<family>` or `type:<type>`. */
  readonly kind: string | null
  readonly text: string
  /** Exactly this level: a log line's own, `error` for an error. */
  readonly level: LogLevel | null
  /** Panel's clock, epoch milliseconds, both inclusive. */
  readonly from: number | null
  readonly to: number | null
}

export const NO_FILTER: EventFilter = { machine: null, kind: null, text: '', level: null, from: null, to: null }

export type EventTest = (event: EventView) => boolean

/** Longer texts are not kept, only computed again: five thousand of the longest datagrams would be a gigabyte. */
const KEPT_TEXT = 1_000
const texts = new WeakMap<EventView, string>()

/** Everything in an event that a person may search for, in lower case. */
export function searchText(event: EventView): string {
  const kept = texts.get(event)
  if (kept !== undefined) return kept
  const text = `${event.type}\n${event.machine}\n${JSON.stringify(event.payload)}`.toLowerCase()
  if (text.length <= KEPT_TEXT) texts.set(event, text)
  return text
}

export function familyOfKind(kind: string): Family | null {
  const family = kind.startsWith('family:') ? kind.slice('family:'.length) : ''
  return FAMILIES.find((known) => known === family) ?? null
}

export function isFiltering(filter: EventFilter): boolean {
  const { text, ...others } = filter
  return text.trim() !== '' || Object.values(others).some((value) => value !== null)
}

/** The filter as a test, or null where it lets everything through. The cheap questions come first. */
export function eventTest(filter: EventFilter): EventTest | null {
  const tests: EventTest[] = []
  const { machine, kind, level, from, to } = filter
  if (machine !== null) tests.push((event) => event.machine === machine)
  if (kind !== null) {
    const family = familyOfKind(kind)
    const type = kind.slice('type:'.length)
    tests.push(family === null ? (event) => event.type === type : (event) => event.family === family)
  }
  if (from !== null) tests.push((event) => event.time >= from)
  if (to !== null) tests.push((event) => event.time <= to)
  if (level !== null) tests.push((event) => eventLevel(event) === level)
  const text = filter.text.trim().toLowerCase()
  if (text !== '') tests.push((event) => searchText(event).includes(text))
  if (tests.length === 0) return null
  return (event) => tests.every((test) => test(event))
}

/** The same question to the journal. */
export function filterQuery(filter: EventFilter): URLSearchParams {
  const query = new URLSearchParams()
  const { machine, kind, level, from, to } = filter
  if (machine !== null) query.set('machine', machine)
  if (kind !== null) {
    const family = familyOfKind(kind)
    if (family === null) query.set('type', kind.slice('type:'.length))
    else query.set('family', family)
  }
  if (level !== null) query.set('level', level)
  if (from !== null) query.set('from', askedTime(from))
  if (to !== null) query.set('to', askedTime(to))
  const text = filter.text.trim()
  if (text !== '') query.set('text', text)
  return query
}
