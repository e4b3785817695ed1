export type Cancel = () => void

/** Time as the plant sees it, so that a test can bring its own. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Runs once after that many milliseconds. Returns the function that prevents it. */
  after(ms: number, run: () => void): Cancel
}

/** The computer's clock. With `speed` 10 everything waits a tenth of its time; the time of day stays what it is. */
export function systemClock(speed = 1): Clock {
  return {
    now: () => Date.now(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms / speed)
      return () => clearTimeout(timer)
    },
  }
}

/** Runs again and again; `wait` says each time how many milliseconds to wait. */
export function every(clock: Clock, wait: () => number, run: () => void): Cancel {
  let cancel: Cancel
  const again = (): void => {
    cancel = clock.after(wait(), () => {
      again()
      run()
    })
  }
  again()
  return () => cancel()
}
