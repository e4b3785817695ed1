import type { AndonEvent } from '../../shared/event.ts'
import type { JournalPage } from './history.ts'

/** An event is in the journal at most this long after it happened. */
const SETTLED_MS = 1_000
/** How far ahead of the replay its events are fetched: this much of the person's own time, and this many. */
const AHEAD_MS = 3_000
const AHEAD_EVENTS = 500
const MOST_EVENTS = 10_000

/** The events ahead of a replay, and until when they are known to be all. */
export class ReplayTrack {
  /** Every event up to this moment is here or was taken; panel's clock, epoch milliseconds. */
  known: number
  /** Offset after which to ask for more. */
  cursor: number
  /** The journal held no more when it was last asked. */
  ended = false
  #events: AndonEvent[] = []
  #taken = 0

  /** Begins after the event at `offset`; everything up to `at` is known. */
  constructor(offset: number, at: number) {
    this.cursor = offset
    this.known = at
  }

  get next(): AndonEvent | undefined {
    return this.#events[this.#taken]
  }

  get ahead(): number {
    return this.#events.length - this.#taken
  }

  /** A page of the journal after the cursor, asked for at a moment of the panel's clock. */
  add(page: JournalPage, askedAt: number): void {
    if (this.#taken > 0) {
      this.#events.splice(0, this.#taken)
      this.#taken = 0
    }
    for (const event of page.events) this.#events.push(event)
    const last = page.events.at(-1)
    this.cursor = Math.max(this.cursor, last?.offset ?? 0, page.next ?? 0)
    this.ended = page.next === null
    this.known = Math.max(this.known, last?.time ?? 0, this.ended ? askedAt - SETTLED_MS : 0)
  }

  /** Takes the events that are due at a moment, oldest first, at most `most`. */
  due(at: number, most: number): AndonEvent[] {
    const start = this.#taken
    while (this.#taken - start < most && this.next && this.next.time <= at) this.#taken += 1
    return this.#events.slice(start, this.#taken)
  }

  /** Takes the next event, whenever it is due. */
  take(): AndonEvent | undefined {
    const event = this.next
    if (event) this.#taken += 1
    return event
  }

  /** True where more should be fetched now, for a replay that is at `at` while the panel's clock says `now`. */
  wants(at: number, speed: number, now: number): boolean {
    if (this.ahead >= MOST_EVENTS) return false
    const near = this.known - at < AHEAD_MS * speed
    if (this.ended) return near && now - this.known > 2 * SETTLED_MS
    return near || this.ahead < AHEAD_EVENTS
  }
}
