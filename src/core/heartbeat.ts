import type { Clock } from './clock.ts'

/** Signs of life of a viewer. Times are of the monotonic clock. */
export class Heartbeat {
  readonly #clock: Clock
  readonly #everyMs: number
  #heard: number
  /** When the ping was sent that has not been answered yet. */
  #pingedAt: number | undefined
  #roundTrip: number | null = null

  constructor(clock: Clock, everyMs: number) {
    this.#clock = clock
    this.#everyMs = everyMs
    this.#heard = clock.monotonic()
  }

  /** True where nothing has come for two heartbeats. */
  get lost(): boolean {
    return this.#clock.monotonic() - this.#heard >= 2 * this.#everyMs
  }

  /** From the latest ping to its answer, milliseconds; null until one was answered. */
  get roundTrip(): number | null {
    return this.#roundTrip
  }

  heard(): void {
    this.#heard = this.#clock.monotonic()
  }

  pinged(): void {
    this.#pingedAt = this.#clock.monotonic()
  }

  answered(): void {
    if (this.#pingedAt === undefined) return
    this.#roundTrip = Math.round(this.#clock.monotonic() - this.#pingedAt)
    this.#pingedAt = undefined
  }
}
