import { type Filter, matches } from '../shared/channel.ts'
import { conflate, type Conflated } from './conflate.ts'
import type { Entry } from './entry.ts'

/** How far back it is looked for log lines that hold a text: that takes microseconds a line, while datagrams wait. */
const TEXT_EVENTS = 4_096

/** A slice of the ring: the texts that the filter lets through, and the offset up to which the slice looked. */
export interface Slice {
  readonly texts: string[]
  readonly to: number
}

export interface RingLimits {
  readonly entries: number
  /** Bound on the texts in all, in UTF-16 code units. */
  readonly characters: number
}

/**
 * The latest events, bounded in number and in size. Offsets in it are contiguous, so an event is found by arithmetic.
 */
export class Ring {
  readonly #entries: (Entry | undefined)[]
  readonly #limits: RingLimits
  #first: number
  #next: number
  #characters = 0

  /** `head`: the offset of the last event before the ring's first. */
  constructor(head: number, limits: RingLimits) {
    this.#limits = limits
    this.#entries = Array.from({ length: limits.entries })
    this.#first = head + 1
    this.#next = head + 1
  }

  /** Offset of the oldest event held; `head + 1` while empty. */
  get first(): number {
    return this.#first
  }

  /** Offset of the newest event. */
  get head(): number {
    return this.#next - 1
  }

  /** The entry's offset must be the next one. */
  push(entry: Entry): void {
    if (entry.offset !== this.#next) throw new Error(`ring expected offset ${this.#next}, got ${entry.offset}`)
    if (this.#next - this.#first >= this.#limits.entries) this.#evict()
    this.#entries[entry.offset % this.#limits.entries] = entry
    this.#next += 1
    this.#characters += entry.text.length
    while (this.#characters > this.#limits.characters && this.#next - this.#first > 1) this.#evict()
  }

  at(offset: number): Entry | undefined {
    if (offset < this.#first || offset >= this.#next) return undefined
    return this.#entries[offset % this.#limits.entries]
  }

  /** True where every event after `offset` is still here. */
  reaches(offset: number): boolean {
    return offset >= this.#first - 1 && offset <= this.head
  }

  /** Events after `after` that the filter lets through, at most about `entries` of them and `characters` in all. */
  slice(after: number, filter: Filter, entries: number, characters: number): Slice {
    const texts: string[] = []
    let size = 0
    let offset = after
    while (offset < this.head && texts.length < entries && size < characters) {
      offset += 1
      const entry = this.at(offset)
      if (!entry) throw new Error(`ring does not hold offset ${offset}`)
      if (!matches(filter, entry)) continue
      texts.push(entry.text)
      size += entry.text.length
    }
    return { texts, to: offset }
  }

  /** Like {@link slice}, but of each tag's values only the latest: for a viewer that cannot keep up. */
  conflatedSlice(
    after: number,
    filter: Filter,
    entries: number,
    characters: number,
  ): Slice & { readonly conflated: Conflated } {
    let to = Math.min(after + entries, this.head)
    for (;;) {
      const { kept, conflated } = conflate(this.entries(after, to).filter((entry) => matches(filter, entry)))
      const fits = fitting(kept, characters)
      if (fits === kept.length) return { texts: kept.map((entry) => entry.text), to, conflated }
      to = kept[fits - 1]?.offset ?? to
    }
  }

  /** The entries after `after` up to `to`, both of which the ring must reach. */
  entries(after: number, to: number): Entry[] {
    const entries: Entry[] = []
    for (let offset = after + 1; offset <= to; offset += 1) {
      const entry = this.at(offset)
      if (!entry) throw new Error(`ring does not hold offset ${offset}`)
      entries.push(entry)
    }
    return entries
  }

  /** The texts of the last `limit` events that the filter lets through, oldest first. */
  tail(limit: number, filter: Filter): string[] {
    const texts: string[] = []
    const far = filter.logs.some(({ text }) => text !== '') ? this.head - TEXT_EVENTS + 1 : 0
    const first = Math.max(this.#first, far)
    for (let offset = this.head; offset >= first && texts.length < limit; offset -= 1) {
      const entry = this.at(offset)
      if (entry && matches(filter, entry)) texts.push(entry.text)
    }
    return texts.toReversed()
  }

  #evict(): void {
    const slot = this.#first % this.#limits.entries
    this.#characters -= this.#entries[slot]?.text.length ?? 0
    this.#entries[slot] = undefined
    this.#first += 1
  }
}

/** How many of the entries, at least one, make about so many characters. */
function fitting(entries: readonly Entry[], characters: number): number {
  let size = 0
  const last = entries.findIndex((entry) => (size += entry.text.length) >= characters)
  return last < 0 ? entries.length : last + 1
}
