import type { AccountView, Role, Scope } from '../shared/account.ts'
import type { AccountRecord, AccountStore } from './account-store.ts'
import type { Clock } from './clock.ts'
import { lockedUntil } from './lock-out.ts'
import { passwordObjection, type Passwords } from './password.ts'

/** Names that nobody has are counted in memory, as those of accounts are: who is locked out must not tell who exists. */
const MOST_UNKNOWN = 10_000

export type CheckedPassword =
  | { readonly kind: 'right'; readonly account: AccountRecord }
  | { readonly kind: 'wrong' }
  /** Also where it was right: nobody gets in before `until`. */
  | { readonly kind: 'locked'; readonly until: number }

/** Why an account is not changed, for people. */
export class AccountObjection extends Error {
  override readonly name = 'AccountObjection'

  constructor(
    readonly code: 'account_unknown' | 'account_exists' | 'password_refused' | 'last_administrator' | 'scope_refused',
    message: string,
  ) {
    super(message)
  }
}

export interface AccountChange {
  readonly displayName?: string | undefined
  readonly role?: Role | undefined
  readonly scope?: Scope | null | undefined
  readonly disabled?: boolean | undefined
}

export interface AccountsOptions {
  readonly store: AccountStore
  readonly clock: Clock
  readonly passwords: Passwords
}

/** The accounts and their passwords. */
export class Accounts {
  readonly #options: AccountsOptions
  readonly #unknown = new Map<string, Pick<AccountRecord, 'failed' | 'lockedUntil'>>()

  constructor(options: AccountsOptions) {
    this.#options = options
  }

  /** True once somebody must sign in. */
  get exist(): boolean {
    return this.#options.store.size > 0
  }

  all(): AccountRecord[] {
    return this.#options.store.accounts()
  }

  find(name: string): AccountRecord | undefined {
    return this.#options.store.account(keyOf(name))
  }

  /** Throws an {@link AccountObjection} where there is none. */
  named(name: string): AccountRecord {
    const account = this.find(name)
    if (account) return account
    throw new AccountObjection('account_unknown', 'There is no such account.')
  }

  /** Throws an {@link AccountObjection} where there is none, or it has no password. */
  withPassword(name: string): AccountRecord {
    const account = this.named(name)
    if (account.password !== null) return account
    throw new AccountObjection('password_refused', 'This account signs in by OpenID Connect, and has no password.')
  }

  byId(id: number): AccountRecord | undefined {
    return this.#options.store.accountById(id)
  }

  async add(asked: {
    readonly name: string
    readonly displayName?: string | undefined
    readonly password: string
    readonly role: Role
    readonly scope?: Scope | null | undefined
    /** Nobody may have been faster. */
    readonly first?: boolean
  }): Promise<AccountRecord> {
    const { store, clock, passwords } = this.#options
    const { role, password, scope = null } = asked
    const name = keyOf(asked.name)
    const check = (): void => {
      if (asked.first && this.exist) throw new AccountObjection('account_exists', 'There is an administrator already.')
      if (store.account(name)) throw new AccountObjection('account_exists', `There is an account ${name} already.`)
    }
    check()
    checkScope(role, scope)
    checkPassword(password, name)
    const hash = await passwords.hash(password)
    // While it was hashed, somebody else may have been faster.
    check()
    return store.addAccount({
      name,
      displayName: asked.displayName?.trim() || asked.name,
      role,
      scope,
      password: hash,
      disabled: false,
      failed: 0,
      lockedUntil: null,
      created: clock.now(),
    })
  }

  change(
    name: string,
    { displayName, role, scope, disabled }: AccountChange,
  ): { old: AccountRecord; now: AccountRecord } {
    const old = this.named(name)
    const now: AccountRecord = {
      ...old,
      displayName: displayName?.trim() || old.displayName,
      role: role ?? old.role,
      scope: scope === undefined ? old.scope : scope,
      disabled: disabled ?? old.disabled,
      // Whoever is let in again begins anew.
      ...(disabled === false ? { failed: 0, lockedUntil: null } : {}),
    }
    checkScope(now.role, now.scope)
    if (isAdministrator(old) && !isAdministrator(now)) this.#keepAnother(old)
    this.#options.store.saveAccount(now)
    return { old, now }
  }

  async setPassword(name: string, password: string): Promise<AccountRecord> {
    const { id, name: key } = this.withPassword(name)
    checkPassword(password, key)
    const hash = await this.#options.passwords.hash(password)
    const account = this.byId(id)
    if (!account) throw new AccountObjection('account_unknown', 'There is no such account.')
    const changed = { ...account, password: hash, failed: 0, lockedUntil: null }
    this.#options.store.saveAccount(changed)
    return changed
  }

  delete(name: string): AccountRecord {
    const account = this.named(name)
    if (isAdministrator(account)) this.#keepAnother(account)
    this.#options.store.deleteAccount(account.id)
    return account
  }

  /** Rejects with {@link PasswordsBusy}. */
  async check(name: string, password: string): Promise<CheckedPassword> {
    const { clock, passwords, store } = this.#options
    const key = keyOf(name)
    const account = this.find(key)
    const known = account ?? this.#unknown.get(key) ?? { failed: 0, lockedUntil: null }
    if (known.lockedUntil !== null && known.lockedUntil > clock.now())
      return { kind: 'locked', until: known.lockedUntil }
    // Counted before it is checked: many guesses at once count as many.
    this.#failed(key, account, known.failed + 1)
    const right = await passwords.verify(password, account?.password ?? null)
    const current = account && this.byId(account.id)
    if (!right || !current?.password || current.disabled || current.password.hash !== account?.password?.hash)
      return { kind: 'wrong' }
    const rehashed = passwords.isWeak(current.password) ? await passwords.hash(password) : current.password
    const latest = this.byId(current.id)
    if (!latest || latest.disabled || latest.password?.hash !== current.password.hash) return { kind: 'wrong' }
    const saved = { ...latest, password: rehashed, failed: 0, lockedUntil: null }
    store.saveAccount(saved)
    return { kind: 'right', account: saved }
  }

  #failed(key: string, account: AccountRecord | undefined, failed: number): void {
    const until = lockedUntil(failed, this.#options.clock.now())
    if (account) {
      this.#options.store.saveAccount({ ...account, failed, lockedUntil: until })
      return
    }
    this.#unknown.delete(key)
    this.#unknown.set(key, { failed, lockedUntil: until })
    const [oldest] = this.#unknown.keys()
    if (this.#unknown.size > MOST_UNKNOWN && oldest !== undefined) this.#unknown.delete(oldest)
  }

  #keepAnother(account: AccountRecord): void {
    if (this.all().some((each) => each.id !== account.id && isAdministrator(each))) return
    throw new AccountObjection(
      'last_administrator',
      'This is the last administrator with a password. Make another one first.',
    )
  }
}

/** An account as administrators see it. */
export function accountView({
  name,
  displayName,
  role,
  scope,
  disabled,
  lockedUntil: until,
  created,
  password,
}: AccountRecord): AccountView {
  const by = password === null ? 'openid' : 'password'
  return { name, display_name: displayName, role, scope, disabled, locked_until: until, created, by }
}

/** One whom a provider vouches for is none that the panel can count on: neither the provider nor its answer is its own. */
function isAdministrator({ role, disabled, password }: AccountRecord): boolean {
  return role === 'administrator' && !disabled && password !== null
}

/** One who could change their own scope has none. */
function checkScope(role: Role, scope: Scope | null): void {
  if (role !== 'administrator' || scope === null) return
  throw new AccountObjection('scope_refused', 'An administrator always has the whole plant: leave the scope out.')
}

function checkPassword(password: string, name: string): void {
  const objection = passwordObjection(password, name)
  if (objection !== null) throw new AccountObjection('password_refused', objection)
}

function keyOf(name: string): string {
  return name.toLowerCase()
}
