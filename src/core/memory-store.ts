import { RECENT_LIMIT } from '../shared/fold/recent.ts'
import type { Entry } from './entry.ts'
import { entryMatches, type EventPage, type EventQuery } from './event-query.ts'
import { foldPast } from './fold-past.ts'
import type {
  Epoch,
  JournalBatch,
  JournalStore,
  OpenedJournal,
  PastState,
  Pruned,
  PruneLimits,
  StoredState,
} from './journal-store.ts'

/** A journal in memory: what the SQLite one does, without a disk. For tests, and as the contract's second witness. */
export class MemoryStore implements JournalStore {
  #entries: Entry[] = []
  #states: StoredState[] = []
  #epochs: Epoch[] = []
  readonly #consumers = new Map<string, number>()
  #gapEnd = 0
  #last = 0

  open(epoch: string): Promise<OpenedJournal> {
    const state = this.#states.at(-1) ?? null
    if (this.#gapEnd > (state?.offset ?? 0)) this.#epochs = []
    const opened = {
      first: this.#entries[0]?.offset ?? this.#last + 1,
      last: this.#last,
      epochs: [...this.#epochs],
      gapEnd: this.#gapEnd,
      state,
      tail: this.#entries.filter((entry) => entry.offset > Math.min(state?.offset ?? 0, this.#last - RECENT_LIMIT)),
      consumers: new Map(this.#consumers),
    }
    this.#epochs.push({ epoch, first: this.#last + 1 })
    return Promise.resolve(opened)
  }

  append(batch: JournalBatch): Promise<void> {
    // A batch whose answer was lost comes again.
    this.#entries.push(...batch.entries.filter((entry) => entry.offset > this.#last))
    this.#last = batch.entries.at(-1)?.offset ?? this.#last
    if (batch.state) this.#states.push(batch.state)
    this.#gapEnd = Math.max(this.#gapEnd, batch.gapEnd)
    for (const [name, offset] of batch.consumers) this.#consumers.set(name, offset)
    return Promise.resolve()
  }

  prune(limits: PruneLimits): Promise<Pruned> {
    const size = (): number => this.#entries.reduce((sum, entry) => sum + entry.text.length, 0)
    const kept = this.#states.at(-1)?.offset ?? 0
    for (let oldest = this.#entries[0]; oldest && oldest.offset <= kept; oldest = this.#entries[0]) {
      if (oldest.time >= limits.before && size() <= limits.bytes) break
      this.#entries.shift()
    }
    const first = this.#entries[0]?.offset ?? this.#last + 1
    this.#states = this.#states.filter((state, i) => state.offset >= first - 1 || i === this.#states.length - 1)
    return Promise.resolve({ first, bytes: size(), more: false })
  }

  page(after: number, limit: number): Promise<Entry[]> {
    return Promise.resolve(this.#entries.filter((entry) => entry.offset > after).slice(0, limit))
  }

  query(query: EventQuery): Promise<EventPage> {
    return Promise.resolve(queryEntries(this.#entries, query))
  }

  stateAt(time: number): Promise<PastState | null> {
    const until = this.#entries.filter((entry) => entry.time <= time)
    const stored = this.#states.findLast((state) => state.time <= time) ?? null
    const first = this.#entries[0]?.offset ?? this.#last + 1
    if ((stored?.offset ?? 0) < first - 1) return Promise.resolve(null)
    const after = until.filter((entry) => entry.offset > (stored?.offset ?? 0))
    const before = until.filter((entry) => entry.offset <= (stored?.offset ?? 0)).slice(-RECENT_LIMIT)
    return Promise.resolve(foldPast(stored, after, before, time))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** Answers a query from entries that are at hand, oldest first. */
export function queryEntries(entries: readonly Entry[], query: EventQuery): EventPage {
  const { cursor, from = -Infinity, to = Infinity } = query
  const inRange = entries.filter(
    (entry) =>
      entry.time >= from &&
      entry.time <= to &&
      (cursor === undefined || (query.order === 'asc' ? entry.offset > cursor : entry.offset < cursor)) &&
      entryMatches(query, entry),
  )
  const ordered = query.order === 'asc' ? inRange : inRange.toReversed()
  const page = ordered.slice(0, query.limit)
  return {
    texts: page.map((entry) => entry.text),
    next: ordered.length > page.length ? (page.at(-1)?.offset ?? null) : null,
  }
}
