import type { Cancel, Clock } from './clock.ts'

/** The clock of one life of a program: it can be frozen like a stopped process, and it ends with the program. */
export class LifeClock implements Clock {
  readonly #clock: Clock
  readonly #pending = new Set<Cancel>()
  /** What came due while frozen, in order; undefined while time passes. */
  #held: (() => void)[] | undefined
  #over = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  after(ms: number, run: () => void): Cancel {
    if (this.#over) return () => {}
    let cancelled = false
    const due = (): void => {
      if (cancelled) return
      if (this.#held) {
        this.#held.push(due)
        return
      }
      this.#pending.delete(cancel)
      run()
    }
    const stop = this.#clock.after(ms, due)
    const cancel = (): void => {
      cancelled = true
      stop()
      this.#pending.delete(cancel)
    }
    this.#pending.add(cancel)
    return cancel
  }

  freeze(): void {
    this.#held ??= []
  }

  /** What came due meanwhile runs now. */
  thaw(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const due of held) due()
  }

  /** Nothing runs any more. */
  end(): void {
    this.#over = true
    for (const cancel of this.#pending) cancel()
  }
}
