/** The seed of a fuzz run: from ANDON_FUZZ_SEED, else a new one. Printed, so that a failure can be repeated. */
export function fuzzSeed(): number {
  const named = process.env['ANDON_FUZZ_SEED']
  const seed = named === undefined || named === '' ? Math.floor(Math.random() * 2 ** 31) : Number(named)
  if (!Number.isSafeInteger(seed)) throw new Error(`ANDON_FUZZ_SEED=${named} is not a whole number`)
  console.log(`fuzz seed ${seed} (ANDON_FUZZ_SEED=${seed} repeats this run)`)
  return seed
}

/** Repeatable random numbers (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from `min` to `max`, both possible. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(from: readonly T[]): T {
    const found = from[this.integer(0, from.length - 1)]
    if (found === undefined) throw new Error('nothing to pick from')
    return found
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    for (let i = 0; i < length; i += 1) bytes[i] = this.integer(0, 255)
    return bytes
  }
}
