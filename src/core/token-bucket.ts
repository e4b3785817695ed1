/**
 * A token bucket: `perSecond` tokens come in, at most `size` lie in it. Times are milliseconds of a monotonic clock, told
 * by the caller.
 */
export class TokenBucket {
  #tokens: number
  #at: number

  constructor(
    private readonly perSecond: number,
    private readonly size: number,
    now: number,
  ) {
    this.#tokens = size
    this.#at = now
  }

  /** Takes so many tokens; false, and takes none, where fewer than `leave` would be left. */
  take(now: number, count = 1, leave = 0): boolean {
    this.#tokens = Math.min(this.size, this.#tokens + (Math.max(0, now - this.#at) / 1000) * this.perSecond)
    this.#at = now
    if (this.#tokens < count + leave) return false
    this.#tokens -= count
    return true
  }
}
