/** How far a kept value can be trusted. Two and above: not at all, so that a trend has a gap there. */
export const SAMPLE_QUALITY = { good: 0, uncertain: 1, bad: 2, none: 3 } as const

/** Samples of one tag in order of time, as columns. Grows as needed. */
export class Samples {
  #times: Float64Array
  #values: Float64Array
  #qualities: Uint8Array
  #length = 0

  constructor(capacity = 16) {
    this.#times = new Float64Array(capacity)
    this.#values = new Float64Array(capacity)
    this.#qualities = new Uint8Array(capacity)
  }

  static from(times: Float64Array, values: Float64Array, qualities: Uint8Array): Samples {
    const samples = new Samples(0)
    samples.#times = times
    samples.#values = values
    samples.#qualities = qualities
    samples.#length = times.length
    return samples
  }

  get length(): number {
    return this.#length
  }

  get times(): Float64Array {
    return this.#times.subarray(0, this.#length)
  }

  /** Where the quality is `none`, the number means nothing. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.#length)
  }

  get qualities(): Uint8Array {
    return this.#qualities.subarray(0, this.#length)
  }

  /** `time`: epoch milliseconds, not before the last one's. */
  push(time: number, value: number, quality: number): void {
    if (this.#length === this.#times.length) this.#grow()
    this.#times[this.#length] = time
    this.#values[this.#length] = value
    this.#qualities[this.#length] = quality
    this.#length += 1
  }

  slice(start: number, end: number): Samples {
    return Samples.from(this.times.slice(start, end), this.values.slice(start, end), this.qualities.slice(start, end))
  }

  #grow(): void {
    const capacity = Math.max(16, this.#length * 2)
    const times = new Float64Array(capacity)
    const values = new Float64Array(capacity)
    const qualities = new Uint8Array(capacity)
    times.set(this.times)
    values.set(this.values)
    qualities.set(this.qualities)
    this.#times = times
    this.#values = values
    this.#qualities = qualities
  }
}
