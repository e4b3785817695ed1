import type { JournalHealth, Problem } from '../shared/health.ts'
import type { Archive } from './archive.ts'
import type { Clock, Stop } from './clock.ts'
import type { Entry } from './entry.ts'
import type { EventPage, EventQuery } from './event-query.ts'
import { FlushTimer } from './flush-timer.ts'
import { foldStored } from './fold-past.ts'
import type { Continuation, Hub } from './hub.ts'
import {
  asJournalError,
  FAULT_SENTENCES,
  JournalError,
  type JournalFault,
  type JournalStore,
  type OpenedJournal,
  type PastState,
} from './journal-store.ts'
import type { Log } from './log.ts'
import { queryEntries } from './memory-store.ts'

/** At most one commit in this time; what comes in meanwhile is committed together. */
const COMMIT_MS = 20

/** Most events in one commit. */
const BATCH_EVENTS = 5_000

/** The folded state is stored after so many events, or after so much time if there was any event. */
const STATE_EVENTS = 20_000
const STATE_MS = 10 * 60_000

/** A journal that cannot be written is tried again after this time. */
const RETRY_MS = 2_000

/** Old events are looked for this often; while there are any, a little is deleted this often. */
const PRUNE_MS = 60_000
const PRUNE_STEP_MS = 50

/** Events in one page for a viewer that catches up. */
const PAGE_EVENTS = 1_000

/** How long closing waits for what is not durable yet. */
const CLOSE_MS = 5_000

const REMEDIES: Readonly<Record<JournalFault, string>> = {
  disk_full: 'Free space on the disk of the data folder. Writing goes on by itself.',
  read_only: 'Give the user that runs Andon the right to write in the data folder. Writing goes on by itself.',
  corrupt: 'Nothing to do: the damaged file is set aside in the data folder, and a new one is begun.',
  newer_version: 'Install the newer version of Andon again, or choose another folder with --data-dir.',
  no_backup:
    'Free as much space on the disk of the data folder as the journal takes, or move the journal away. It goes on by itself.',
  in_use: 'Stop the other process, or choose another folder with --data-dir.',
  io: 'Check the disk. Writing goes on by itself when it answers again.',
  defect:
    'Report it with the file that “andon diagnose” writes. Writing is tried again, and goes on by itself if it can.',
}

export interface Retention {
  /** Milliseconds. */
  readonly ageMs: number
  readonly bytes: number
}

export interface JournalOptions {
  readonly hub: Hub
  readonly store: JournalStore
  /** What opening the store brought; the hub goes on behind it. */
  readonly opened: OpenedJournal | JournalError
  readonly clock: Clock
  readonly log: Log
  readonly retention: Retention
  /** Most events that a viewer is caught up with; one that missed more gets a snapshot. */
  readonly resumeEvents: number
  readonly newEpoch: () => string
}

/** Where the hub goes on behind what a store holds. */
export function continuation(opened: OpenedJournal): Continuation {
  const { last, epochs, tail, state, gapEnd } = opened
  const folded = foldStored(
    state,
    tail.filter((entry) => entry.offset > (state?.offset ?? 0)),
  )
  // The ring holds no hole: what lies before a gap only counts for the state.
  return { head: last, epochs, folded, tail: tail.filter((entry) => entry.offset > gapEnd) }
}

/**
 * Makes the log durable. Like a viewer it is a cursor into the hub's ring, not a queue: what is not committed yet is
 * still in the ring, and a disk that fails costs no memory. Only where it fails for so long that the ring moves past
 * the cursor are events lost to the journal; that is counted, remembered as a gap, and nobody is resumed across it.
 */
export class Journal implements Archive {
  readonly #options: JournalOptions
  readonly #timer: FlushTimer
  readonly #stops: Stop[] = []
  #consumers: Map<string, number>
  /** Acknowledged since the last commit. */
  #acknowledged = new Map<string, number>()
  #fault: JournalFault | null = null
  #open: boolean
  #durable = 0
  /** Up to here every event was durable once, or is counted as lost. */
  #settled = 0
  #first = 1
  #gapEnd = 0
  #lost = 0
  #bytes: number | null = null
  #stateOffset = 0
  #stateAt: number
  /** The store is too large, but what could be deleted is still needed for the state. */
  #stateWanted = false
  #writing: Promise<void> | undefined
  #pruning: Stop | undefined
  #closing: Promise<void> | undefined

  constructor(options: JournalOptions) {
    this.#options = options
    const { clock, hub, opened } = options
    this.#stateAt = clock.monotonic()
    this.#open = !(opened instanceof JournalError)
    this.#consumers = new Map(opened instanceof JournalError ? [] : opened.consumers)
    if (opened instanceof JournalError) this.#failed(opened)
    else this.#takeOver(opened)
    this.#settled = this.#durable
    this.#timer = new FlushTimer(clock, COMMIT_MS, () => this.#flush())
    this.#stops.push(
      hub.listen(() => this.#timer.request()),
      clock.every(RETRY_MS, () => this.#timer.request()),
      clock.every(PRUNE_MS, () => void this.#prune()),
    )
    void this.#prune()
  }

  get health(): JournalHealth {
    return {
      state: this.#fault === null ? 'durable' : 'memory',
      durable: this.#durable,
      first: this.#first,
      bytes: this.#bytes,
      lost: this.#lost + (this.#fault === null ? 0 : this.#overtaken),
    }
  }

  /** What viewers are told while nothing is made durable. */
  get problem(): Problem | null {
    const fault = this.#fault
    if (fault === null) return null
    const message = `${FAULT_SENTENCES[fault]} Events are kept in memory only.`
    return { code: `journal_${fault}`, message, remedy: REMEDIES[fault] }
  }

  covers(offset: number): boolean {
    const { hub, resumeEvents } = this.#options
    return (
      hub.head - offset <= resumeEvents &&
      offset >= this.#first - 1 &&
      offset >= this.#gapEnd &&
      this.#durable >= hub.first - 1
    )
  }

  async page(after: number): Promise<readonly Entry[]> {
    const { hub, store, log } = this.#options
    if (hub.reaches(after)) return hub.entries(after, PAGE_EVENTS)
    try {
      const entries = await store.page(after, PAGE_EVENTS)
      // Retention may have been faster, or a gap may lie there by now: then offsets are missing.
      return entries.at(-1)?.offset === after + entries.length ? entries : []
    } catch (error) {
      log.warn({ err: error }, 'a page of the journal could not be read')
      return []
    }
  }

  acknowledged(consumer: string): number | undefined {
    return this.#consumers.get(consumer)
  }

  acknowledge(consumer: string, offset: number): void {
    this.#consumers.set(consumer, offset)
    this.#acknowledged.set(consumer, offset)
    this.#timer.request()
  }

  /** Answers from what is durable and, where it is nothing, from memory. Rejects with a JournalError. */
  query(query: EventQuery): Promise<EventPage> {
    const { hub, store } = this.#options
    if (this.#open) return store.query(query)
    return Promise.resolve(queryEntries(hub.entries(hub.first - 1), query))
  }

  /** Null where the journal does not reach back to that moment. Rejects with a JournalError. */
  stateAt(time: number): Promise<PastState | null> {
    return this.#open ? this.#options.store.stateAt(time) : Promise.resolve(null)
  }

  /** Makes durable what is not yet, with the state, and closes the store. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    for (const stop of this.#stops) stop()
    this.#pruning?.()
    this.#timer.close()
    const { clock, hub } = this.#options
    const until = clock.monotonic() + CLOSE_MS
    await this.#writing
    while (this.#fault === null && clock.monotonic() < until) {
      const done = this.#durable === hub.head && this.#acknowledged.size === 0 && this.#stateOffset === hub.head
      if (done) break
      await this.#write(true)
    }
    await this.#options.store.close()
  }

  #takeOver(opened: OpenedJournal): void {
    this.#open = true
    this.#fault = null
    this.#durable = opened.last
    this.#first = opened.first
    this.#gapEnd = opened.gapEnd
    this.#stateOffset = opened.state?.offset ?? 0
  }

  #flush(): void {
    if (this.#writing || this.#closing) return
    const { hub } = this.#options
    const written = this.#durable >= hub.head && this.#acknowledged.size === 0
    // A fault must be seen to be over even where nothing is to be written.
    if (this.#open && this.#fault === null && written && !this.#stateDue(hub.head)) return
    this.#writing = this.#write(false).finally(() => {
      this.#writing = undefined
      if (this.#fault === null && this.#durable < hub.head && !this.#closing) this.#timer.request()
    })
  }

  /** One commit. Never rejects: a failure is a state of the journal. */
  async #write(closing: boolean): Promise<void> {
    try {
      if (!this.#open) await this.#reopen()
      await this.#commit(closing)
      if (this.#fault !== null) this.#options.log.info({ durable: this.#durable }, 'the journal is written again')
      this.#fault = null
    } catch (error) {
      this.#failed(asJournalError(error))
    }
  }

  async #commit(closing: boolean): Promise<void> {
    const { hub, store, clock } = this.#options
    const gapEnd = hub.first - 1 > this.#durable ? hub.first - 1 : 0
    const lost = this.#overtaken
    const entries = hub.entries(Math.max(this.#durable, gapEnd), BATCH_EVENTS)
    const last = entries.at(-1)?.offset ?? this.#durable
    // Only at the head is the state in memory the state after the batch.
    const state =
      last === hub.head && last > this.#stateOffset && (closing || gapEnd > 0 || this.#stateDue(last))
        ? { offset: last, time: hub.time, folded: hub.foldedText() }
        : null
    // An acknowledgement beyond what is durable would, after a crash, name another event.
    const consumers = new Map([...this.#acknowledged].filter(([, offset]) => offset <= last))
    await store.append({ entries, state, gapEnd, consumers })
    this.#durable = last
    this.#lost += lost
    this.#settled = Math.max(this.#settled, last)
    if (gapEnd > 0) this.#gapEnd = gapEnd
    if (state) {
      this.#stateOffset = state.offset
      this.#stateAt = clock.monotonic()
      this.#stateWanted = false
    }
    for (const [name, offset] of consumers) {
      if (this.#acknowledged.get(name) === offset) this.#acknowledged.delete(name)
    }
  }

  /** Events that the ring has let go of before they were durable, and that are not counted as lost yet. */
  get #overtaken(): number {
    return Math.max(0, this.#options.hub.first - 1 - this.#settled)
  }

  /** True where the folded state at `offset` is to be stored, also while nothing happens: deleting waits for it. */
  #stateDue(offset: number): boolean {
    if (offset <= this.#stateOffset) return false
    return (
      this.#stateWanted ||
      this.#gapEnd > this.#stateOffset ||
      offset - this.#stateOffset >= STATE_EVENTS ||
      this.#options.clock.monotonic() - this.#stateAt >= STATE_MS
    )
  }

  /** The store could not be opened before, or was set aside as damaged. */
  async #reopen(): Promise<void> {
    const { hub, store, newEpoch, log } = this.#options
    const epoch = newEpoch()
    const opened = await store.open(epoch)
    if (opened.last > 0) {
      this.#lost += this.#overtaken
      this.#settled = opened.last
      // What was acknowledged meanwhile names events that have other offsets from now on.
      this.#consumers = new Map(opened.consumers)
      this.#acknowledged.clear()
      hub.continueFrom(epoch, continuation(opened))
      log.info({ offset: opened.last }, 'the journal turned up; what was taken in meanwhile goes behind it')
    } else {
      this.#acknowledged = new Map(this.#consumers)
    }
    this.#takeOver(opened)
  }

  #failed(error: JournalError): void {
    if (this.#fault !== error.fault) {
      this.#options.log.error({ fault: error.fault, reason: error.message }, 'the journal cannot be written')
    }
    this.#fault = error.fault
    // The store has set a damaged file aside; the next one begins empty.
    if (error.fault === 'corrupt') this.#open = false
  }

  async #prune(): Promise<void> {
    this.#pruning?.()
    this.#pruning = undefined
    if (!this.#open || this.#closing) return
    const { store, clock, retention, log } = this.#options
    try {
      const pruned = await store.prune({ before: clock.now() - retention.ageMs, bytes: retention.bytes })
      this.#first = pruned.first
      this.#bytes = pruned.bytes
      if (!pruned.more && pruned.bytes > retention.bytes) this.#stateWanted = true
      if (pruned.more && !this.#closing) this.#pruning = clock.after(PRUNE_STEP_MS, () => void this.#prune())
    } catch (error) {
      log.warn({ err: error }, 'old events could not be deleted')
      // The file is set aside: what is written from now on must go into a new one, with all that belongs to it.
      if (error instanceof JournalError && error.fault === 'corrupt') this.#failed(error)
    }
  }
}
