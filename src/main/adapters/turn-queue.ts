/** Runs what is given to it in order, one a turn of the loop, so that machines are heard between any two. */
export class TurnQueue {
  readonly #waiting: (() => void)[] = []
  #taken = false

  /** Runs it now where nothing has run in this turn and nothing waits. It must not throw. */
  run(task: () => void): void {
    if (this.#taken) {
      this.#waiting.push(task)
      return
    }
    this.#taken = true
    setImmediate(() => this.#next())
    task()
  }

  #next(): void {
    this.#taken = false
    const task = this.#waiting.shift()
    if (task) this.run(task)
  }
}
