import type { Clock } from '../../../src/demo/clock.ts'

interface Timer {
  readonly at: number
  readonly run: () => void
}

/** Time that passes only when it is told to. */
export class FakeClock implements Clock {
  #now: number
  readonly #timers = new Set<Timer>()

  constructor(now = 1_795_236_900_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Lets so many milliseconds pass; what comes due runs in its order. */
  pass(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      let next: Timer | undefined
      for (const timer of this.#timers) if (timer.at <= end && (!next || timer.at < next.at)) next = timer
      if (!next) break
      this.#timers.delete(next)
      this.#now = next.at
      next.run()
    }
    this.#now = end
  }

  get waiting(): number {
    return this.#timers.size
  }
}
