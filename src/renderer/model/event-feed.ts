import type { EventView } from '../../shared/event.ts'
import { type EventFilter, type EventTest, eventTest, NO_FILTER } from './event-filter.ts'

/** How many events a page keeps. */
export const FEED_LIMIT = 5_000

/**
 * The latest events and, of those, the rows that a filter lets through. Every new event is tested once; only another
 * filter tests all of them. While it is paused the rows stand still and what comes is counted.
 */
export class EventFeed {
  /** Oldest first. Changed in place. */
  rows: EventView[] = []
  /** How many rows have gone from the front since the rows were last replaced; a list keeps its place by it. */
  gone = 0
  /** Counts how often the rows were replaced as a whole. */
  generation = 0
  /** New rows that a pause holds back. */
  held = 0
  #ring: EventView[] = []
  #frozen: readonly EventView[] | null = null
  #test: EventTest | null = eventTest(NO_FILTER)
  readonly #limit: number

  constructor(limit: number = FEED_LIMIT) {
    this.#limit = limit
  }

  get paused(): boolean {
    return this.#frozen !== null
  }

  /** How many events there are before the filter. */
  get size(): number {
    return this.all().length
  }

  /** Every event at hand, whatever the filter. */
  all(): readonly EventView[] {
    return this.#frozen ?? this.#ring
  }

  /** Starts anew from these events; a pause keeps showing what it shows. */
  load(events: readonly EventView[]): void {
    this.#ring = events.slice(-this.#limit)
    if (this.#frozen) this.held = this.#count(this.#ring)
    else this.#replace(this.#ring)
  }

  append(events: readonly EventView[]): void {
    const matching = this.#test ? events.filter(this.#test) : events
    for (const event of events) this.#ring.push(event)
    if (this.#ring.length > this.#limit) this.#ring.splice(0, this.#ring.length - this.#limit)
    if (this.#frozen) {
      this.held += matching.length
      return
    }
    for (const event of matching) this.rows.push(event)
    this.#drop()
  }

  setFilter(filter: EventFilter): void {
    this.#test = eventTest(filter)
    const source = this.#frozen ?? this.#ring
    this.#replace(source)
    if (this.#frozen) {
      const last = this.#frozen.at(-1)?.offset ?? 0
      this.held = this.#count(this.#ring.filter((event) => event.offset > last))
    }
  }

  pause(): void {
    this.#frozen ??= [...this.#ring]
  }

  resume(): void {
    if (!this.#frozen) return
    this.#frozen = null
    this.held = 0
    this.#replace(this.#ring)
  }

  #replace(source: readonly EventView[]): void {
    this.rows = this.#test ? source.filter(this.#test) : [...source]
    this.gone = 0
    this.generation += 1
  }

  #count(events: readonly EventView[]): number {
    return this.#test ? events.filter(this.#test).length : events.length
  }

  /** Forgets the rows that the ring has forgotten. */
  #drop(): void {
    const oldest = this.#ring[0]?.offset ?? 0
    let gone = 0
    while (gone < this.rows.length && (this.rows[gone]?.offset ?? 0) < oldest) gone += 1
    if (gone === 0) return
    this.rows.splice(0, gone)
    this.gone += gone
  }
}
