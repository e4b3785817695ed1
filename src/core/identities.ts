import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Clock } from './clock.ts'

/** How long a session that has lost its link can be taken up again. */
const KEPT_MS = 60_000

/** Most lost sessions that are remembered; the oldest are forgotten. */
const MAX_LOST = 1_000

/** Who a session is. The id is known to everybody, the key to its viewer alone. */
export interface Identity {
  readonly id: string
  readonly key: string
  /** Who has it, see {@link Access.owner}: nobody else can take it up again, key or not. */
  readonly owner: string
}

/** Lets a viewer whose link was lost go on as the session that it was: with the control that it had. */
export class Identities {
  readonly #clock: Clock
  readonly #lost = new Map<string, { readonly key: string; readonly owner: string; readonly until: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  create(owner: string): Identity {
    return { id: randomUUID(), key: randomBytes(24).toString('base64url'), owner }
  }

  /** A session has ended; for a while it may come back. */
  lost({ id, key, owner }: Identity): void {
    this.#lost.set(id, { key, owner, until: this.#clock.monotonic() + KEPT_MS })
    const [oldest] = this.#lost.keys()
    if (this.#lost.size > MAX_LOST && oldest !== undefined) this.#lost.delete(oldest)
  }

  /** True where this is a lost session, which is then no longer lost. */
  resume({ id, key, owner }: Identity): boolean {
    const lost = this.#lost.get(id)
    if (!lost || lost.until < this.#clock.monotonic() || !sameKey(lost.key, key) || lost.owner !== owner) return false
    this.#lost.delete(id)
    return true
  }
}

export function sameKey(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}
