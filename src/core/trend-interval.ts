/** How many intervals between values are looked at. */
const REMEMBERED = 32

/** Fewer say nothing: a valve may open and close a few times at even distances. */
const LEAST = 10

/**
 * Of a tag that is sent by the clock, so many of its intervals are at most so many times the usual one. Not fewer: a motor
 * that reports ten steps of a ramp and then nothing for as long as its speed holds is not sent by the clock.
 */
const REGULAR = 0.95
const SPREAD = 2.5

/**
 * How often a tag is sent as a rule: the median of its latest intervals, null where they have no rule, as those of a tag
 * that is sent when it changes. Only of a tag with a rule can silence mean that a value is missing.
 */
export class IntervalRule {
  readonly #latest: number[] = []
  #next = 0

  take(interval: number): void {
    this.#latest[this.#next] = interval
    this.#next = (this.#next + 1) % REMEMBERED
  }

  /** Enough was seen to say something. */
  get known(): boolean {
    return this.#latest.length >= LEAST
  }

  get interval(): number | null {
    if (!this.known) return null
    const sorted = this.#latest.toSorted((a, b) => a - b)
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0
    // A lost link or two must not make a regular tag irregular.
    const most = sorted[Math.floor((sorted.length - 1) * REGULAR)] ?? Infinity
    return median > 0 && most <= median * SPREAD ? median : null
  }
}
