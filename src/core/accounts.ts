import type { AccountView, Role, Scope } from '../shared/account.ts'
import type { AccountRecord, AccountStore, PinRecord } from './account-store.ts'
import type { Clock } from './clock.ts'
import { lockedUntil } from './lock-out.ts'
import { passwordObjection, type PasswordHash, type Passwords } from './password.ts'
import { pinObjection } from './pin.ts'

/** Names that nobody has are counted in memory, as those of accounts are: who is locked out must not tell who exists. */
const MOST_UNKNOWN = 10_000

/** What somebody shows to be who they are. Wrong ones are counted apart: a PIN that is locked out locks no password. */
export type Proof = 'password' | 'pin'

/** Under which those who are not named are counted. */
const ANYBODY = ''

export type CheckedPassword =
  | { readonly kind: 'right'; readonly account: AccountRecord }
  | { readonly kind: 'wrong' }
  /** Also where it was right: nobody gets in before `until`. */
  | { readonly kind: 'locked'; readonly until: number }

/** Why an account is not changed, for people. */
export class AccountObjection extends Error {
  override readonly name = 'AccountObjection'

  constructor(
    readonly code:
      | 'account_unknown'
      | 'account_exists'
      | 'password_refused'
      | 'pin_refused'
      | 'last_administrator'
      | 'scope_refused',
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
  readonly #unknown = new Map<string, Tries>()

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
      pin: null,
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
      ...(disabled === false ? { failed: 0, lockedUntil: null, pin: old.pin && { ...old.pin, ...NO_TRIES } } : {}),
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

  /** Null: from now on there is none. */
  async setPin(name: string, pin: string | null): Promise<AccountRecord> {
    const { id } = this.named(name)
    const objection = pin === null ? null : pinObjection(pin)
    if (objection !== null) throw new AccountObjection('pin_refused', objection)
    const hash = pin === null ? null : await this.#options.passwords.hash(pin)
    const account = this.byId(id)
    if (!account) throw new AccountObjection('account_unknown', 'There is no such account.')
    const changed = { ...account, pin: hash && { hash, ...NO_TRIES } }
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
  async check(name: string, secret: string, proof: Proof = 'password'): Promise<CheckedPassword> {
    const { clock, passwords, store } = this.#options
    const key = keyOf(name)
    const account = this.find(key)
    const kept = account ? keptOf(account, proof) : null
    const known = kept ?? this.#unknown.get(`${proof} ${key}`) ?? NO_TRIES
    if (known.lockedUntil !== null && known.lockedUntil > clock.now())
      return { kind: 'locked', until: known.lockedUntil }
    // Counted before it is checked: many guesses at once count as many.
    const tries = this.#failed(known)
    if (account && kept) store.saveAccount(withKept(account, proof, { ...kept, ...tries }))
    else this.#note(`${proof} ${key}`, tries)
    const right = await passwords.verify(secret, kept?.hash ?? null)
    if (!right || !account || !kept || !this.#isStill(account.id, proof, kept.hash)) return { kind: 'wrong' }
    const hash = passwords.isWeak(kept.hash) ? await passwords.hash(secret) : kept.hash
    const latest = this.#isStill(account.id, proof, kept.hash)
    if (!latest) return { kind: 'wrong' }
    const saved = withKept(latest, proof, { hash, ...NO_TRIES })
    store.saveAccount(saved)
    return { kind: 'right', account: saved }
  }

  /** Whose PIN this is, among several who are not named; wrong ones are counted for all together. */
  async checkPinOfAny(candidates: readonly AccountRecord[], pin: string): Promise<CheckedPassword> {
    const { clock, passwords } = this.#options
    const known = this.#unknown.get(ANYBODY) ?? NO_TRIES
    if (known.lockedUntil !== null && known.lockedUntil > clock.now())
      return { kind: 'locked', until: known.lockedUntil }
    this.#note(ANYBODY, this.#failed(known))
    const able = candidates.filter((each) => each.pin && (each.pin.lockedUntil ?? 0) <= clock.now())
    let found: AccountRecord | undefined
    // As many hashes whoever it is, and one where there is nobody.
    for (const each of able.length > 0 ? able : [null]) {
      const right = await passwords.verify(pin, each?.pin?.hash ?? null)
      if (right && each?.pin) found ??= this.#isStill(each.id, 'pin', each.pin.hash)
    }
    if (!found) return { kind: 'wrong' }
    this.#unknown.delete(ANYBODY)
    return { kind: 'right', account: found }
  }

  /** The account, while it may get in with what it got in with when this began. */
  #isStill(id: number, proof: Proof, { hash }: PasswordHash): AccountRecord | undefined {
    const account = this.byId(id)
    return account && !account.disabled && keptOf(account, proof)?.hash.hash === hash ? account : undefined
  }

  #failed({ failed }: Tries): Tries {
    return { failed: failed + 1, lockedUntil: lockedUntil(failed + 1, this.#options.clock.now()) }
  }

  #note(key: string, tries: Tries): void {
    this.#unknown.delete(key)
    this.#unknown.set(key, tries)
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

/** Wrong ones in a row, and until when nobody gets in; epoch milliseconds. */
type Tries = Pick<PinRecord, 'failed' | 'lockedUntil'>

const NO_TRIES: Tries = { failed: 0, lockedUntil: null }

function keptOf({ password, failed, lockedUntil: until, pin }: AccountRecord, proof: Proof): PinRecord | null {
  if (proof === 'pin') return pin
  return password && { hash: password, failed, lockedUntil: until }
}

function withKept(account: AccountRecord, proof: Proof, kept: PinRecord): AccountRecord {
  const { hash: password, failed, lockedUntil: until } = kept
  return proof === 'pin' ? { ...account, pin: kept } : { ...account, password, failed, lockedUntil: until }
}

/** An account as administrators see it. */
export function accountView({
  name,
  displayName,
  role,
  scope,
  disabled,
  lockedUntil: until,
  pin,
  created,
  password,
}: AccountRecord): AccountView {
  const by = password === null ? 'openid' : 'password'
  return { name, display_name: displayName, role, scope, disabled, locked_until: until, pin: pin !== null, created, by }
}

/** What the audit says of an account. */
export function accountFacts({ displayName, role, scope, disabled }: AccountRecord): object {
  return { display_name: displayName, role, scope, disabled }
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
