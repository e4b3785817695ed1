/** So many seconds' worth may come at once. */
const BURST_SECONDS = 1

/**
 * How fast somebody may send who can be made to wait: nothing is refused, but after what came too fast comes a pause.
 * (The generic cell rate algorithm.) Times are milliseconds of a monotonic clock.
 */
export class Pace {
  #full = 0

  constructor(private readonly perSecond: number) {}

  /** Something came that counts so much; returns for how long nothing more should be read. */
  took(count: number, now: number): number {
    this.#full = Math.max(this.#full, now) + (count * 1_000) / this.perSecond
    return Math.max(0, this.#full - now - BURST_SECONDS * 1_000)
  }
}
