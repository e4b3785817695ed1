import type { AccountView, AuditRow, AuditVerdict, Me, Role, Scope, SignInView, TokenView } from '../shared/account.ts'
import type { Access } from './access.ts'
import { type AccessTokens, MAX_TOKEN_MS, tokenView } from './access-tokens.ts'
import type { AccountRecord, AuditQuery } from './account-store.ts'
import { type AccountChange, accountFacts, AccountObjection, type Accounts, accountView } from './accounts.ts'
import type { Audit } from './audit.ts'
import type { Clock } from './clock.ts'
import { requireRight } from './denial.ts'
import type { Display } from './display.ts'
import type { Entrance } from './entrance.ts'
import type { Gate } from './gate.ts'
import { Forbidden, refusalOf, SignInRefused } from './refusals.ts'
import { type Action, ACTIONS, forbiddenMessage, isAtLeast } from './rights.ts'
import { type SignIns, signInView } from './sign-ins.ts'

export interface AdministrationOptions {
  readonly accounts: Accounts
  readonly signIns: SignIns
  readonly tokens: AccessTokens
  readonly audit: Audit
  readonly gate: Gate
  readonly display: Display
  readonly clock: Clock
  readonly entrance: Entrance
}

/** Accounts, browsers, tokens and the audit: everything asks the rights table first, and is written down. */
export class Administration {
  readonly #options: AdministrationOptions

  constructor(options: AdministrationOptions) {
    this.#options = options
  }

  get entrance(): Entrance {
    return this.#options.entrance
  }

  me(access: Access): Me {
    const { accounts, display } = this.#options
    const { account, displayName, role, scope, by, local } = access
    const own = account === null ? undefined : accounts.find(account)
    const locked = by === 'locked' && display.locked !== null ? accounts.byId(display.locked) : undefined
    return {
      account,
      display_name: displayName,
      role,
      scope,
      by,
      may: ACTIONS.filter((action) => access.may(action)),
      pin: ((locked ?? own)?.pin ?? null) !== null,
      lockable: local && by === 'sign_in' && display.asks !== 'open',
      locked_for: locked ? { account: locked.name, display_name: locked.displayName } : null,
    }
  }

  accounts(access: Access): AccountView[] {
    this.#require(access, 'accounts', 'accounts')
    return this.#options.accounts.all().map(accountView)
  }

  addAccount(
    access: Access,
    asked: {
      readonly name: string
      readonly display_name?: string | undefined
      readonly password: string
      readonly role: Role
      readonly scope?: Scope | null | undefined
    },
  ): Promise<AccountView> {
    const { display_name: displayName, ...rest } = asked
    return this.#do(access, 'accounts', 'account_added', asked.name, async () => {
      const account = await this.#options.accounts.add({ ...rest, displayName })
      return { value: accountView(account), new: accountFacts(account) }
    })
  }

  changeAccount(access: Access, name: string, change: AccountChange): Promise<AccountView> {
    return this.#do(access, 'accounts', 'account_changed', name, () => {
      const { old, now } = this.#options.accounts.change(name, change)
      return { value: accountView(now), old: accountFacts(old), new: accountFacts(now) }
    })
  }

  deleteAccount(access: Access, name: string): Promise<void> {
    return this.#do(access, 'accounts', 'account_deleted', name, () => {
      return { value: undefined, old: accountFacts(this.#options.accounts.delete(name)) }
    })
  }

  /** An administrator gives somebody another password; whoever is signed in with the old one is not any more. */
  setPassword(access: Access, name: string, password: string): Promise<void> {
    return this.#do(access, 'accounts', 'password_set', name, async () => {
      const { id } = await this.#options.accounts.setPassword(name, password)
      this.#endSignIns(id, access.credential)
      return { value: undefined }
    })
  }

  /** Null: from now on there is none. */
  setPin(access: Access, name: string, pin: string | null): Promise<void> {
    return this.#do(access, 'accounts', pin === null ? 'pin_removed' : 'pin_set', name, async () => {
      await this.#options.accounts.setPin(name, pin)
      return { value: undefined }
    })
  }

  setOwnPin(access: Access, current: string, pin: string | null): Promise<void> {
    const action = pin === null ? 'pin_removed' : 'pin_set'
    return this.#do(access, 'own_account', action, access.account ?? '', async () => {
      const { name } = this.#self(access)
      await this.#checkOwn(access, name, current)
      await this.#options.accounts.setPin(name, pin)
      return { value: undefined }
    })
  }

  changeOwnPassword(access: Access, current: string, password: string): Promise<void> {
    return this.#do(access, 'own_account', 'password_changed', access.account ?? '', async () => {
      const { name, id } = this.#options.accounts.withPassword(this.#self(access).name)
      await this.#checkOwn(access, name, current)
      await this.#options.accounts.setPassword(name, password)
      this.#endSignIns(id, access.credential)
      return { value: undefined }
    })
  }

  /** One's own, or with the right everybody's. */
  signIns(access: Access): SignInView[] {
    this.#require(access, 'own_account', 'sessions')
    const { signIns, accounts } = this.#options
    return signIns
      .all()
      .filter(({ account }) => this.#owns(access, account) || access.may('sessions'))
      .map((each) => signInView(each, accounts.byId(each.account)?.name ?? '', access.credential))
  }

  endSignIn(access: Access, id: string): Promise<void> {
    return this.#do(access, 'own_account', 'sign_in_ended', id, () => {
      const { signIns } = this.#options
      const found = signIns.find(id)
      if (!found || !this.#mayTouch(access, found.account)) throw notFound('session')
      signIns.end(id)
      return { value: undefined, old: { account: this.#options.accounts.byId(found.account)?.name } }
    })
  }

  tokens(access: Access): TokenView[] {
    this.#require(access, 'own_account', 'tokens')
    const { tokens, accounts } = this.#options
    return tokens
      .all()
      .filter(({ account }) => this.#owns(access, account) || access.may('sessions'))
      .map((each) => tokenView(each, accounts.byId(each.account)?.name ?? ''))
  }

  /** The text of the new token is told this once. */
  createToken(
    access: Access,
    asked: {
      readonly name: string
      readonly role: Role
      readonly scope?: Scope | null | undefined
      readonly days: number
    },
  ): Promise<TokenView & { token: string }> {
    const { name, role, scope = null, days } = asked
    return this.#do(access, 'own_account', 'token_created', name, () => {
      const { tokens, clock } = this.#options
      const account = this.#self(access)
      if (!isAtLeast(account.role, role))
        throw new Forbidden(`A token may not have a higher role than ${account.role}.`)
      const expires = clock.now() + Math.min(days * 86_400_000, MAX_TOKEN_MS)
      const { token, text } = tokens.create({ account: account.id, name, role, scope, expires })
      const view = tokenView(token, account.name)
      return { value: { ...view, token: text }, new: view }
    })
  }

  revokeToken(access: Access, id: string): Promise<void> {
    return this.#do(access, 'own_account', 'token_revoked', id, () => {
      const { tokens } = this.#options
      const found = tokens.find(id)
      if (!found || !this.#mayTouch(access, found.account)) throw notFound('token')
      tokens.revoke(found)
      return { value: undefined, old: tokenView(found, this.#options.accounts.byId(found.account)?.name ?? '') }
    })
  }

  audit(access: Access, query: AuditQuery): AuditRow[] {
    this.#require(access, 'audit', 'audit')
    return this.#options.audit.query(query)
  }

  /** Rejects with {@link Forbidden} and a JournalError. */
  async verifyAudit(access: Access): Promise<AuditVerdict> {
    this.#require(access, 'audit', 'audit')
    const verdict = await this.#options.audit.verify()
    const { ok } = verdict
    this.#options.audit.record(access, { action: 'audit_verified', target: 'audit', result: ok ? 'done' : 'broken' })
    return ok
      ? { ok, count: verdict.count, hash: verdict.hash, problem: null }
      : { ok, count: verdict.number - 1, hash: null, problem: verdict.problem }
  }

  /** Reading a part of it is not worth a row, taking it away is. */
  exportAudit(access: Access, format: string): void {
    this.#require(access, 'audit', 'audit')
    this.#options.audit.record(access, { action: 'audit_exported', target: 'audit', new: { format } })
  }

  async #checkOwn({ credential }: Access, name: string, password: string): Promise<void> {
    const checked = await this.#options.accounts.check(name, password, { from: `sign-in ${credential ?? ''}` })
    if (checked.kind !== 'right')
      throw refusalOf(checked, this.#options.clock.now(), 'The present password is not right.')
  }

  #endSignIns(account: number, except: string | null): void {
    const { signIns } = this.#options
    for (const { id } of signIns.ofAccount(account)) if (id !== except) signIns.end(id)
  }

  /** The account of somebody who has signed in: a program's token must not make others, or lock its owner out. */
  #self(access: Access): AccountRecord {
    const account = access.account === null ? undefined : this.#options.accounts.find(access.account)
    if (account && access.by === 'sign_in') return account
    throw new Forbidden('This can be done by somebody who has signed in, not with a token and not without an account.')
  }

  #owns(access: Access, account: number): boolean {
    return access.account !== null && this.#options.accounts.byId(account)?.name === access.account
  }

  #mayTouch(access: Access, account: number): boolean {
    if (access.may('sessions')) return true
    return this.#owns(access, account) && access.by === 'sign_in'
  }

  /** Being kept from looking at something is named after what it was. */
  #require(access: Access, right: Action, target: string): void {
    requireRight(this.#options.audit, access, right, { action: right, target })
  }

  /** Does it, writes down what came of it, and lets it count at once for whoever it is about. */
  async #do<T>(
    access: Access,
    right: Action,
    action: string,
    target: string,
    run: () => Promise<Done<T>> | Done<T>,
  ): Promise<T> {
    const { audit, gate } = this.#options
    try {
      if (!access.may(right)) throw new Forbidden(forbiddenMessage(access.role, right))
      const { value, ...deed } = await run()
      audit.record(access, { action, target, ...deed })
      gate.recheck()
      return value
    } catch (error) {
      audit.record(access, { action, target, result: resultOf(error) })
      throw error
    }
  }
}

interface Done<T> {
  readonly value: T
  readonly old?: unknown
  readonly new?: unknown
}

function resultOf(error: unknown): string {
  if (error instanceof Forbidden) return 'forbidden'
  if (error instanceof AccountObjection || error instanceof SignInRefused) return error.code
  return 'failed'
}

function notFound(what: string): SignInRefused {
  return new SignInRefused('not_found', `There is no such ${what}.`)
}
