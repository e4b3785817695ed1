/** Waits before a page that died is started again, milliseconds: at once could be a loop that takes a whole core. */
export const RELOAD_WAITS: readonly number[] = [1_000, 2_000, 5_000, 15_000, 30_000]

/** A death longer ago than this is another story, milliseconds. */
export const RELOAD_WINDOW_MS = 10 * 60_000

/** How often a page that dies is started again, and when that is given up. */
export class ReloadPolicy {
  #deaths: number[] = []

  /**
   * A page died at `now`, monotonic milliseconds. Returns how long to wait before it is started again, or null where
   * the next one would only die too: until somebody tries again.
   */
  died(now: number): number | null {
    this.#deaths = [...this.#deaths.filter((time) => now - time < RELOAD_WINDOW_MS), now]
    return RELOAD_WAITS[this.#deaths.length - 1] ?? null
  }

  /** Somebody tries again. */
  forget(): void {
    this.#deaths = []
  }
}
