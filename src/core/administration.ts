import type {
  AccountView,
  AuditRow,
  AuditVerdict,
  Me,
  Role,
  Scope,
  SignInState,
  SignInView,
  TokenView,
} from '../shared/account.ts'
import type { Access } from './access.ts'
import { type AccessTokens, MAX_TOKEN_MS, tokenView } from './access-tokens.ts'
import type { AccountRecord, AccountStore, AuditQuery } from './account-store.ts'
import { type AccountChange, AccountObjection, type Accounts, accountView, type CheckedPassword } from './accounts.ts'
import type { Audit, Doer } from './audit.ts'
import type { Clock } from './clock.ts'
import type { Display } from './display.ts'
import type { FirstCode } from './first-code.ts'
import type { Gate } from './gate.ts'
import { isPin } from './pin.ts'
import { type Action, ACTIONS, forbiddenMessage, isAtLeast } from './rights.ts'
import { type SignIns, signInView } from './sign-ins.ts'

/** Whoever asks may not. The message is for people. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden'
}

/** Signing in did not work. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused'

  constructor(
    readonly code: 'sign_in_failed' | 'locked' | 'code_wrong' | 'not_lasting' | 'not_found',
    message: string,
    /** Milliseconds after which it can work. */
    readonly retryAfter: number | null = null,
  ) {
    super(message)
  }
}

/** Where somebody comes from who is not known yet. */
export interface Visitor {
  readonly address: string
  readonly agent: string
  readonly local: boolean
  /** The cookie that the browser still has from before. */
  readonly cookie: string | null
}

export interface AdministrationOptions {
  readonly store: AccountStore
  readonly accounts: Accounts
  readonly signIns: SignIns
  readonly tokens: AccessTokens
  readonly audit: Audit
  readonly gate: Gate
  readonly display: Display
  readonly code: FirstCode
  readonly clock: Clock
}

/** Signing in, accounts, browsers, tokens and the audit: everything asks the rights table first, and is written down. */
export class Administration {
  readonly #options: AdministrationOptions

  constructor(options: AdministrationOptions) {
    this.#options = options
  }

  /** What a page must know before it knows anybody. */
  signInState(local: boolean): SignInState {
    const { gate } = this.#options
    if (!local) this.offerCode()
    return { required: gate.closed, first_administrator: !gate.closed, code_needed: !local }
  }

  /** Prints the one-time code, while there is no account and none is good. */
  offerCode(): void {
    const { gate, code } = this.#options
    if (!gate.closed) code.offer()
  }

  /** Returns the browser's new cookie. At the machine's own display a PIN will do. Rejects with {@link SignInRefused}. */
  async signIn(name: string, password: string, visitor: Visitor): Promise<string> {
    const { accounts, audit } = this.#options
    // A name may be a password that was typed into the wrong field.
    const doer: Doer = { who: accounts.find(name)?.name ?? 'unknown name', from: fromOf(visitor) }
    const checked = await accounts.check(name, password, visitor.local && isPin(password) ? 'pin' : 'password')
    if (checked.kind === 'right') return this.#begin(checked.account, visitor)
    audit.record(doer, { action: 'sign_in', target: 'panel', result: checked.kind === 'locked' ? 'locked' : 'refused' })
    throw this.#refusal(checked, 'The name or the password is not right.')
  }

  /**
   * For what only an administrator may do at the machine's own display, such as leaving the kiosk. Without a name the PIN
   * may be any administrator's. Returns whose it is. Rejects with {@link SignInRefused} and {@link Forbidden}.
   */
  async checkPin({ pin, name }: { readonly pin: string; readonly name?: string | undefined }, visitor: Visitor) {
    const { accounts, audit } = this.#options
    const named = name === undefined ? undefined : accounts.find(name)
    const doer: Doer = { who: named?.name ?? 'unknown name', from: fromOf(visitor) }
    const refuse = (result: string, error: Error): never => {
      audit.record(doer, { action: 'pin_check', target: 'panel', result })
      throw error
    }
    if (!visitor.local) return refuse('forbidden', new Forbidden(AT_THE_DISPLAY))
    const administrators = accounts.all().filter(({ role }) => role === 'administrator')
    const checked =
      name === undefined ? await accounts.checkPinOfAny(administrators, pin) : await accounts.check(name, pin, 'pin')
    if (checked.kind !== 'right')
      return refuse(
        checked.kind === 'locked' ? 'locked' : 'refused',
        this.#refusal(checked, 'This is not the PIN of an administrator.'),
      )
    const { account } = checked
    if (account.role !== 'administrator')
      return refuse('forbidden', new Forbidden(forbiddenMessage(account.role, 'accounts')))
    audit.record({ ...doer, who: account.name }, { action: 'pin_check', target: 'panel' })
    return { account: account.name }
  }

  /** Locks the machine's own display. Rejects with {@link Forbidden}. */
  lockDisplay(access: Access): void {
    const { gate, audit, display } = this.#options
    if (access.local && display.there?.signIn === access.credential && gate.lockDisplay('asked')) return
    audit.record(access, { action: 'display_locked', target: 'panel', result: 'forbidden' })
    throw new Forbidden(AT_THE_DISPLAY)
  }

  signOut(access: Access): void {
    const { signIns, audit, gate } = this.#options
    if (access.by !== 'sign_in') return
    signIns.end(access.credential ?? '')
    if (access.local) this.#options.display.signedOut()
    audit.record(access, { action: 'sign_out', target: 'panel' })
    gate.recheck()
  }

  /** Makes the first administrator and signs them in. Rejects with {@link SignInRefused} and {@link AccountObjection}. */
  async firstAdministrator(
    asked: { readonly code?: string | undefined; readonly name: string; readonly password: string },
    visitor: Visitor,
  ): Promise<string> {
    const { accounts, audit, code, store, gate } = this.#options
    const doer: Doer = { who: 'nobody in particular', from: fromOf(visitor) }
    const refuse = (result: string, error: Error): never => {
      audit.record(doer, { action: 'first_administrator', target: 'panel', result })
      throw error
    }
    if (gate.closed) return refuse('refused', new SignInRefused('not_found', 'There is an administrator already.'))
    if (!visitor.local && !code.isRight(asked.code ?? '')) {
      code.offer()
      const message = 'The code is not right, or too old. The panel prints one where it was started.'
      return refuse('code_wrong', new SignInRefused('code_wrong', message))
    }
    if (!store.lasting) {
      return refuse('not_lasting', new SignInRefused('not_lasting', 'The data folder cannot be written.'))
    }
    const { name, password } = asked
    const account = await accounts.add({ name, password, role: 'administrator', first: true })
    if (!visitor.local) code.take(asked.code ?? '')
    audit.record(doer, { action: 'first_administrator', target: account.name, new: shown(account) })
    const cookie = this.#begin(account, visitor)
    // From now on everybody else needs an identity, too.
    gate.recheck()
    return cookie
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
      return { value: accountView(account), new: shown(account) }
    })
  }

  changeAccount(access: Access, name: string, change: AccountChange): Promise<AccountView> {
    return this.#do(access, 'accounts', 'account_changed', name, () => {
      const { old, now } = this.#options.accounts.change(name, change)
      return { value: accountView(now), old: shown(old), new: shown(now) }
    })
  }

  deleteAccount(access: Access, name: string): Promise<void> {
    return this.#do(access, 'accounts', 'account_deleted', name, () => {
      return { value: undefined, old: shown(this.#options.accounts.delete(name)) }
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
      await this.#checkOwn(name, current)
      await this.#options.accounts.setPin(name, pin)
      return { value: undefined }
    })
  }

  changeOwnPassword(access: Access, current: string, password: string): Promise<void> {
    return this.#do(access, 'own_account', 'password_changed', access.account ?? '', async () => {
      const { name, id } = this.#self(access)
      await this.#checkOwn(name, current)
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

  #begin(account: AccountRecord, visitor: Visitor): string {
    const { signIns, audit, gate } = this.#options
    const [old] = visitor.cookie?.split('.', 1) ?? []
    // Whatever this browser was before is over: two people do not share one sign-in.
    if (old !== undefined && visitor.cookie !== null && signIns.use(visitor.cookie, false).kind === 'good')
      signIns.end(old)
    const { cookie, signIn, ended } = signIns.begin(account.id, visitor.address, visitor.agent)
    const doer: Doer = { who: account.name, from: fromOf(visitor) }
    for (const { id } of ended) audit.record(doer, { action: 'sign_in_ended', target: id, new: { why: 'too_many' } })
    audit.record(doer, { action: 'sign_in', target: 'panel' })
    if (visitor.local) this.#options.display.signedIn({ signIn: signIn.id, account: account.id })
    gate.recheck()
    return cookie
  }

  async #checkOwn(name: string, password: string): Promise<void> {
    const checked = await this.#options.accounts.check(name, password)
    if (checked.kind !== 'right') throw this.#refusal(checked, 'The present password is not right.')
  }

  #refusal(checked: Exclude<CheckedPassword, { kind: 'right' }>, message: string): SignInRefused {
    if (checked.kind === 'wrong') return new SignInRefused('sign_in_failed', message)
    const wait = checked.until - this.#options.clock.now()
    return new SignInRefused('locked', `Too many wrong tries. Try again in ${Math.ceil(wait / 1000)} seconds.`, wait)
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

  #require(access: Access, action: Action, target: string): void {
    if (access.may(action)) return
    const message = forbiddenMessage(access.role, action)
    this.#options.audit.record(access, { action, target, result: 'forbidden' })
    throw new Forbidden(message)
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

const AT_THE_DISPLAY = 'This can only be done at the machine’s own display, by whoever is signed in at it.'

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

function shown({ displayName, role, scope, disabled }: AccountRecord): object {
  return { display_name: displayName, role, scope, disabled }
}

function fromOf({ local, address }: Visitor): string {
  return local ? 'local display' : address
}
