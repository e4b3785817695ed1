/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return value >>> 0
}

export type NonEmpty<T> = readonly [T, ...T[]]

/** Seeded chance (mulberry32): the same seed gives the same plant. */
export class Random {
  readonly #seed: number
  #state: number

  constructor(seed: number) {
    this.#seed = seed
    this.#state = hash(`seed ${seed}`)
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let value = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }

  /** In [min, max). */
  between(min: number, max: number): number {
    return min + this.next() * (max - min)
  }

  /** Both ends included. */
  integer(min: number, max: number): number {
    return Math.floor(this.between(min, max + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(list: NonEmpty<T>): T {
    return list[Math.floor(this.next() * list.length)] ?? list[0]
  }

  /** Eight hexadecimal digits. */
  id(): string {
    return Math.floor(this.next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  }

  /** A chance of its own, which depends on the seed and the name alone, not on what was drawn before. */
  fork(name: string): Random {
    return new Random(hash(`${this.#seed} ${name}`))
  }
}
