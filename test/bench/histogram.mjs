/** Times in buckets of ten microseconds up to two seconds: cheap to fill, exact enough to read. */
const BUCKET_US = 10
const BUCKETS = 200_000

/** @typedef {{ count: number, p50: number, p99: number, p999: number, max: number }} Percentiles milliseconds */

export class Histogram {
  #buckets = new Uint32Array(BUCKETS + 1)
  #count = 0
  #max = 0

  reset() {
    this.#buckets.fill(0)
    this.#count = 0
    this.#max = 0
  }

  /** @param {number} us */
  add(us) {
    const bucket = us < 0 ? 0 : Math.floor(us / BUCKET_US)
    const last = bucket > BUCKETS ? BUCKETS : bucket
    this.#buckets[last] = (this.#buckets[last] ?? 0) + 1
    this.#count += 1
    if (us > this.#max) this.#max = us
  }

  /** @returns {Percentiles} */
  read() {
    const ms = (/** @type {number} */ share) => this.#at(share) / 1000
    return { count: this.#count, p50: ms(0.5), p99: ms(0.99), p999: ms(0.999), max: this.#max / 1000 }
  }

  /** @param {number} share */
  #at(share) {
    let left = Math.ceil(this.#count * share)
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      left -= this.#buckets[bucket] ?? 0
      if (left <= 0) return (bucket + 1) * BUCKET_US
    }
    return this.#max
  }
}
