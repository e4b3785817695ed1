/** Stops what was started; calling it again does nothing. */
export type Stop = () => void

/** Time, as the core sees it: real in the product, by hand in tests. Milliseconds throughout. */
export interface Clock {
  /** Epoch milliseconds, whole. May step back; the log does not. */
  now(): number
  /** Milliseconds since some fixed moment; never steps. */
  monotonic(): number
  after(ms: number, run: () => void): Stop
  every(ms: number, run: () => void): Stop
  /** After the current turn of the event loop. */
  soon(run: () => void): Stop
}
