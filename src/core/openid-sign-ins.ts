import type { OpenIdRefusal, SignInState } from '../shared/account.ts'
import type { Access } from './access.ts'
import type { AccountRecord } from './account-store.ts'
import { accountFacts, type Accounts } from './accounts.ts'
import { type Entrance, fromOf, type Visitor } from './entrance.ts'
import type { Audit } from './audit.ts'
import type { AuditThrottle } from './audit-throttle.ts'
import type { Gate } from './gate.ts'
import type { OpenIdAccounts } from './openid-accounts.ts'
import type { OpenIdFlow, OpenIdFlows } from './openid-flows.ts'
import { grantOf, namesOf, type OpenIdClaims, type OpenIdRules } from './openid-grant.ts'
import type { SignIns } from './sign-ins.ts'

/** Signing in by OpenID Connect came to nothing. */
export class OpenIdRefused extends Error {
  override readonly name = 'OpenIdRefused'

  constructor(readonly code: OpenIdRefusal) {
    super(`signing in by OpenID Connect came to nothing: ${code}`)
  }
}

/** Whoever vouches for people. What fails rejects with an {@link OpenIdRefused}. */
export interface OpenIdProvider {
  readonly issuer: string
  /** False once it did not answer, until it does. */
  readonly reachable: boolean
  /** Where the browser goes first. */
  authorizationUrl(flow: OpenIdFlow): Promise<string>
  /** What it says of whoever came back with this query: checked against the flow, with signature, issuer and audience. */
  claims(query: string, flow: OpenIdFlow): Promise<OpenIdClaims>
  /** Where the browser goes to sign out there, too; null where that is not offered. */
  readonly endSessionUrl: string | null
}

export interface OpenIdSignInsOptions {
  readonly provider: OpenIdProvider
  readonly rules: OpenIdRules
  /** How long the provider's word counts, milliseconds: after that it is asked again, for it may say something else by then. */
  readonly signInMs: number
  /** What stands on the button; null: nothing special. */
  readonly label: string | null
  /** Where browsers find the panel: an origin. */
  readonly panel: string
  readonly flows: OpenIdFlows
  readonly openIdAccounts: OpenIdAccounts
  readonly accounts: Pick<Accounts, 'find'>
  readonly signIns: Pick<SignIns, 'ofAccount' | 'end'>
  readonly entrance: Pick<Entrance, 'begin'>
  readonly gate: Pick<Gate, 'closed' | 'recheck'>
  readonly audit: Pick<Audit, 'record'>
  /** Where it is written down what those were refused who have no account. */
  readonly refused: Pick<AuditThrottle, 'record'>
}

/** Below this path the browser goes to the provider and comes back. */
export const OPENID_PATH = '/api/v1/openid'

/** Signing in by OpenID Connect: whom the provider vouches for gets an account, with the role that it says today. */
export class OpenIdSignIns {
  readonly #options: OpenIdSignInsOptions

  constructor(options: OpenIdSignInsOptions) {
    this.#options = options
  }

  /** Where browsers find the panel: an origin. */
  get panel(): string {
    return this.#options.panel
  }

  get state(): NonNullable<SignInState['openid']> {
    const { label, panel, provider } = this.#options
    return { label, url: `${panel}${OPENID_PATH}/start`, reachable: provider.reachable }
  }

  /** Begins: the address at the provider, and the cookie that binds what comes back to this browser. */
  async start(to: string, visitor: Visitor): Promise<{ readonly url: string; readonly cookie: string }> {
    const { flows, provider, gate } = this.#options
    // Whoever makes the first administrator shows that they are at the machine; a provider cannot show that.
    if (!gate.closed) throw new OpenIdRefused('first')
    const { flow, cookie } = flows.begin(to, visitor.address, visitor.cookie)
    return { url: await provider.authorizationUrl(flow), cookie }
  }

  /**
   * Takes whoever comes back with this query: the cookie of their sign-in, and where to go on. `cookie`: what
   * {@link start} gave this browser. Rejects with an {@link OpenIdRefused}, and a JournalError.
   */
  async finish(
    query: string,
    cookie: string | null,
    visitor: Visitor,
  ): Promise<{ readonly cookie: string; readonly to: string }> {
    const { flows, provider, gate, entrance, signInMs } = this.#options
    const flow = cookie === null ? null : flows.take(cookie)
    if (!flow) return this.#refuse('expired', 'unknown', visitor)
    if (!gate.closed) return this.#refuse('first', 'unknown', visitor)
    let claims: OpenIdClaims
    try {
      claims = await provider.claims(query, flow)
    } catch (error) {
      if (!(error instanceof OpenIdRefused)) throw error
      return this.#refuse(error.code, 'unknown', visitor)
    }
    const account = this.#accountOf(claims, visitor)
    return { cookie: entrance.begin(account, { ...visitor, cookie: flow.before }, signInMs), to: flow.to }
  }

  /** Where somebody goes on who signs out; null where the provider has no part in it. */
  endSessionUrl({ account, by }: Access): string | null {
    const record = account === null || by !== 'sign_in' ? undefined : this.#options.accounts.find(account)
    return record && record.password === null ? this.#options.provider.endSessionUrl : null
  }

  #accountOf(claims: OpenIdClaims, visitor: Visitor): AccountRecord {
    const { provider, openIdAccounts, rules, audit } = this.#options
    const subject = { issuer: provider.issuer, subject: claims.sub }
    const grant = grantOf(claims, rules)
    const old = openIdAccounts.find(subject)
    const names = namesOf(claims)
    const who = old?.name ?? `${names.name} (OpenID)`
    if (!grant) {
      if (old) this.#end(old)
      return this.#refuse('no_role', who, visitor, old)
    }
    if (old?.disabled) return this.#refuse('disabled', who, visitor, old)
    const now = old ? openIdAccounts.renew(old, grant) : openIdAccounts.add(subject, names, grant)
    const [before, after] = [old && accountFacts(old), accountFacts(now)]
    const doer = { who: now.name, from: fromOf(visitor) }
    if (!before) audit.record(doer, { action: 'account_added', target: now.name, new: { ...after, ...subject } })
    else if (JSON.stringify(before) !== JSON.stringify(after))
      audit.record(doer, { action: 'account_changed', target: now.name, old: before, new: after })
    return now
  }

  /** Whoever has lost every role at the provider is signed out in their other browsers, too. */
  #end({ id }: AccountRecord): void {
    const { signIns, gate } = this.#options
    for (const each of signIns.ofAccount(id)) signIns.end(each.id)
    gate.recheck()
  }

  #refuse(code: OpenIdRefusal, who: string, visitor: Visitor, account?: AccountRecord): never {
    const { audit, refused } = this.#options
    const doer = { who, from: fromOf(visitor) }
    const deed = { action: 'sign_in', target: 'panel', result: `openid_${code}` }
    if (account) audit.record(doer, { ...deed, old: accountFacts(account) })
    else refused.record(doer, deed)
    throw new OpenIdRefused(code)
  }
}
