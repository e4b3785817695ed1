/** Runs a function before the next frame is drawn: `requestAnimationFrame`, or a test's own. */
export type Schedule = (run: () => void) => void

/**
 * However often it is asked, it publishes once for each frame. A hidden page draws no frames and therefore publishes
 * nothing until it is seen again; what is waiting must be bounded.
 */
export class FramePublisher {
  #due = false
  readonly #schedule: Schedule
  readonly #publish: () => void

  constructor(schedule: Schedule, publish: () => void) {
    this.#schedule = schedule
    this.#publish = publish
  }

  request(): void {
    if (this.#due) return
    this.#due = true
    this.#schedule(() => {
      this.#due = false
      this.#publish()
    })
  }
}
