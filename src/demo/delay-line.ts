import type { Clock } from './clock.ts'

/** Between two datagrams that were held back, so that the panel's queue of ten is not flooded with them. */
const PACE_MS = 20

interface Held {
  readonly bytes: Buffer
  due: boolean
}

/** What is put in comes out in the same order: at once, or, while there is a delay, so much later. */
export class DelayLine {
  readonly #clock: Clock
  readonly #out: (bytes: Buffer) => void
  readonly #held: Held[] = []
  #delay = 0
  #draining = false

  constructor(clock: Clock, out: (bytes: Buffer) => void) {
    this.#clock = clock
    this.#out = out
  }

  put(bytes: Buffer): void {
    if (this.#delay === 0 && this.#held.length === 0) return this.#out(bytes)
    const held: Held = { bytes, due: this.#delay === 0 }
    this.#held.push(held)
    if (held.due) return this.#drain()
    this.#clock.after(this.#delay, () => {
      held.due = true
      this.#drain()
    })
  }

  /** Holds for so many milliseconds what is put in from now on. */
  delay(ms: number): void {
    this.#delay = ms
  }

  /** No delay any more: what is held comes out soon, and what is put in now behind it. */
  hurry(): void {
    this.#delay = 0
    for (const held of this.#held) held.due = true
    this.#drain()
  }

  /** What is held comes out at once, however much it is. */
  flush(): void {
    this.#delay = 0
    for (const { bytes } of this.#held.splice(0)) this.#out(bytes)
  }

  #drain(): void {
    if (this.#draining || this.#held[0]?.due !== true) return
    const first = this.#held.shift()
    this.#draining = true
    if (first) this.#out(first.bytes)
    this.#clock.after(PACE_MS, () => {
      this.#draining = false
      this.#drain()
    })
  }
}
