import type { Clock, Stop } from '../../src/core/clock.ts'

interface Timer {
  readonly at: number
  readonly every: number | undefined
  readonly run: () => void
}

/** The core's clock by hand: time passes only in {@link pass}. What was put off to `soon` runs in {@link turn}. */
export class FakeClock implements Clock {
  #now: number
  #monotonic = 0
  readonly #timers = new Set<Timer>()
  #soon = new Set<{ readonly run: () => void }>()

  constructor(now = 1_795_236_900_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#monotonic
  }

  after(ms: number, run: () => void): Stop {
    return this.#start({ at: this.#monotonic + ms, every: undefined, run })
  }

  every(ms: number, run: () => void): Stop {
    let current: Timer
    const again = (): void => {
      this.#timers.delete(current)
      current = { at: current.at + ms, every: ms, run: again }
      this.#timers.add(current)
      run()
    }
    current = { at: this.#monotonic + ms, every: ms, run: again }
    this.#timers.add(current)
    return () => this.#timers.delete(current)
  }

  soon(run: () => void): Stop {
    const task = { run }
    this.#soon.add(task)
    return () => this.#soon.delete(task)
  }

  /** Ends the current turn of the loop. */
  turn(): void {
    const tasks = this.#soon
    this.#soon = new Set()
    for (const task of tasks) task.run()
  }

  /** Lets so many milliseconds pass; what comes due runs in its order, each followed by the end of its turn. */
  pass(ms: number): void {
    const end = this.#monotonic + ms
    this.turn()
    for (;;) {
      let next: Timer | undefined
      for (const timer of this.#timers) if (timer.at <= end && (!next || timer.at < next.at)) next = timer
      if (!next) break
      this.#advance(next.at)
      if (next.every === undefined) this.#timers.delete(next)
      next.run()
      this.turn()
    }
    this.#advance(end)
  }

  /** The computer's clock is set; what was started does not notice. */
  step(ms: number): void {
    this.#now += ms
  }

  /** How many timers and tasks wait: 0 after everything was closed. */
  get waiting(): number {
    return this.#timers.size + this.#soon.size
  }

  #start(timer: Timer): Stop {
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  #advance(to: number): void {
    this.#now += to - this.#monotonic
    this.#monotonic = to
  }
}
