import { every } from '../clock.ts'
import type { Surroundings } from '../program.ts'
import type { Random } from '../random.ts'

const TOTAL = 4
/** Least and most, in seconds: until the next controller drops off the bus, and until it is back. */
const DROPS_AFTER = [60, 150] as const
const RETURNS_AFTER = [8, 20] as const

/** The hardware controllers of a flow executor: how many are there is told every ten seconds or so, and when it changes. */
export class Controllers {
  readonly #around: Surroundings
  /** Its own, so that the program does the same with and without them. */
  readonly #random: Random
  #online = TOTAL

  constructor(around: Surroundings) {
    this.#around = around
    this.#random = around.random.fork('controllers')
  }

  start(): void {
    this.#tell()
    every(
      this.#around.clock,
      () => this.#random.between(9_500, 10_500),
      () => this.#tell(),
    )
    this.#dropLater()
  }

  #dropLater(): void {
    const { clock } = this.#around
    clock.after(this.#random.between(...DROPS_AFTER) * 1000, () => {
      this.#online = TOTAL - 1
      this.#tell()
      clock.after(this.#random.between(...RETURNS_AFTER) * 1000, () => {
        this.#online = TOTAL
        this.#tell()
        this.#dropLater()
      })
    })
  }

  #tell(): void {
    const missing = TOTAL - this.#online
    this.#around.send('hardware_health_update', {
      timestamp: new Date(this.#around.clock.now()).toISOString(),
      controllersOnline: this.#online,
      totalControllers: TOTAL,
      criticalIssuesCount: missing,
      hasIssues: missing > 0,
    })
  }
}
