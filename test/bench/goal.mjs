import { nowUs } from './datagrams.mjs'

/** Counts up to a number and remembers when it was reached, microseconds of the shared clock. */
export class Goal {
  count = 0
  #goal = Infinity
  /** @type {(us: number) => void} */
  #reach = () => undefined
  /** @type {Promise<number>} */
  reached = Promise.resolve(0)

  /** Begins anew. @param {number} count */
  expect(count) {
    this.count = 0
    this.#goal = count
    this.reached = new Promise((resolve) => (this.#reach = resolve))
  }

  add(count = 1) {
    const before = this.count
    this.count += count
    if (before < this.#goal && this.count >= this.#goal) this.#reach(nowUs())
  }
}
