import { type Filter, matches } from '../shared/channel.ts'
import type { Datagram, Payload } from '../shared/datagram.ts'
import { type AndonEvent, bodyText, eventText, type EventView, type Origin, viewEvent } from '../shared/event.ts'
import { eventDevice } from '../shared/event-device.ts'
import { type Folded, foldInto, newFolded, type ReadonlyFolded } from '../shared/folded.ts'
import { logHead } from '../shared/log-filter.ts'
import { eventLevel } from '../shared/log-level.ts'
import type { Position } from '../shared/position.ts'
import { telemetryTag } from '../shared/tag.ts'
import type { Clock } from './clock.ts'
import type { Conflated } from './conflate.ts'
import type { Entry } from './entry.ts'
import { TextFrame } from './frame.ts'
import type { Epoch } from './journal-store.ts'
import { Ring, type RingLimits } from './ring.ts'
import type { Frame } from './session-socket.ts'
import { SnapshotWriter } from './snapshot.ts'

export const RING_LIMITS: RingLimits = { entries: 65_536, characters: 32 * 1024 * 1024 }

/** Most that one frame of events holds: enough to make a frame cheap, small enough not to hold up a slow link. */
const FRAME_EVENTS = 512
const FRAME_CHARACTERS = 256 * 1024

/** How far a conflated frame looks ahead, and how much it holds. */
const CONFLATE_EVENTS = 8_192
const CONFLATE_CHARACTERS = 1024 * 1024

/** Where a log goes on that was kept by an earlier run. */
export interface Continuation {
  /** Offset of the last event. */
  readonly head: number
  readonly epochs: readonly Epoch[]
  /** The folded state after that event. The hub takes it over. */
  readonly folded: Folded
  /** The latest events, oldest first, up to the head. */
  readonly tail: readonly Entry[]
}

export interface HubOptions {
  readonly clock: Clock
  /** Names this run of offsets; a viewer's position of another epoch cannot be continued. */
  readonly epoch: string
  readonly ring?: RingLimits
  /** Default: an empty log. */
  readonly from?: Continuation
  /** Told what a watcher throws. Default: it is thrown at whoever told the event, who is not at fault. */
  readonly defect?: (error: unknown) => void
}

/** Some events as one frame, shared by all who stand where it begins. `frame` is null where the filter let none through. */
export interface EventsFrame {
  readonly frame: Frame | null
  readonly to: number
  /** How many events were left out because later ones replace them. */
  readonly conflated: number
}

/** The log's head: gives every event its offset, folds it, keeps the latest ones, and tells that something is new. */
export class Hub {
  readonly #clock: Clock
  readonly #ringLimits: RingLimits
  readonly #snapshots = new SnapshotWriter()
  readonly #listeners = new Set<() => void>()
  readonly #watchers = new Set<(event: EventView) => void>()
  readonly #defect: ((error: unknown) => void) | undefined
  /** Events that the watchers have not all seen yet; null while nobody is being told. */
  #unseen: EventView[] | null = null
  #epoch: string
  #epochs: readonly Epoch[]
  #folded: Folded
  #ring: Ring
  #time = 0

  constructor(options: HubOptions) {
    const { clock, epoch, ring = RING_LIMITS, from = { head: 0, epochs: [], folded: newFolded(), tail: [] } } = options
    this.#clock = clock
    this.#defect = options.defect
    this.#ringLimits = ring
    this.#epoch = epoch
    this.#epochs = [...from.epochs, { epoch, first: from.head + 1 }]
    this.#folded = from.folded
    this.#ring = this.#ringFrom(from)
  }

  get epoch(): string {
    return this.#epoch
  }

  /** The state at the head. Its objects change in place. */
  get folded(): ReadonlyFolded {
    return this.#folded
  }

  /** Position of the newest event. */
  get position(): Position {
    return { epoch: this.#epoch, offset: this.#ring.head }
  }

  get head(): number {
    return this.#ring.head
  }

  /** Offset of the oldest event that is still in memory. */
  get first(): number {
    return this.#ring.first
  }

  /** Time of the newest event, epoch milliseconds. */
  get time(): number {
    return this.#time
  }

  /**
   * Takes an event in. `text` is the body's own JSON text, which is kept as it is; `body` is the same, parsed.
   * Nothing here waits or sends: this runs in the datagram loop.
   */
  append(origin: Origin, body: Datagram, text: string): Entry {
    const { entry, view } = this.#append(origin, body, text, this.#clock.now())
    this.#tell(view)
    return entry
  }

  /** An event of the panel itself, or of an operator, about a machine. */
  report(origin: Exclude<Origin, 'machine'>, machine: string, type: string, payload: Payload): Entry {
    const body = { machine_name: machine, type, payload }
    return this.append(origin, body, JSON.stringify(body))
  }

  /** Called within the datagram loop, after every event: must be cheap. Returns the function that unsubscribes. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Called with every new event, once it is folded; must be cheap. A watcher may report events itself: all watchers see
   * all events in the order of their offsets. What one throws is thrown by {@link append}, once all have seen all.
   * Returns the function that unsubscribes.
   */
  watch(watcher: (event: EventView) => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /**
   * Goes on behind another log, which turned up late: what has been taken in meanwhile and is still in memory gets new
   * offsets behind that log's last. Positions of before name an epoch that nobody knows, so every viewer is reset.
   */
  continueFrom(epoch: string, from: Continuation): void {
    const taken = this.#ring.entries(this.#ring.first - 1, this.#ring.head)
    this.#epoch = epoch
    this.#epochs = [...from.epochs, { epoch, first: from.head + 1 }]
    this.#folded = from.folded
    this.#time = 0
    this.#ring = this.#ringFrom(from)
    for (const { text } of taken) {
      const event = JSON.parse(text) as AndonEvent
      this.#append(event.origin, event.body, bodyText(text), event.time)
    }
    // Also where nothing was taken in: the viewers' state is another one now.
    for (const listener of this.#listeners) listener()
  }

  /** True where the position lies on this log's line: its viewer has seen nothing that was lost since. */
  knows({ epoch, offset }: Position): boolean {
    const at = this.#epochs.findIndex((known) => known.epoch === epoch)
    if (at < 0) return false
    const next = this.#epochs[at + 1]
    return offset <= (next ? next.first - 1 : this.head)
  }

  /** True where the ring still holds every event after `offset`. */
  reaches(offset: number): boolean {
    return this.#ring.reaches(offset)
  }

  /** The next events after `after`, which the ring must reach. */
  events(after: number, filter: Filter): EventsFrame {
    const { texts, to } = this.#ring.slice(after, filter, FRAME_EVENTS, FRAME_CHARACTERS)
    return { frame: this.#eventsFrame(texts, to), to, conflated: 0 }
  }

  /** Like {@link events}, with many events in one frame and of each tag's values only the latest, marked as such. */
  conflatedEvents(after: number, filter: Filter): EventsFrame {
    const { texts, to, conflated } = this.#ring.conflatedSlice(after, filter, CONFLATE_EVENTS, CONFLATE_CHARACTERS)
    const count = [...conflated.values()].reduce((sum, events) => sum + events, 0)
    return { frame: this.#eventsFrame(texts, to, conflated), to, conflated: count }
  }

  /** Events that were read from elsewhere, as a frame like those of {@link events}. */
  frameOf(entries: readonly Entry[], filter: Filter, to: number): Frame | null {
    return this.#eventsFrame(
      entries.filter((entry) => matches(filter, entry)).map((entry) => entry.text),
      to,
    )
  }

  /** The entries after `after`, at most `limit`; the ring must reach `after`. */
  entries(after: number, limit = Infinity): Entry[] {
    return this.#ring.entries(after, Math.min(after + limit, this.head))
  }

  /** The state at the head, for a viewer with this filter. */
  snapshot(filter: Filter, channels: readonly string[], reset: boolean): Frame {
    return this.#snapshots.write(this.#epoch, this.#folded, this.#ring, filter, channels, reset)
  }

  /** JSON text of the whole folded state at the head. */
  foldedText(): string {
    return this.#snapshots.folded(this.#folded)
  }

  #append(origin: Origin, body: Datagram, text: string, time: number): { entry: Entry; view: EventView } {
    const offset = this.#ring.head + 1
    this.#time = Math.max(this.#time, time)
    const view = viewEvent({ offset, time: this.#time, origin, body })
    foldInto(this.#folded, view)
    const { machine, type, family } = view
    const entry: Entry = {
      offset,
      time: this.#time,
      machine,
      type,
      family,
      ...eventDevice(view),
      level: eventLevel(view),
      log: logHead(view),
      tag: telemetryTag(view),
      text: eventText(offset, this.#time, origin, text),
    }
    this.#ring.push(entry)
    for (const listener of this.#listeners) listener()
    return { entry, view }
  }

  #tell(event: EventView): void {
    if (this.#watchers.size === 0) return
    if (this.#unseen) {
      this.#unseen.push(event)
      return
    }
    const unseen = (this.#unseen = [event])
    const errors: unknown[] = []
    // It grows while a watcher reports something. One watcher's defect must not keep an event from the others.
    for (const next of unseen) {
      for (const watcher of this.#watchers) {
        try {
          watcher(next)
        } catch (error) {
          errors.push(error)
        }
      }
    }
    this.#unseen = null
    if (errors.length === 0) return
    if (!this.#defect) throw errors[0]
    for (const error of errors) this.#defect(error)
  }

  #ringFrom({ head, tail }: Continuation): Ring {
    const ring = new Ring((tail[0]?.offset ?? head + 1) - 1, this.#ringLimits)
    for (const entry of tail) ring.push(entry)
    this.#time = Math.max(this.#time, tail.at(-1)?.time ?? 0)
    return ring
  }

  #eventsFrame(texts: readonly string[], to: number, conflated: Conflated = new Map()): Frame | null {
    if (texts.length === 0) return null
    const position = JSON.stringify({ epoch: this.#epoch, offset: to })
    const mark =
      conflated.size === 0
        ? ''
        : `,"conflated":${JSON.stringify([...conflated].map(([machine, events]) => ({ machine, events })))}`
    return new TextFrame(`{"type":"events","position":${position}${mark},"events":[${texts.join(',')}]}`)
  }
}
