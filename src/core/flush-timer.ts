import type { Clock, Stop } from './clock.ts'

/**
 * Coalesces by time: the first call after a pause runs at the end of this turn of the loop, the next ones together,
 * at most once per interval. A plain per-turn coalescing would not do: datagrams that come one after the other come in
 * turns of their own; only what has had to wait is read in one.
 */
export class FlushTimer {
  #last = -Infinity
  #pending: Stop | undefined
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #run: () => void

  constructor(clock: Clock, intervalMs: number, run: () => void) {
    this.#clock = clock
    this.#intervalMs = intervalMs
    this.#run = run
  }

  request(): void {
    if (this.#pending) return
    const wait = this.#last + this.#intervalMs - this.#clock.monotonic()
    this.#pending = wait <= 0 ? this.#clock.soon(this.#fire) : this.#clock.after(wait, this.#fire)
  }

  readonly #fire = (): void => {
    this.#pending = undefined
    this.#last = this.#clock.monotonic()
    this.#run()
  }

  close(): void {
    this.#pending?.()
    this.#pending = undefined
  }
}
