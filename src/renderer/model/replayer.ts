import { filterOf } from '../../shared/channel.ts'
import type { AndonEvent, EventView } from '../../shared/event.ts'
import { foldState, newState, type State, stateFrom } from '../../shared/state.ts'
import { type HistoryFault, historyFault } from './history-error.ts'
import type { JournalPage, PastState } from './history.ts'
import type { Speed } from './replay-range.ts'
import { ReplayTrack } from './replay-track.ts'

/** A page that was hidden, or a device that slept, goes on where it was. */
const LONGEST_FRAME_MS = 250
/** Folded before one frame; what is more waits for the next, and the clock with it. */
const FRAME_EVENTS = 2_000
/** How often the clock is told, in the person's own time. */
const TELL_MS = 100
/** Nearer than this to now, there is nothing left to replay. */
const CAUGHT_UP_MS = 3_000

const everything = filterOf(['all'])

/** What a replay needs. */
export interface ReplayPorts {
  stateAt(at: number, signal: AbortSignal): Promise<PastState>
  /** The events after an offset, oldest first. */
  eventsAfter(offset: number, signal: AbortSignal): Promise<JournalPage>
  /** The panel's clock, epoch milliseconds. */
  now(): number
  /** As `requestAnimationFrame`. */
  frame(run: (time: number) => void): void
  /** {@link Replayer.state} is another one. */
  replaced(): void
  /** {@link Replayer.state} has folded these. */
  folded(events: readonly EventView[]): void
  /** Anything else has changed. */
  changed(): void
}

/**
 * Plays the journal: the state at a past moment, and the events after it, folded as everywhere, by a clock of its own
 * that runs at 1 to 60 times the speed of time.
 */
export class Replayer {
  state: State = newState()
  /** The moment that the state is of; panel's clock, epoch milliseconds. */
  at = 0
  /** The moment that is being fetched; null where none is. */
  target: number | null = null
  playing = false
  speed: Speed = 1
  /** It has reached the present. */
  caughtUp = false
  fault: HistoryFault | null = null
  #track = new ReplayTrack(0, 0)
  #abort = new AbortController()
  #fetching: Promise<void> | null = null
  #lastFrame: number | null = null
  #told = 0
  #looping = false
  readonly #ports: ReplayPorts

  constructor(ports: ReplayPorts) {
    this.#ports = ports
  }

  /** When the next event happened; null where none is known. */
  get nextAt(): number | null {
    return this.#track.next?.time ?? null
  }

  /**
   * Goes to a moment, or to an event: then the events of the same millisecond after it have not happened yet. A later
   * call makes this one void.
   */
  async seek(at: number, event: number | null = null): Promise<void> {
    const signal = this.#begin()
    const until = event ?? 0
    this.target = at
    this.fault = null
    this.caughtUp = false
    this.#ports.changed()
    try {
      const past = await this.#ports.stateAt(event === null ? at : at - 1, signal)
      if (signal.aborted) return
      const track = new ReplayTrack(past.offset, event === null ? at : at - 1)
      const state = stateFrom(past.state)
      do await this.#fetch(track, signal)
      while (track.cursor < until && !track.ended && !signal.aborted)
      if (signal.aborted) return
      for (let next = track.next; next && next.offset <= until; next = track.next) {
        track.take()
        foldState(state, next, everything)
      }
      this.state = state
      this.#track = track
      this.at = at
      this.target = null
      this.#lastFrame = null
      this.#ports.replaced()
    } catch (error) {
      this.#fail(error, signal)
    }
    if (!signal.aborted) this.#ports.changed()
  }

  play(): void {
    if (this.playing) return
    this.playing = true
    this.caughtUp = false
    this.fault = null
    this.#lastFrame = null
    this.#loop()
    this.#ports.changed()
  }

  pause(): void {
    this.playing = false
    this.#ports.changed()
  }

  setSpeed(speed: Speed): void {
    this.speed = speed
    this.#ports.changed()
  }

  /** To the next event, however long it takes to happen. */
  async forward(): Promise<void> {
    const { signal } = this.#abort
    if (this.target !== null) return
    try {
      if (!this.#track.next) await this.#more()
    } catch (error) {
      this.#fail(error, signal)
    }
    if (signal.aborted) return
    const next = this.#track.take()
    if (next) {
      this.at = Math.max(this.at, next.time)
      this.#fold([next])
    } else if (this.fault === null) this.#catchUp()
    this.#ports.changed()
  }

  /** To the event before the last one. */
  async back(): Promise<void> {
    const { recent } = this.state
    const [before, last] = [recent.at(-2), recent.at(-1)]
    if (before) await this.seek(before.time, before.offset)
    else if (last) await this.seek(last.time - 1)
  }

  /** Idempotent. */
  close(): void {
    this.playing = false
    this.#abort.abort()
  }

  #begin(): AbortSignal {
    this.#abort.abort()
    this.#abort = new AbortController()
    this.#fetching = null
    return this.#abort.signal
  }

  #loop(): void {
    if (this.#looping) return
    this.#looping = true
    this.#ports.frame((time) => {
      this.#looping = false
      if (!this.playing) return
      this.#advance(time)
      this.#loop()
    })
  }

  #advance(time: number): void {
    const passed = Math.min(Math.max(0, time - (this.#lastFrame ?? time)), LONGEST_FRAME_MS)
    this.#lastFrame = time
    if (this.target !== null) return
    const track = this.#track
    const goal = Math.max(this.at, Math.min(this.at + passed * this.speed, track.known))
    const due = track.due(goal, FRAME_EVENTS)
    // Where not all could be taken, the clock stands at the last one that was.
    this.at = due.length < FRAME_EVENTS ? goal : Math.max(this.at, due.at(-1)?.time ?? goal)
    if (due.length > 0) this.#fold(due)
    const now = this.#ports.now()
    if (track.ended && !track.next && now - this.at < CAUGHT_UP_MS) this.#catchUp()
    else if (track.wants(this.at, this.speed, now)) void this.#prefetch()
    if (time - this.#told >= TELL_MS || !this.playing) {
      this.#told = time
      this.#ports.changed()
    }
  }

  #catchUp(): void {
    this.playing = false
    this.caughtUp = true
  }

  async #prefetch(): Promise<void> {
    const { signal } = this.#abort
    if (this.#fetching) return
    try {
      await this.#more()
    } catch (error) {
      this.#fail(error, signal)
      if (!signal.aborted) this.#ports.changed()
    }
  }

  /** One page more; one at a time. */
  #more(): Promise<void> {
    const track = this.#track
    const fetching = (this.#fetching ??= this.#fetch(track, this.#abort.signal).finally(() => {
      if (this.#fetching === fetching) this.#fetching = null
    }))
    return fetching
  }

  async #fetch(track: ReplayTrack, signal: AbortSignal): Promise<void> {
    const asked = this.#ports.now()
    const page = await this.#ports.eventsAfter(track.cursor, signal)
    if (!signal.aborted) track.add(page, asked)
  }

  #fold(events: readonly AndonEvent[]): void {
    this.#ports.folded(events.map((event) => foldState(this.state, event, everything)))
  }

  #fail(error: unknown, signal: AbortSignal): void {
    const fault = historyFault(error)
    if (signal.aborted || fault === null) return
    this.playing = false
    this.target = null
    this.fault = fault
  }
}
