import type { Role, Scope, TokenView } from '../shared/account.ts'
import type { AccountStore, TokenRecord } from './account-store.ts'
import { AccountObjection } from './accounts.ts'
import type { Clock } from './clock.ts'
import { hashSecret, isSecret, newSecret, newSecretId } from './secret.ts'

/** So that whoever finds one somewhere knows what it is, and scanners for lost secrets do. */
export const TOKEN_PREFIX = 'andon_pat_'

/** Longest life of a token, milliseconds. */
export const MAX_TOKEN_MS = 366 * 86_400_000

const USED_MS = 60_000

/** Most that an account has at a time, and most of its ended ones that are still listed. */
const MOST_TOKENS = 50
const MOST_ENDED = 100

/** Personal access tokens, for programs: `andon_pat_<id>.<secret>`. Only hashes are kept. */
export class AccessTokens {
  readonly #store: AccountStore
  readonly #clock: Clock

  constructor(store: AccountStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** The text is told this once. Throws an {@link AccountObjection} where the account has too many. */
  create(asked: {
    readonly account: number
    readonly name: string
    readonly role: Role
    readonly scope: Scope | null
    readonly expires: number
  }): { readonly token: TokenRecord; readonly text: string } {
    this.#makeRoom(asked.account)
    const secret = newSecret()
    const token: TokenRecord = {
      ...asked,
      id: newSecretId(),
      hash: hashSecret(secret),
      created: this.#clock.now(),
      lastUsed: null,
      revoked: null,
    }
    this.#store.saveToken(token)
    return { token, text: `${TOKEN_PREFIX}${token.id}.${secret}` }
  }

  /** The token of this text, while it is good. */
  use(text: string): TokenRecord | undefined {
    if (!text.startsWith(TOKEN_PREFIX)) return undefined
    const [id = '', secret = ''] = text.slice(TOKEN_PREFIX.length).split('.', 2)
    const token = this.find(id)
    if (!token || !isSecret(secret, token.hash)) return undefined
    const now = this.#clock.now()
    if (now - (token.lastUsed ?? 0) >= USED_MS) this.#store.saveToken({ ...token, lastUsed: now })
    return token
  }

  /** While it is good. */
  find(id: string): TokenRecord | undefined {
    const token = this.#store.token(id)
    return token && this.#isGood(token) ? token : undefined
  }

  #isGood({ revoked, expires }: TokenRecord): boolean {
    return revoked === null && this.#clock.now() < expires
  }

  #makeRoom(account: number): void {
    const own = this.all().filter((token) => token.account === account)
    if (own.filter((token) => this.#isGood(token)).length >= MOST_TOKENS) {
      const message = `An account has ${MOST_TOKENS} tokens at most. Revoke one that is not needed any more.`
      throw new AccountObjection('tokens_full', message)
    }
    const ended = own.filter((token) => !this.#isGood(token)).toSorted((a, b) => b.created - a.created)
    for (const { id } of ended.slice(MOST_ENDED)) this.#store.deleteToken(id)
  }

  all(): TokenRecord[] {
    return this.#store.tokens()
  }

  revoke(token: TokenRecord): void {
    if (token.revoked === null) this.#store.saveToken({ ...token, revoked: this.#clock.now() })
  }
}

export function tokenView(token: TokenRecord, account: string): TokenView {
  const { id, name, role, scope, created, expires, lastUsed, revoked } = token
  return { id, account, name, role, scope, created, expires, last_used: lastUsed, revoked }
}
