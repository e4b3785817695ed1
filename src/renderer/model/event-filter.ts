import type { EventView } from '../../shared/event.ts'
import { FAMILIES, type Family } from '../../shared/family.ts'

/** What the person wants to see; null and the empty text stand for everything. */
export interface EventFilter {
  readonly machine: string | null
  /** `family:<family>` or `type:<type>`. */
  readonly kind: string | null
  readonly text: string
}

export const NO_FILTER: EventFilter = { machine: null, kind: null, text: '' }

export type EventTest = (event: EventView) => boolean

/** Longer texts are not kept, only computed again: five thousand of the longest datagrams would be a gigabyte. */
const KEPT_TEXT = 1_000
const texts = new WeakMap<EventView, string>()

/** Everything in an event that a person may search for, in lower case. */
function searchText(event: EventView): string {
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

/** The filter as a test, or null where it lets everything through. The cheap questions come first. */
export function eventTest(filter: EventFilter): EventTest | null {
  const tests: EventTest[] = []
  const { machine, kind } = filter
  if (machine !== null) tests.push((event) => event.machine === machine)
  if (kind !== null) {
    const family = familyOfKind(kind)
    const type = kind.slice('type:'.length)
    tests.push(family === null ? (event) => event.type === type : (event) => event.family === family)
  }
  const text = filter.text.trim().toLowerCase()
  if (text !== '') tests.push((event) => searchText(event).includes(text))
  if (tests.length === 0) return null
  return (event) => tests.every((test) => test(event))
}
