import type { Me, Role } from '../shared/account.ts'
import { CLOSE_CODES, type CloseCode } from '../shared/close-codes.ts'
import type { PlantLookup } from '../shared/plant-lookup.ts'
import { Access } from './access.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { AccountRecord, AccountStore, TokenRecord } from './account-store.ts'
import { type Accounts, AT_DISPLAY } from './accounts.ts'
import type { Audit } from './audit.ts'
import type { Clock, Stop } from './clock.ts'
import type { Display } from './display.ts'
import type { Log } from './log.ts'
import { type Action, lesserRole, may } from './rights.ts'
import type { SignIns } from './sign-ins.ts'

/** What somebody shows at a door. */
export interface Credentials {
  readonly cookie: string | null
  readonly bearer: string | null
  readonly address: string
  /** At the machine's own display. */
  readonly local: boolean
  /** Somebody does something, and the answer can carry a new cookie. */
  readonly rotate: boolean
}

export type Identified =
  { readonly kind: 'known'; readonly access: Access; readonly fresh: string | null } | { readonly kind: 'unknown' }

export interface GateOptions {
  readonly store: AccountStore
  readonly accounts: Accounts
  readonly signIns: SignIns
  readonly tokens: AccessTokens
  readonly audit: Audit
  readonly clock: Clock
  readonly log: Log
  readonly plant: Pick<PlantLookup, 'current' | 'group'>
  readonly display: Display
}

/** How often it is looked whether somebody has been idle for too long, or another process has changed something. */
const CHECK_MS = 1_000
const SWEEP_MS = 3_600_000

/**
 * While there is no account everybody may do what there is to do at the machine, and nothing about accounts; then the
 * local display, where it is open, is an operator.
 */
const OPEN_ROLE: Role = 'engineer'
const DISPLAY_ROLE: Role = 'operator'

/**
 * An andon must stay visible, and Stop in its place: whoever walks by a locked display sees the plant and can stop it,
 * where the one who was there could, and nothing else.
 */
const LOCKED_ROLE: Role = 'viewer'
const WHILE_LOCKED: ReadonlySet<Action> = new Set<Action>(['stop'])

/** Called with whom it concerns that browsers were signed in or out: whose they are, and whoever sees everybody's. */
export type SignInsListener = (concerns: (access: Access) => boolean) => void

interface Watched {
  readonly access: Access
  readonly ended: (close: CloseCode) => void
}

/** Tells who somebody is by what they show, and everybody whose identity is over that it is. */
export class Gate {
  readonly #options: GateOptions
  readonly #watched = new Set<Watched>()
  /** What the rights of each access were made of. */
  readonly #stamps = new WeakMap<Access, string>()
  readonly #listeners = new Set<SignInsListener>()
  /** Account of each browser that was signed in when it was looked last, by the sign-in. */
  #browsers: ReadonlyMap<string, number>
  readonly #stops: readonly Stop[]

  constructor(options: GateOptions) {
    this.#options = options
    const { clock, store, signIns } = options
    this.#browsers = this.#signedIn()
    let checked = clock.monotonic()
    this.#stops = [
      clock.every(CHECK_MS, () =>
        this.#quietly(() => {
          if (options.display.isIdle) this.lockDisplay('idle')
          const due = clock.monotonic() - checked >= 30 * CHECK_MS
          if (!due && !store.changedElsewhere()) return
          checked = clock.monotonic()
          this.recheck()
        }),
      ),
      clock.every(SWEEP_MS, () => this.#quietly(() => signIns.sweep())),
    ]
  }

  /** True once there are accounts. */
  get closed(): boolean {
    return this.#options.accounts.exist
  }

  identify(shown: Credentials): Identified {
    const { display } = this.#options
    if (!this.closed) return known(this.#unnamed(shown.local, shown.address, OPEN_ROLE))
    // Whoever shows a token means it: a wrong one is not made up for by anything else.
    if (shown.bearer !== null) return this.#byToken(shown.bearer, shown.address)
    const byCookie = shown.cookie === null ? UNKNOWN : this.#byCookie(shown.cookie, shown)
    if (byCookie.kind === 'known') return byCookie
    if (!shown.local) return UNKNOWN
    if (display.asks === 'open') return known(this.#unnamed(true, shown.address, DISPLAY_ROLE))
    const locked = this.#lockedFor
    return locked ? known(this.#lockedOut(locked)) : UNKNOWN
  }

  /** Locks the machine's own display; false where nobody is signed in at it, or it is open to all. */
  lockDisplay(why: 'idle' | 'asked'): boolean {
    const { display, signIns, accounts, audit } = this.#options
    const { there } = display
    // Whoever was signed out from elsewhere, or for good, is not remembered.
    if (there && !signIns.find(there.signIn)) display.signedOut()
    const was = display.lock()
    if (!was) return false
    signIns.end(was.signIn)
    const who = accounts.byId(was.account)?.name ?? '?'
    audit.record({ who, from: AT_DISPLAY }, { action: 'display_locked', target: 'panel', new: { why } })
    this.recheck()
    return true
  }

  /** Tells everybody whose identity is over, or whose rights have changed, at once. */
  recheck(): void {
    for (const watched of Array.from(this.#watched)) {
      const close = this.#over(watched.access)
      if (!close || !this.#watched.delete(watched)) continue
      watched.ended(close)
    }
    this.#tellSignIns()
  }

  /** Returns the function that unsubscribes. */
  onSignIns(listener: SignInsListener): Stop {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Idempotent. */
  close(): void {
    for (const stop of this.#stops) stop()
    this.#watched.clear()
    this.#listeners.clear()
  }

  /** Compared, and not told by whoever does it: some end by themselves, and some are ended by another process. */
  #tellSignIns(): void {
    const before = this.#browsers
    const now = (this.#browsers = this.#signedIn())
    const changed = new Set<string>()
    for (const [id, account] of [...before, ...now]) if (!before.has(id) || !now.has(id)) changed.add(ownerOf(account))
    if (changed.size === 0) return
    for (const listener of this.#listeners) {
      listener((access) => changed.has(access.owner) || access.may('sessions'))
    }
  }

  #signedIn(): ReadonlyMap<string, number> {
    return new Map(this.#options.signIns.all().map(({ id, account }) => [id, account]))
  }

  #byCookie(cookie: string, { address, local, rotate }: Credentials): Identified {
    const { signIns, accounts, audit } = this.#options
    const used = signIns.use(cookie, rotate)
    if (used.kind === 'unknown') return UNKNOWN
    const account = accounts.byId(used.signIn.account)
    if (used.kind === 'stolen') {
      audit.record(
        { who: account?.name ?? '?', from: address },
        { action: 'sign_in_ended', target: used.signIn.id, result: 'an old cookie was shown again: it may be stolen' },
      )
      this.recheck()
      return UNKNOWN
    }
    if (!account || account.disabled) return UNKNOWN
    const { id } = used.signIn
    return known(this.#named(account, null, 'sign_in', local ? AT_DISPLAY : address, id, local), used.fresh)
  }

  #byToken(text: string, address: string): Identified {
    const { tokens, accounts } = this.#options
    const token = tokens.use(text)
    const account = token && accounts.byId(token.account)
    if (!token || !account || account.disabled) return UNKNOWN
    return known(this.#named(account, token, 'token', address, token.id))
  }

  #named(
    account: AccountRecord,
    token: TokenRecord | null,
    by: 'sign_in' | 'token',
    from: string,
    credential: string,
    local = false,
  ): Access {
    const access = new Access({
      owner: ownerOf(account.id),
      account: account.name,
      displayName: account.displayName,
      role: token ? lesserRole(token.role, account.role) : account.role,
      by,
      from,
      local,
      credential,
      scopes: [...(token ? [token.scope] : []), account.scope],
      plant: this.#options.plant,
      watch: this.#watch,
      ...(by === 'sign_in' ? { used: () => this.#used(credential, local) } : {}),
    })
    this.#stamps.set(access, stampOf(account, token))
    return access
  }

  #unnamed(local: boolean, address: string, role: Role): Access {
    const by: Me['by'] = local ? 'local_display' : 'open'
    return new Access({
      owner: by,
      account: null,
      displayName: local ? 'Local display' : 'Operator',
      role,
      by,
      from: local ? AT_DISPLAY : address,
      local,
      credential: null,
      scopes: [],
      plant: this.#options.plant,
      watch: this.#watch,
    })
  }

  /** Whoever walks by a locked display. */
  #lockedOut(account: AccountRecord): Access {
    const access = new Access({
      owner: 'locked',
      account: null,
      displayName: 'Local display',
      role: LOCKED_ROLE,
      ...(may(account.role, 'stop') ? { besides: WHILE_LOCKED } : {}),
      by: 'locked',
      from: AT_DISPLAY,
      local: true,
      credential: null,
      scopes: [account.scope],
      plant: this.#options.plant,
      watch: this.#watch,
    })
    this.#stamps.set(access, stampOf(account, null))
    return access
  }

  /** The account that the display is locked for, while it may get in. */
  get #lockedFor(): AccountRecord | undefined {
    const { display, accounts } = this.#options
    const account = display.locked === null ? undefined : accounts.byId(display.locked)
    return account?.disabled === false ? account : undefined
  }

  #used(signIn: string, local: boolean): void {
    const { signIns, display } = this.#options
    this.#quietly(() => signIns.touch(signIn))
    if (local) display.used()
  }

  readonly #watch = (access: Access, ended: (close: CloseCode) => void): Stop => {
    const watched: Watched = { access, ended }
    this.#watched.add(watched)
    return () => void this.#watched.delete(watched)
  }

  /** A disk that fails for a moment must not end the panel; whoever is known stays so until it can be asked again. */
  #quietly(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#options.log.error({ err: error }, 'the accounts cannot be read')
    }
  }

  /** Why an access does not hold any more; null while it does. */
  #over(access: Access): CloseCode | null {
    const { display } = this.#options
    switch (access.by) {
      case 'open':
        return this.closed ? CLOSE_CODES.sign_in_required : null
      case 'local_display': {
        if (!this.closed) return null
        if (display.asks !== 'open') return CLOSE_CODES.sign_in_required
        return access.role === DISPLAY_ROLE ? null : CLOSE_CODES.rights_changed
      }
      case 'locked': {
        const account = this.#lockedFor
        // Who has signed in at it comes back by themselves, as the one that they are.
        if (!account) return display.there ? null : CLOSE_CODES.sign_in_required
        return stampOf(account, null) === this.#stamps.get(access) ? null : CLOSE_CODES.rights_changed
      }
      case 'sign_in':
      case 'token': {
        const stamp = this.#stampNow(access)
        if (stamp === null) return CLOSE_CODES.sign_in_required
        return stamp === this.#stamps.get(access) ? null : CLOSE_CODES.rights_changed
      }
      default:
        return access.by satisfies never
    }
  }

  #stampNow({ by, credential }: Access): string | null {
    const { signIns, tokens, accounts } = this.#options
    const id = credential ?? ''
    const token = by === 'token' ? tokens.find(id) : null
    const owner = by === 'token' ? token?.account : signIns.find(id)?.account
    const account = owner === undefined ? undefined : accounts.byId(owner)
    return !account || account.disabled ? null : stampOf(account, token ?? null)
  }
}

const UNKNOWN: Identified = { kind: 'unknown' }

function known(access: Access, fresh: string | null = null): Identified {
  return { kind: 'known', access, fresh }
}

function ownerOf(account: number): string {
  return `account ${account}`
}

function stampOf(account: AccountRecord, token: TokenRecord | null): string {
  const { role, scope, displayName } = account
  return JSON.stringify([role, scope, displayName, ...(token ? [token.role, token.scope] : [])])
}
