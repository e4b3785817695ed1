import type { Role, Scope, TokenView } from '../shared/account.ts'
import type { AccountStore, TokenRecord } from './account-store.ts'
import type { Clock } from './clock.ts'
import { hashSecret, isSecret, newSecret, newSecretId } from './secret.ts'

/** So that whoever finds one somewhere knows what it is, and scanners for lost secrets do. */
export const TOKEN_PREFIX = 'andon_pat_'

/** Longest life of a token, milliseconds. */
export const MAX_TOKEN_MS = 366 * 86_400_000

const USED_MS = 60_000

/** Personal access tokens, for programs: `andon_pat_<id>.<secret>`. Only hashes are kept. */
export class AccessTokens {
  readonly #store: AccountStore
  readonly #clock: Clock

  constructor(store: AccountStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** The text is told this once. */
  create(asked: {
    readonly account: number
    readonly name: string
    readonly role: Role
    readonly scope: Scope | null
    readonly expires: number
  }): { readonly token: TokenRecord; readonly text: string } {
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
    return token && token.revoked === null && this.#clock.now() < token.expires ? token : undefined
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
