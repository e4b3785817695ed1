import type { Objection } from '../shared/objection.ts'
import type { Clock, Stop } from './clock.ts'
import type { ControlLink } from './control-link.ts'

/** Most commands that wait for one machine. */
const MAX_WAITING = 1_000

/** A program whose queue is full is tried again after this time. */
const RETRY_MS = 25

export interface QueuedCommand {
  readonly bytes: Buffer
  /** Asked right before it is sent: what speaks against it now, though nothing did when it was asked for. */
  objection(): Objection | null
  /** Called once: handed over, or never to be. */
  sent(): void
  refused(objection: Objection): void
}

/**
 * Commands on their way to one machine: in order, paced (an engine reads one per tick), and retried while its socket is
 * full. A command that runs out of time in here is taken out by its owner and is then never sent.
 */
export class MachineQueue {
  /** Stops go before everything that waits, in the order in which they were given. */
  readonly #stops: QueuedCommand[] = []
  readonly #waiting: QueuedCommand[] = []
  readonly #link: ControlLink
  readonly #clock: Clock
  readonly #endpoint: () => string | null
  readonly #paceMs: () => number
  #next: Stop | undefined
  #lastSent = -Infinity

  /** Where the machine takes its commands, and how many milliseconds lie between two, is asked each time. */
  constructor(link: ControlLink, clock: Clock, endpoint: () => string | null, paceMs: () => number) {
    this.#link = link
    this.#clock = clock
    this.#endpoint = endpoint
    this.#paceMs = paceMs
  }

  get size(): number {
    return this.#stops.length + this.#waiting.length
  }

  /** False where too many wait already. */
  push(command: QueuedCommand): boolean {
    if (this.#waiting.length >= MAX_WAITING) return false
    this.#waiting.push(command)
    if (!this.#next) this.#send()
    return true
  }

  /**
   * Everything that waits is refused, but for other Stops, and this goes at once, whatever the pace. False where too many
   * Stops wait already.
   */
  pushStop(command: QueuedCommand, objection: Objection): boolean {
    for (const each of this.#waiting.splice(0)) each.refused(objection)
    if (this.#stops.length >= MAX_WAITING) return false
    this.#stops.push(command)
    this.#next?.()
    this.#send()
    return true
  }

  /** Takes a command out, if it still waits. */
  remove(command: QueuedCommand): void {
    for (const list of [this.#stops, this.#waiting]) {
      const at = list.indexOf(command)
      if (at >= 0) list.splice(at, 1)
    }
  }

  /** Idempotent. */
  close(): void {
    this.#next?.()
    this.#next = undefined
    this.#stops.length = 0
    this.#waiting.length = 0
  }

  /** Sends what can be sent now, and comes back for the rest. */
  #send(): void {
    this.#next = undefined
    while (!this.#next) {
      const command = this.#stops[0] ?? this.#waiting[0]
      if (!command) return
      const wait = this.#stops.length > 0 ? 0 : this.#lastSent + this.#paceMs() - this.#clock.monotonic()
      if (wait > 0) {
        this.#sendAfter(wait)
        return
      }
      const objection = command.objection() ?? this.#deliver(command)
      if (objection === 'full') {
        // The same one first: commands are never reordered.
        this.#sendAfter(RETRY_MS)
        return
      }
      this.remove(command)
      if (objection) command.refused(objection)
      else command.sent()
    }
  }

  #sendAfter(ms: number): void {
    this.#next = this.#clock.after(ms, () => this.#send())
  }

  #deliver(command: QueuedCommand): Objection | 'full' | null {
    const endpoint = this.#endpoint()
    if (endpoint === null) return { refusal: 'no_control_endpoint', reason: 'The machine takes no commands.' }
    const result = this.#link.send(endpoint, command.bytes)
    switch (result.kind) {
      case 'sent':
        this.#lastSent = this.#clock.monotonic()
        return null
      case 'full':
        return 'full'
      case 'gone':
        return { refusal: 'machine_gone', reason: 'The machine program does not listen for commands.' }
      case 'failed':
        return { refusal: 'machine_gone', reason: result.reason }
      default:
        return result satisfies never
    }
  }
}
