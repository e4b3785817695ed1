import type { EventView } from '../../shared/event.ts'

/** Reads a growing list of the latest events, each event once. */
export class EventTail {
  #last: number

  /** `last`: offset of the latest event that is known already. */
  constructor(last: number) {
    this.#last = last
  }

  get last(): number {
    return this.#last
  }

  /** What is new since the last call, oldest first; null where some of it is missing in the list. */
  next(events: readonly EventView[]): EventView[] | null {
    let index = events.length
    while (index > 0 && (events[index - 1]?.offset ?? 0) > this.#last) index -= 1
    const fresh = events.slice(index)
    const complete = index > 0 || fresh.length === 0 || fresh[0]?.offset === this.#last + 1
    this.#last = Math.max(this.#last, events.at(-1)?.offset ?? 0)
    return complete ? fresh : null
  }
}
