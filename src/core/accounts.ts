import type { AccountView, Role, Scope } from '../shared/account.ts'
import type { AccountRecord, AccountStore, PinRecord } from './account-store.ts'
import type { Clock } from './clock.ts'
import { FREE_OF_NAME, lockOf, NO_TRIES, oneMore, TriesInMemory } from './lock-out.ts'
import { passwordObjection, PasswordsBusy, type PasswordHash, type Passwords } from './password.ts'
import { pinObjection } from './pin.ts'

/** What somebody shows to be who they are. Wrong ones are counted apart: a PIN that is locked out locks no password. */
export type Proof = 'password' | 'pin'

/** Where it is shown: wrong ones are counted by name and place. */
export interface Showing {
  /** An address group, a sign-in, or {@link AT_DISPLAY}. */
  readonly from: string
  /** Default: `password`. */
  readonly proof?: Proof
}

/** The machine's own display, in place of an address. */
export const AT_DISPLAY = 'local display'

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
      | 'tokens_full'
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
  /** By name and place; and of names that nobody has, as of those that there are: being locked out must not tell who exists. */
  readonly #tries = new TriesInMemory()

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
    if (disabled === false) this.#tries.forgetAll(placesOf(old.name))
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

  /**
   * Wrong ones lock out whoever comes from there; very many, from wherever, lock the name. The machine's own display is
   * counted for itself: nobody far away locks out whoever stands at the machine. Rejects with {@link PasswordsBusy}.
   */
  async check(name: string, secret: string, { from, proof = 'password' }: Showing): Promise<CheckedPassword> {
    const { clock, passwords, store } = this.#options
    const now = clock.now()
    const key = keyOf(name)
    const account = this.find(key)
    const kept = account ? keptOf(account, proof) : null
    const everywhere = `${proof} ${key}`
    // With another password they begin anew, also where another process has set it.
    const here = `${placesOf(key)}${proof} ${from} ${kept?.hash.hash ?? ''}`
    const [ofName, ofPlace] = [kept ?? this.#tries.of(everywhere), this.#tries.of(here)]
    const isApart = proof === 'password' && from === AT_DISPLAY
    const until = isApart ? lockOf(now, ofPlace) : lockOf(now, ofName, ofPlace)
    if (until !== null) return { kind: 'locked', until }
    passwords.requireRoom()
    // Counted before it is checked: many guesses at once count as many.
    this.#tries.note(here, oneMore(ofPlace, now))
    if (!isApart) {
      // PINs have few values, and are good at one place alone.
      const tries = oneMore(ofName, now, proof === 'pin' ? undefined : FREE_OF_NAME)
      if (account && kept) store.saveAccount(withKept(account, proof, { ...kept, ...tries }))
      else this.#tries.note(everywhere, tries)
    }
    const right = await passwords.verify(secret, kept?.hash ?? null)
    if (!right || !account || !kept || !this.#isStill(account.id, proof, kept.hash)) return { kind: 'wrong' }
    const hash = passwords.isWeak(kept.hash) ? await this.#hashAgain(secret, kept.hash) : kept.hash
    const latest = this.#isStill(account.id, proof, kept.hash)
    if (!latest) return { kind: 'wrong' }
    const saved = withKept(latest, proof, { hash, ...NO_TRIES })
    store.saveAccount(saved)
    this.#tries.forget(here)
    return { kind: 'right', account: saved }
  }

  /** Whose PIN this is, among several who are not named; wrong ones are counted for all together. */
  async checkPinOfAny(candidates: readonly AccountRecord[], pin: string): Promise<CheckedPassword> {
    const { clock, passwords } = this.#options
    const now = clock.now()
    const known = this.#tries.of(ANYBODY)
    const until = lockOf(now, known)
    if (until !== null) return { kind: 'locked', until }
    passwords.requireRoom()
    this.#tries.note(ANYBODY, oneMore(known, now))
    const able = candidates.filter((each) => each.pin && (each.pin.lockedUntil ?? 0) <= now)
    let found: AccountRecord | undefined
    try {
      // As many hashes whoever it is, and one where there is nobody.
      for (const each of able.length > 0 ? able : [null]) {
        const right = await passwords.verify(pin, each?.pin?.hash ?? null)
        if (right && each?.pin) found ??= this.#isStill(each.id, 'pin', each.pin.hash)
      }
    } catch (error) {
      // Not looked at to the end: it was no wrong one.
      if (error instanceof PasswordsBusy) this.#tries.note(ANYBODY, known)
      throw error
    }
    if (!found) return { kind: 'wrong' }
    this.#tries.forget(ANYBODY)
    return { kind: 'right', account: found }
  }

  /** The old hash does until the next time where there is no room now. */
  async #hashAgain(secret: string, old: PasswordHash): Promise<PasswordHash> {
    try {
      return await this.#options.passwords.hash(secret)
    } catch (error) {
      if (error instanceof PasswordsBusy) return old
      throw error
    }
  }

  /** The account, while it may get in with what it got in with when this began. */
  #isStill(id: number, proof: Proof, { hash }: PasswordHash): AccountRecord | undefined {
    const account = this.byId(id)
    return account && !account.disabled && keptOf(account, proof)?.hash.hash === hash ? account : undefined
  }

  #keepAnother(account: AccountRecord): void {
    if (this.all().some((each) => each.id !== account.id && isAdministrator(each))) return
    throw new AccountObjection(
      'last_administrator',
      'This is the last administrator with a password. Make another one first.',
    )
  }
}

/** Before all keys under which wrong ones for this name are remembered by place. */
function placesOf(key: string): string {
  return `at ${JSON.stringify(key)} `
}

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
