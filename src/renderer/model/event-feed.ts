import type { EventView } from '../../shared/event.ts'
import { type EventFilter, type EventTest, eventTest, NO_FILTER } from './event-filter.ts'

/** How many of the latest events a page keeps, whatever the filter. */
export const FEED_LIMIT = 5_000

/** How many rows a page keeps while a person looks back; beyond, the far end goes. */
export const ROWS_LIMIT = 20_000

/** What one look into the journal found. */
export interface FeedPage {
  readonly events: readonly EventView[]
  /** Where to go on; null at the end. */
  readonly next: number | null
}

/**
 * The latest events and the rows that a filter lets through: a window on the journal that holds every matching event
 * from one offset to another. It follows the newest, stands still while paused, and grows backwards with what was found
 * in the journal. Every new event is tested once; only another filter tests all of them.
 */
export class EventFeed {
  /** Oldest first. Changed in place. */
  rows: EventView[] = []
  /** How many rows have gone from the front since the rows were last replaced, less those that came there; a list keeps
   * its place by it. */
  gone = 0
  /** Counts how often the rows were replaced as a whole. */
  generation = 0
  /** New rows that are held back while the window stands still. */
  held = 0
  /** The person has stopped the stream. */
  paused = false
  /** The window reaches back to the journal's beginning. */
  beginning = true
  /** Every matching event from this offset on is a row. */
  from = 1
  /** Offset that the window ends with; null while it follows the newest. */
  #to: number | null = null
  #following = true
  #ring: EventView[] = []
  #test: EventTest | null = eventTest(NO_FILTER)
  /** Where nothing is at hand, the rows begin behind this offset. */
  #head = 0
  readonly #limit: number
  readonly #rowsLimit: number

  constructor(limit: number = FEED_LIMIT, rowsLimit: number = ROWS_LIMIT) {
    this.#limit = limit
    this.#rowsLimit = rowsLimit
  }

  /** Where the window ends, while there is more behind it; null where it goes on with the newest. */
  get to(): number | null {
    return this.paused ? null : this.#to
  }

  /** Every event at hand, whatever the filter. */
  all(): readonly EventView[] {
    return this.#ring
  }

  /**
   * Starts anew from these events. What stands still keeps showing what it shows; what a person looks back at goes on
   * where nothing is missing in between. `head`: behind which offset the rows begin where there are none; 0 where that
   * means that there never were any.
   */
  load(events: readonly EventView[], head = 0): void {
    const last = this.#last()
    this.#head = head
    this.#ring = events.slice(-this.#limit)
    if (this.#to !== null) {
      this.held = this.#behind(this.#to).length
    } else if (this.#following || last === 0) {
      this.#replace()
    } else {
      this.#to = last
      this.#join()
    }
  }

  append(events: readonly EventView[]): void {
    for (const event of events) this.#ring.push(event)
    if (this.#ring.length > this.#limit) this.#ring.splice(0, this.#ring.length - this.#limit)
    const matching = this.#test ? events.filter(this.#test) : events
    if (this.#to !== null) {
      this.held += matching.length
      return
    }
    for (const event of matching) this.rows.push(event)
    // What a person looks at never goes: the window stops growing instead.
    if (this.#following) this.#dropFront(this.#limit)
    else if (this.rows.length >= this.#rowsLimit) this.#dropBack()
  }

  setFilter(filter: EventFilter): void {
    this.setTest(eventTest(filter))
  }

  /** Null: everything is a row. */
  setTest(test: EventTest | null): void {
    this.#test = test
    if (!this.paused) this.#to = null
    this.#replace()
  }

  pause(): void {
    this.paused = true
    this.#to ??= this.#last()
  }

  /** Goes on with what came meanwhile. */
  resume(): void {
    this.paused = false
    this.#join()
    if (this.#following) this.#dropFront(this.#limit)
  }

  /** The person wants to see the newest, or to look around. */
  follow(following: boolean): void {
    this.#following = following
    if (!following || this.paused) return
    this.#join()
    this.#dropFront(this.#limit)
  }

  /**
   * What the journal holds before an offset, of those that match; in any order. False, and nothing done, where the rows
   * do not begin there any more.
   */
  addOlder(before: number, { events, next }: FeedPage): boolean {
    if (before !== this.from) return false
    const older = events.filter(({ offset }) => offset < before).toSorted((a, b) => a.offset - b.offset)
    this.rows = [...older, ...this.rows]
    this.gone -= older.length
    this.beginning = next === null
    this.from = next ?? older[0]?.offset ?? this.from
    if (this.rows.length > this.#rowsLimit) this.#dropBack()
    return true
  }

  /** What the journal holds after an offset, of those that match, oldest first; nothing where the rows end elsewhere. */
  addNewer(after: number, { events, next }: FeedPage): void {
    if (this.#to !== after) return
    const oldest = this.#ring[0]?.offset ?? Infinity
    const newer = events.filter(({ offset }) => offset > after && offset < oldest)
    for (const event of newer) this.rows.push(event)
    this.#to = Math.max(after, newer.at(-1)?.offset ?? 0, next === null ? 0 : Math.min(next, oldest - 1))
    if (next === null || this.#to >= oldest - 1) this.#attach()
    this.#dropFront(this.#rowsLimit)
  }

  /** Goes on with the newest: where nothing is missing in between after the rows, else in their place. */
  #join(): void {
    if (this.#to === null) return
    if ((this.#ring[0]?.offset ?? 0) <= this.#to + 1 && this.#last() >= this.#to) {
      this.#attach()
      return
    }
    this.#to = null
    this.#replace()
  }

  #attach(): void {
    for (const event of this.#behind(this.#to ?? 0)) this.rows.push(event)
    this.#to = null
    this.held = 0
  }

  #replace(): void {
    const to = this.#to ?? Infinity
    const source = this.#ring.filter(({ offset }) => offset <= to)
    this.rows = this.#test ? source.filter(this.#test) : source
    this.from = Math.min(this.#ring[0]?.offset ?? this.#head + 1, to + 1)
    this.beginning = this.from <= 1
    this.gone = 0
    this.generation += 1
    this.held = this.#to === null ? 0 : this.#behind(this.#to).length
  }

  /** The matching events after an offset. */
  #behind(offset: number): EventView[] {
    const test = this.#test
    return this.#ring.filter((event) => event.offset > offset && (test === null || test(event)))
  }

  #last(): number {
    return this.#ring.at(-1)?.offset ?? 0
  }

  #dropFront(limit: number): void {
    const gone = this.rows.length - limit
    if (gone <= 0) return
    this.rows.splice(0, gone)
    this.gone += gone
    this.from = this.rows[0]?.offset ?? this.from
    this.beginning = false
  }

  /** Cuts the newest rows off; the window then ends before them. */
  #dropBack(): void {
    this.rows.length = Math.min(this.rows.length, this.#rowsLimit)
    this.#to = this.rows.at(-1)?.offset ?? this.#last()
    this.held = this.#behind(this.#to).length
  }
}
