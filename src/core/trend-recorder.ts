import type { Problem } from '../shared/health.ts'
import type { TrendTag } from '../shared/trend-tag.ts'
import type { Archive } from './archive.ts'
import type { Clock, Stop } from './clock.ts'
import type { Entry } from './entry.ts'
import type { EventPage, EventQuery } from './event-query.ts'
import type { Hub } from './hub.ts'
import { asJournalError, type JournalFault } from './journal-store.ts'
import type { Log } from './log.ts'
import { TREND_FAULT_SENTENCES, type TrendPart, type TrendPosition, type TrendStore } from './trend-store.ts'

/** What came in is committed together after this time; samples that are asked for are committed before. */
const COMMIT_MS = 1_000

/** Most events in one commit. */
const BATCH_EVENTS = 8_192

/** Pause after a page of the journal, so that catching up leaves it to others. */
const PAGE_PAUSE_MS = 20

/** Events without a value that are passed over before that is written down. */
const PASSED_EVENTS = 20_000

/** Recording that failed is tried again after this time. */
const RETRY_MS = 2_000

/** What is too old is looked for this often; while there is any, a little is deleted this often. */
const PRUNE_MS = 10 * 60_000
const PRUNE_STEP_MS = 50

export interface TrendRecorderOptions {
  readonly hub: Hub
  readonly journal: Pick<Archive, 'page'> & { query(query: EventQuery): Promise<EventPage> }
  readonly store: TrendStore
  readonly clock: Clock
  readonly log: Log
  /** How long samples are kept, milliseconds. */
  readonly retentionMs: number
}

/**
 * Takes the values out of the log into the trends. A cursor as every viewer: what is not recorded yet is still in the
 * ring or in the journal, so a slow or failing disk costs no memory. Where it stands is kept with the samples.
 */
export class TrendRecorder {
  readonly #options: TrendRecorderOptions
  readonly #stops: readonly Stop[]
  /** Everything up to here is recorded, as far as it was there to be had; null while that is not known. */
  #at: TrendPosition | null = null
  /** Offset that was written down last. */
  #written = 0
  #fault: JournalFault | null = null
  #running: Promise<void> | undefined
  #failedAt = -Infinity
  #pruning: Stop | undefined
  #pause: Stop | undefined
  #resume: () => void = () => undefined
  #waiting: (() => void)[] = []
  #closing: Promise<void> | undefined

  constructor(options: TrendRecorderOptions) {
    this.#options = options
    const { clock } = options
    this.#stops = [
      clock.every(COMMIT_MS, () => void this.#run()),
      clock.every(PRUNE_MS, () => void this.#prune()),
      clock.soon(() => void this.#run().then(() => this.#prune())),
    ]
  }

  /** What viewers are told while nothing is recorded. */
  get problem(): Problem | null {
    if (this.#fault === null) return null
    const remedy =
      this.#fault === 'defect'
        ? 'Report it with the file that “andon diagnose” writes.'
        : 'Check the disk of the data folder.'
    return {
      code: 'trends_failed',
      message: `${TREND_FAULT_SENTENCES[this.#fault]} Trends are not recorded.`,
      remedy: `${remedy} What is missing is recorded from the journal when it can be.`,
    }
  }

  /** Values as buckets, JSON text of a TrendAnswer; with everything that has come in. Rejects with a JournalError. */
  async query(tags: readonly TrendTag[], from: number, to: number, points: number): Promise<string> {
    await this.#caughtUp()
    return this.#options.store.query({ tags, from, to, points })
  }

  /** Every recorded tag, JSON text. Rejects with a JournalError. */
  async tags(): Promise<string> {
    await this.#caughtUp()
    return this.#options.store.tags()
  }

  /** Samples as they are, as CSV without its head, in parts. Rejects with a JournalError. */
  async *export(tags: readonly TrendTag[], from: number, to: number): AsyncGenerator<string, void, undefined> {
    await this.#caughtUp()
    let part: TrendPart = { text: '', next: null }
    do {
      part = await this.#options.store.export({ tags, from, to, cursor: part.next })
      if (part.text !== '') yield part.text
    } while (part.next !== null)
  }

  /** Records what is at hand and closes the store. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    for (const stop of this.#stops) stop()
    this.#pruning?.()
    this.#pause?.()
    this.#resume()
    this.#stepped()
    await this.#running
    // What is missing is caught up from the journal by the next start.
    if (this.#fault === null && this.#at && this.#options.hub.reaches(this.#at.offset)) await this.#work()
    await this.#options.store.close()
  }

  /** What is only in the journal may take long: nobody waits for it. */
  async #caughtUp(): Promise<void> {
    const { hub } = this.#options
    const wanted = hub.head
    const isBehind = (): boolean =>
      this.#at === null || !hub.knows(this.#at) || (this.#at.offset < wanted && hub.reaches(this.#at.offset))
    while (this.#fault === null && !this.#closing && isBehind()) {
      const stepped = new Promise<void>((resolve) => this.#waiting.push(resolve))
      void this.#run()
      await stepped
    }
  }

  /** Whoever waits looks again. */
  #stepped(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  /** Never rejects: a failure is a state of the recorder. */
  #run(): Promise<void> {
    if (this.#closing) return Promise.resolve()
    if (this.#fault !== null && this.#options.clock.monotonic() - this.#failedAt < RETRY_MS) return Promise.resolve()
    return (this.#running ??= this.#work().finally(() => {
      this.#running = undefined
      this.#stepped()
    }))
  }

  async #work(): Promise<void> {
    const { hub, journal, store, log } = this.#options
    try {
      let at = this.#at ?? (await this.#opened())
      // A position on another line of the log says nothing of this one, however far it lies: the journal may be a new one.
      while (!hub.knows(at) || at.offset < hub.head || this.#fault !== null) {
        const before = at
        if (!hub.knows(at)) at = await this.#found(at)
        const fromMemory = hub.reaches(at.offset)
        const entries = fromMemory ? hub.entries(at.offset, BATCH_EVENTS) : await journal.page(at.offset)
        at = entries.length > 0 ? behind(hub.epoch, entries) : await this.#beyond(at)
        const texts = entries.filter(mayHoldValues).map(({ text }) => text)
        if (texts.length > 0 || at.offset - this.#written >= PASSED_EVENTS || this.#fault !== null) {
          await store.append({ texts, position: at })
          this.#written = at.offset
          if (this.#fault !== null) log.info({ offset: at.offset }, 'trends are recorded again')
          this.#fault = null
        }
        this.#at = at
        this.#stepped()
        if (this.#closing && !fromMemory) return
        if (!fromMemory && at.offset !== before.offset) await this.#paused()
      }
    } catch (error) {
      this.#failed(error)
    }
  }

  async #opened(): Promise<TrendPosition> {
    const { hub, clock, store, retentionMs } = this.#options
    const stored = await store.open()
    // Of what was never recorded, only what is to be kept matters.
    const at = stored ?? (await this.#found({ epoch: '', offset: 0, time: clock.now() - retentionMs }))
    this.#written = stored && hub.knows(stored) ? stored.offset : 0
    return (this.#at = at)
  }

  /**
   * Where to go on after a position on another line of the log, or beyond what was kept of this one: behind everything
   * that was earlier. What happened in the same millisecond is read again, which changes nothing.
   */
  async #found(at: TrendPosition): Promise<TrendPosition> {
    const { hub, journal } = this.#options
    // The thread that reads the journal is not started for one that is empty.
    const { texts } = hub.head === 0 ? { texts: [] } : await journal.query({ order: 'asc', from: at.time, limit: 1 })
    const offset = texts[0] === undefined ? hub.head : Number(/^\{"offset":(\d+)/.exec(texts[0])?.[1]) - 1
    this.#written = 0
    return { epoch: hub.epoch, offset: Math.min(offset, hub.head), time: at.time }
  }

  /** Nothing could be read although there should be something: it is too old by now. On with what is still there. */
  async #beyond(at: TrendPosition): Promise<TrendPosition> {
    const { hub } = this.#options
    const found = await this.#found(at)
    return found.offset > at.offset ? found : { ...found, offset: Math.max(at.offset, hub.first - 1) }
  }

  #paused(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = resolve
      this.#pause = this.#options.clock.after(PAGE_PAUSE_MS, resolve)
    })
  }

  #failed(error: unknown): void {
    const { clock, log } = this.#options
    const { fault } = asJournalError(error)
    if (this.#fault !== fault) log.error({ err: error, fault }, 'trends cannot be recorded')
    this.#fault = fault
    this.#failedAt = clock.monotonic()
    // The store says where it stands: the batch may have been kept and only its answer lost.
    this.#at = null
  }

  async #prune(): Promise<void> {
    this.#pruning?.()
    this.#pruning = undefined
    const { store, clock, retentionMs, log } = this.#options
    if (this.#fault !== null || this.#at === null || this.#closing) return
    try {
      const more = await store.prune(clock.now() - retentionMs)
      if (more && !this.#closing) this.#pruning = clock.after(PRUNE_STEP_MS, () => void this.#prune())
    } catch (error) {
      log.warn({ err: error }, 'old values could not be deleted')
      this.#failed(error)
    }
  }
}

function behind(epoch: string, entries: readonly Entry[]): TrendPosition {
  const last = entries.at(-1)
  return { epoch, offset: last?.offset ?? 0, time: last?.time ?? 0 }
}

/** Everything else need not be sent to the store. */
function mayHoldValues({ family, type }: Entry): boolean {
  return family === 'device' || type === 'machine_stale' || type === 'machine_terminated'
}
