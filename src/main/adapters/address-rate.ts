import { addressGroup } from '../../core/address-group.ts'

export interface RateLimits {
  readonly perSecond: number
  /** So many may come at once. */
  readonly burst: number
  /** Longest wait, milliseconds; what would have to wait longer is refused. */
  readonly waitMs: number
}

/** So many addresses are remembered before those are forgotten that have nothing to wait for. */
const REMEMBERED = 1_024

/**
 * How fast things may come from one address. What comes too fast waits for its turn, so that who asks much is slowed down
 * and not turned away. (The generic cell rate algorithm: a token bucket that keeps one time for each address.)
 */
export class AddressRate {
  readonly #limits: RateLimits
  /** When the bucket of an address is full again, milliseconds of the monotonic clock. */
  readonly #full = new Map<string, number>()

  constructor(limits: RateLimits) {
    this.#limits = limits
  }

  /** How long this one must wait, milliseconds; null where it is refused. */
  wait(address: string | undefined, now = performance.now()): number | null {
    const { perSecond, burst, waitMs } = this.#limits
    const group = addressGroup(address ?? '')
    const full = Math.max(this.#full.get(group) ?? 0, now) + 1_000 / perSecond
    const wait = Math.max(0, full - now - (burst * 1_000) / perSecond)
    if (wait > waitMs) return null
    if (this.#full.size >= REMEMBERED) this.#forget(now)
    this.#full.set(group, full)
    return wait
  }

  /** Runs it now or in its turn; false where it is refused. */
  admit(address: string | undefined, run: () => void): boolean {
    const wait = this.wait(address)
    if (wait === null) return false
    if (wait === 0) run()
    else setTimeout(run, wait)
    return true
  }

  /** Counts as so many more; it never has to wait for longer than the longest wait. */
  charge(address: string | undefined, count: number, now = performance.now()): void {
    const { perSecond, burst, waitMs } = this.#limits
    const group = addressGroup(address ?? '')
    const full = Math.max(this.#full.get(group) ?? 0, now) + (count * 1_000) / perSecond
    this.#full.set(group, Math.min(full, now + (burst * 1_000) / perSecond + waitMs))
  }

  #forget(now: number): void {
    for (const [group, full] of this.#full) if (full <= now) this.#full.delete(group)
  }
}
