import type { Filter } from '../shared/channel.ts'
import type { Datagram } from '../shared/datagram.ts'
import { eventText, type Origin, viewEvent } from '../shared/event.ts'
import { foldMachine } from '../shared/fold/machines.ts'
import type { Machine } from '../shared/machine.ts'
import type { Position } from '../shared/position.ts'
import type { Clock } from './clock.ts'
import type { Entry } from './entry.ts'
import { TextFrame } from './frame.ts'
import { Ring, type RingLimits } from './ring.ts'
import type { Frame } from './session-socket.ts'
import { SnapshotWriter } from './snapshot.ts'

export const RING_LIMITS: RingLimits = { entries: 20_000, characters: 32 * 1024 * 1024 }

/** Most that one frame of events holds: enough to make a frame cheap, small enough not to hold up a slow link. */
const FRAME_EVENTS = 512
const FRAME_CHARACTERS = 256 * 1024

export interface HubOptions {
  readonly clock: Clock
  /** Names this run of offsets; a viewer's position of another epoch cannot be continued. */
  readonly epoch: string
  readonly ring?: RingLimits
}

/** The log's head: gives every event its offset, folds it, keeps the latest ones, and tells that something is new. */
export class Hub {
  readonly epoch: string
  readonly machines = new Map<string, Machine>()
  readonly #clock: Clock
  readonly #ring: Ring
  readonly #snapshots = new SnapshotWriter()
  readonly #listeners = new Set<(entry: Entry) => void>()
  #time = 0

  constructor(options: HubOptions) {
    this.epoch = options.epoch
    this.#clock = options.clock
    this.#ring = new Ring(0, options.ring ?? RING_LIMITS)
  }

  /** Position of the newest event. */
  get position(): Position {
    return { epoch: this.epoch, offset: this.#ring.head }
  }

  get head(): number {
    return this.#ring.head
  }

  /**
   * Takes an event in. `text` is the body's own JSON text, which is kept as it is; `body` is the same, parsed.
   * Nothing here waits or sends: this runs in the datagram loop.
   */
  append(origin: Origin, body: Datagram, text: string): Entry {
    const offset = this.#ring.head + 1
    this.#time = Math.max(this.#time, this.#clock.now())
    const view = viewEvent({ offset, time: this.#time, origin, body })
    foldMachine(this.machines, view)
    const { machine, type, family } = view
    const entry: Entry = {
      offset,
      time: view.time,
      machine,
      type,
      family,
      text: eventText(offset, view.time, origin, text),
    }
    this.#ring.push(entry)
    for (const listener of this.#listeners) listener(entry)
    return entry
  }

  /** An event of the panel itself about a machine. */
  report(machine: string, type: string, payload: Readonly<Record<string, unknown>>): Entry {
    const body = { machine_name: machine, type, payload }
    return this.append('panel', body, JSON.stringify(body))
  }

  /** Called within the datagram loop, for every event: must be cheap. Returns the function that unsubscribes. */
  listen(listener: (entry: Entry) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** True where a viewer at this position can go on without a gap. */
  canResume(position: Position): boolean {
    return position.epoch === this.epoch && this.#ring.reaches(position.offset)
  }

  /** True where the ring still holds every event after `offset`. */
  reaches(offset: number): boolean {
    return this.#ring.reaches(offset)
  }

  /** The next events after `after` as one frame, null where the filter passes over all of them. */
  events(after: number, filter: Filter): { readonly frame: Frame | null; readonly to: number } {
    const { texts, to } = this.#ring.slice(after, filter, FRAME_EVENTS, FRAME_CHARACTERS)
    if (texts.length === 0) return { frame: null, to }
    const position = JSON.stringify({ epoch: this.epoch, offset: to })
    return { frame: new TextFrame(`{"type":"events","position":${position},"events":[${texts.join(',')}]}`), to }
  }

  /** The state at the head, for a viewer with this filter. */
  snapshot(filter: Filter, channels: readonly string[], reset: boolean): Frame {
    return this.#snapshots.write(this.epoch, this.machines, this.#ring, filter, channels, reset)
  }
}
