import type { SignInView } from '../shared/account.ts'
import type { AccountStore, SignInRecord } from './account-store.ts'
import type { Clock } from './clock.ts'
import { hashSecret, isSecret, newSecret, newSecretId } from './secret.ts'

/** A browser in which nobody does anything for so long is signed out; and each is after so long, whatever happens. */
export const IDLE_MS = 12 * 3_600_000
export const ABSOLUTE_MS = 7 * 86_400_000

/** The cookie's secret is changed this often while it is used. */
export const ROTATE_MS = 15 * 60_000

/** How long requests that were under way may still show the secret before. */
const GRACE_MS = 60_000

/** Not every request is worth a write. */
const USED_MS = 60_000

export type UsedCookie =
  /** `fresh`: the browser is to keep this cookie from now on; null: the one that it has. */
  | { readonly kind: 'good'; readonly signIn: SignInRecord; readonly fresh: string | null }
  | { readonly kind: 'unknown' }
  /** An old secret came back after the new one had been seen: one of the two was stolen. It is over for both. */
  | { readonly kind: 'stolen'; readonly signIn: SignInRecord }

/** Browsers that are signed in. A cookie is `<id>.<secret>`; the secret changes, the id stays. */
export class SignIns {
  readonly #store: AccountStore
  readonly #clock: Clock
  readonly #most: number

  /** `most`: browsers of one account; the one that was used least lately goes. */
  constructor(store: AccountStore, clock: Clock, most = 10) {
    this.#store = store
    this.#clock = clock
    this.#most = most
  }

  /**
   * Begins one, always with a new id: what a browser brought along before is of no use to anybody. `lastsMs`: after so long
   * it is over whatever happens.
   */
  begin(
    account: number,
    address: string,
    agent: string,
    lastsMs = ABSOLUTE_MS,
  ): {
    readonly signIn: SignInRecord
    readonly cookie: string
    /** What had to go for it. */
    readonly ended: readonly SignInRecord[]
  } {
    const now = this.#clock.now()
    const secret = newSecret()
    const signIn: SignInRecord = {
      id: newSecretId(),
      account,
      hash: hashSecret(secret),
      previous: null,
      rotatedAt: now,
      seenAt: now,
      created: now,
      lastUsed: now,
      expires: now + lastsMs,
      address,
      agent: agent.slice(0, 200),
    }
    const own = this.ofAccount(account)
    const ended = own.slice(0, Math.max(0, own.length - this.#most + 1))
    for (const each of ended) this.#store.deleteSignIn(each.id)
    this.#store.saveSignIn(signIn)
    return { signIn, cookie: `${signIn.id}.${secret}`, ended }
  }

  /** What a cookie is worth. `rotate`: the answer can carry a new one, and somebody is doing something. */
  use(cookie: string, rotate: boolean): UsedCookie {
    const [id = '', secret = ''] = cookie.split('.', 2)
    const kept = this.#store.signIn(id)
    if (!kept || !this.isGood(kept)) return { kind: 'unknown' }
    const now = this.#clock.now()
    if (!isSecret(secret, kept.hash)) return this.#usePrevious(kept, secret, rotate)
    let signIn = kept
    if (signIn.seenAt === null) signIn = { ...signIn, seenAt: now }
    let fresh: string | null = null
    if (rotate && now - signIn.rotatedAt >= ROTATE_MS) {
      fresh = newSecret()
      signIn = { ...signIn, previous: signIn.hash, hash: hashSecret(fresh), rotatedAt: now, seenAt: null }
    }
    if (rotate && (fresh !== null || now - signIn.lastUsed >= USED_MS)) signIn = { ...signIn, lastUsed: now }
    if (signIn !== kept) this.#store.saveSignIn(signIn)
    return { kind: 'good', signIn, fresh: fresh === null ? null : `${id}.${fresh}` }
  }

  /** Somebody does something over a link that is open. */
  touch(id: string): void {
    const signIn = this.#store.signIn(id)
    const now = this.#clock.now()
    if (signIn && now - signIn.lastUsed >= USED_MS) this.#store.saveSignIn({ ...signIn, lastUsed: now })
  }

  /** True while it is neither idle nor old. */
  isGood({ lastUsed, expires }: SignInRecord): boolean {
    const now = this.#clock.now()
    return now < expires && now - lastUsed < IDLE_MS
  }

  find(id: string): SignInRecord | undefined {
    const signIn = this.#store.signIn(id)
    return signIn && this.isGood(signIn) ? signIn : undefined
  }

  /** Those that are good, used longest ago first; of one account, or all. */
  all(): SignInRecord[] {
    return this.#store
      .signIns()
      .filter((each) => this.isGood(each))
      .toSorted((a, b) => a.lastUsed - b.lastUsed)
  }

  ofAccount(account: number): SignInRecord[] {
    return this.all().filter((each) => each.account === account)
  }

  end(id: string): void {
    this.#store.deleteSignIn(id)
  }

  /** Those that are over need not be kept. */
  sweep(): void {
    for (const each of this.#store.signIns()) if (!this.isGood(each)) this.#store.deleteSignIn(each.id)
  }

  #usePrevious(kept: SignInRecord, secret: string, rotate: boolean): UsedCookie {
    const now = this.#clock.now()
    if (kept.previous === null || !isSecret(secret, kept.previous)) return { kind: 'unknown' }
    if (kept.seenAt !== null && now - kept.seenAt >= GRACE_MS) {
      this.#store.deleteSignIn(kept.id)
      return { kind: 'stolen', signIn: kept }
    }
    // The answer with the new secret may still be under way; after so long it was lost, and another is given out.
    const isLost = rotate && kept.seenAt === null && now - kept.rotatedAt >= ROTATE_MS
    if (!isLost) return { kind: 'good', signIn: kept, fresh: null }
    const fresh = newSecret()
    const signIn = { ...kept, hash: hashSecret(fresh), rotatedAt: now, lastUsed: now }
    this.#store.saveSignIn(signIn)
    return { kind: 'good', signIn, fresh: `${kept.id}.${fresh}` }
  }
}

export function signInView(record: SignInRecord, account: string, current: string | null): SignInView {
  const { id, created, lastUsed, expires, address, agent } = record
  return { id, account, created, last_used: lastUsed, expires, address, agent, current: id === current }
}
