import { type Channel, type Filter, filterOf } from '../shared/channel.ts'
import type { Position } from '../shared/position.ts'
import type { Archive } from './archive.ts'
import type { Entry } from './entry.ts'
import type { EventsFrame, Hub } from './hub.ts'
import type { Outlet } from './outlet.ts'

/** A viewer this far behind is lagging: of its telemetry it gets only the latest values, until it has caught up. */
const LAG_EVENTS = 2_048

/** Frames of events that sessions at the same position share within one flush; key: filter and offset. */
export type SharedFrames = Map<string, EventsFrame>

/** What is looked at: the channels and what they let through. */
export interface View {
  readonly channels: readonly Channel[]
  readonly filter: Filter
}

/**
 * Where in the log a viewer stands. It holds no events: whatever has not been sent is in the hub or in the archive, and
 * a socket that is full is simply passed over until it drains.
 */
export class LogCursor {
  readonly #hub: Hub
  readonly #archive: Archive
  readonly #outlet: Outlet
  #offset = 0
  /** The epoch that `#offset` belongs to. */
  #epoch = ''
  #channels: readonly Channel[] = []
  #filter: Filter = filterOf([])
  /** Up to here its viewer is owed every single event, because it resumed. */
  #owed = 0
  /** A page of the journal is on its way. */
  #paging = false
  /** The snapshot for new channels waits until the socket drains. */
  #snapshotDue = false
  #conflated = 0
  #resets = 0
  #closed = false

  constructor(hub: Hub, archive: Archive, outlet: Outlet) {
    this.#hub = hub
    this.#archive = archive
    this.#outlet = outlet
  }

  /** Of the last event that was sent. */
  get position(): Position {
    return { epoch: this.#epoch, offset: this.#offset }
  }

  get filter(): Filter {
    return this.#filter
  }

  /** Events between it and the head. */
  get lag(): number {
    return this.#hub.head - this.#offset
  }

  /** Values that were left out because later ones replaced them. */
  get conflated(): number {
    return this.#conflated
  }

  /** How often a snapshot stood in for missed events. */
  get resets(): number {
    return this.#resets
  }

  /** Begins with a snapshot. `reset`: in place of events that were missed. */
  start(view: View, reset: boolean): void {
    this.#look(view)
    this.#sendSnapshot(reset)
  }

  /** Begins right after an offset of this log; every event behind it is owed. */
  resume(view: View, after: number): void {
    this.#look(view)
    this.#offset = after
    this.#epoch = this.#hub.epoch
    this.#owed = this.#hub.head
    this.pump(new Map())
  }

  /**
   * Another filter is another state: its snapshot follows at once; on a full socket when it drains, and then one for all
   * changes made meanwhile.
   */
  show(view: View, reset: boolean): void {
    this.#look(view)
    if (this.#outlet.full()) this.#snapshotDue = true
    else this.#sendSnapshot(reset)
  }

  /** Sends what has not been sent yet, as far as the socket takes it. */
  pump(shared: SharedFrames): void {
    if (this.#paging) return
    if (this.#epoch !== this.#hub.epoch) this.#sendSnapshot(true)
    if (this.#snapshotDue && !this.#outlet.full()) this.#sendSnapshot(false)
    while (!this.#snapshotDue && this.#offset < this.#hub.head && !this.#outlet.full()) {
      if (this.#hub.reaches(this.#offset)) {
        this.#sendEvents(shared)
      } else if (this.#archive.covers(this.#offset)) {
        this.#paging = true
        const after = this.#offset
        void this.#archive.page(after).then((page) => this.#paged(after, page))
        return
      } else {
        this.#sendSnapshot(true)
      }
    }
  }

  /** A page that is still on its way is not sent any more. Idempotent. */
  close(): void {
    this.#closed = true
  }

  #look({ channels, filter }: View): void {
    this.#channels = channels
    this.#filter = filter
  }

  #sendEvents(shared: SharedFrames): void {
    const conflate = this.lag > LAG_EVENTS && this.#offset >= this.#owed
    const key = `${this.#offset} ${conflate} ${this.#filter.key}`
    let events = shared.get(key)
    if (!events) {
      events = conflate
        ? this.#hub.conflatedEvents(this.#offset, this.#filter)
        : this.#hub.events(this.#offset, this.#filter)
      shared.set(key, events)
    }
    this.#offset = events.to
    this.#conflated += events.conflated
    if (events.frame) this.#outlet.send(events.frame)
  }

  #paged(after: number, page: readonly Entry[]): void {
    this.#paging = false
    if (this.#closed) return
    const first = page[0]
    const last = page.at(-1)
    if (!first || !last) {
      // Else a snapshot was faster, and it does not matter any more.
      if (!this.#snapshotDue && this.#offset === after) this.#sendSnapshot(true)
    } else if (!this.#snapshotDue && first.offset === this.#offset + 1 && this.#epoch === this.#hub.epoch) {
      const frame = this.#hub.frameOf(page, this.#filter, last.offset)
      this.#offset = last.offset
      if (frame) this.#outlet.send(frame)
    }
    // Else a snapshot for new channels was faster, and the page is of no use any more.
    this.pump(new Map())
  }

  /** A snapshot at the head; the next event sent is the one after it. */
  #sendSnapshot(reset: boolean): void {
    this.#offset = this.#hub.head
    this.#epoch = this.#hub.epoch
    this.#snapshotDue = false
    if (reset) this.#resets += 1
    this.#outlet.send(this.#hub.snapshot(this.#filter, this.#channels, reset))
  }
}
