import { PANEL_MACHINE } from '../shared/alarm.ts'
import type { Clock, Stop } from './clock.ts'
import type { Hub } from './hub.ts'

/** How often the two clocks are compared, milliseconds. */
const LOOK_MS = 5_000

/** A smaller difference is how clocks are set all the time. */
const STEP_MS = 2_000

/**
 * Writes into the log that the computer slept, or that its clock was set: times before and after do not belong together,
 * and whoever reads the history must see why.
 */
export class ClockWatch {
  readonly #hub: Hub
  readonly #clock: Clock
  readonly #stop: Stop
  #ahead: number
  #asleepSince: number | null = null

  constructor(hub: Hub, clock: Clock) {
    this.#hub = hub
    this.#clock = clock
    this.#ahead = this.#difference
    this.#stop = clock.every(LOOK_MS, () => this.#look())
  }

  /** The computer is about to sleep. */
  suspended(): void {
    this.#look()
    this.#asleepSince = this.#clock.now()
    this.#report('panel_suspended', {})
  }

  /** It is awake again. */
  resumed(): void {
    // How long it slept says the event itself; the clock did not step.
    this.#ahead = this.#difference
    const since = this.#asleepSince
    this.#asleepSince = null
    this.#report('panel_resumed', since === null ? {} : { asleep_ms: Math.max(0, this.#clock.now() - since) })
  }

  /** Idempotent. */
  close(): void {
    this.#stop()
  }

  get #difference(): number {
    return this.#clock.now() - this.#clock.monotonic()
  }

  #look(): void {
    const ahead = this.#difference
    const by = Math.round(ahead - this.#ahead)
    this.#ahead = ahead
    // While it falls asleep and wakes up its clocks differ, and that is told as what it is.
    if (this.#asleepSince !== null || Math.abs(by) < STEP_MS) return
    this.#report('panel_clock_stepped', { by_ms: by })
  }

  #report(type: string, payload: Record<string, number>): void {
    this.#hub.report('panel', PANEL_MACHINE, type, payload)
  }
}
