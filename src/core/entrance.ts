import type { SignInState } from '../shared/account.ts'
import type { Access } from './access.ts'
import type { AccountRecord, AccountStore } from './account-store.ts'
import { accountFacts, type Accounts, AT_DISPLAY } from './accounts.ts'
import { addressGroup } from './address-group.ts'
import type { Audit } from './audit.ts'
import type { AuditThrottle, Stranger } from './audit-throttle.ts'
import type { Clock } from './clock.ts'
import type { Display } from './display.ts'
import type { FirstCode } from './first-code.ts'
import type { Gate } from './gate.ts'
import { isPin } from './pin.ts'
import { Forbidden, refusalOf, SignInRefused } from './refusals.ts'
import { forbiddenMessage } from './rights.ts'
import type { SignIns } from './sign-ins.ts'

/** Where somebody comes from who is not known yet. */
export interface Visitor {
  readonly address: string
  readonly agent: string
  readonly local: boolean
  /** The cookie that the browser still has from before. */
  readonly cookie: string | null
}

export interface EntranceOptions {
  readonly store: AccountStore
  readonly accounts: Accounts
  readonly signIns: SignIns
  readonly audit: Audit
  /** Where it is written down what those were refused whom nobody knows. */
  readonly refused: Pick<AuditThrottle, 'record'>
  readonly gate: Gate
  readonly display: Display
  readonly code: FirstCode
  readonly clock: Clock
  /** Makes the window of a kiosk an ordinary one; null where there is none. */
  readonly leaveKiosk: (() => void) | null
}

/** Where people come in and go out: signing in and out, the first administrator, the machine's own display. All of it is written down. */
export class Entrance {
  readonly #options: EntranceOptions
  #leaveKiosk: (() => void) | null

  constructor(options: EntranceOptions) {
    this.#options = options
    this.#leaveKiosk = options.leaveKiosk
  }

  /** What a page must know before it knows anybody. */
  signInState(local: boolean): SignInState {
    const { gate } = this.#options
    if (!local) this.offerCode()
    const kiosk = local && this.#leaveKiosk !== null
    return { required: gate.closed, first_administrator: !gate.closed, code_needed: !local, kiosk }
  }

  /** Prints the one-time code, while there is no account and none is good. */
  offerCode(): void {
    const { gate, code } = this.#options
    if (!gate.closed) code.offer()
  }

  /** Returns the browser's new cookie. At the machine's own display a PIN will do. Rejects with {@link SignInRefused}. */
  async signIn(name: string, password: string, visitor: Visitor): Promise<string> {
    const { accounts, refused, clock } = this.#options
    // A name may be a password that was typed into the wrong field.
    const doer: Stranger = { who: accounts.find(name)?.name ?? 'unknown name', from: fromOf(visitor) }
    const checked = await accounts.check(name, password, {
      from: visitor.local ? AT_DISPLAY : addressGroup(visitor.address),
      proof: visitor.local && isPin(password) ? 'pin' : 'password',
    })
    if (checked.kind === 'right') return this.begin(checked.account, visitor)
    refused.record(doer, {
      action: 'sign_in',
      target: 'panel',
      result: checked.kind === 'locked' ? 'locked' : 'refused',
    })
    throw refusalOf(checked, clock.now(), 'The name or the password is not right.')
  }

  /**
   * Makes the window of a kiosk an ordinary one, until the next start: with the PIN of an administrator, who may be any of
   * them where no name is given. Returns whose it was. Rejects with {@link SignInRefused} and {@link Forbidden}.
   */
  async leaveKiosk({ pin, name }: { readonly pin: string; readonly name?: string | undefined }, visitor: Visitor) {
    // Refused before anything is looked at: that somebody far away asks for it says nothing.
    if (!visitor.local) throw new Forbidden(AT_THE_DISPLAY)
    const { accounts, audit, refused, clock } = this.#options
    const named = name === undefined ? undefined : accounts.find(name)
    const doer: Stranger = { who: named?.name ?? 'unknown name', from: fromOf(visitor) }
    const refuse = (result: string, error: Error): never => {
      refused.record(doer, { action: 'kiosk_left', target: 'panel', result })
      throw error
    }
    const leave = this.#leaveKiosk
    if (!leave) return refuse('not_found', new SignInRefused('not_found', 'This window is no kiosk.'))
    const administrators = accounts.all().filter(({ role }) => role === 'administrator')
    const checked =
      name === undefined
        ? await accounts.checkPinOfAny(administrators, pin)
        : await accounts.check(name, pin, { from: AT_DISPLAY, proof: 'pin' })
    if (checked.kind !== 'right')
      return refuse(
        checked.kind === 'locked' ? 'locked' : 'refused',
        refusalOf(checked, clock.now(), 'This is not the PIN of an administrator.'),
      )
    const { account } = checked
    if (account.role !== 'administrator')
      return refuse('forbidden', new Forbidden(forbiddenMessage(account.role, 'accounts')))
    audit.record({ ...doer, who: account.name }, { action: 'kiosk_left', target: 'panel' })
    this.#leaveKiosk = null
    leave()
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
    const { accounts, audit, refused, code, store, gate } = this.#options
    // Refused before anything is looked at, as long as the panel is in use: that is no deed.
    if (gate.closed) throw new SignInRefused('not_found', 'There is an administrator already.')
    const doer: Stranger = { who: 'nobody in particular', from: fromOf(visitor) }
    const refuse = (result: string, error: Error): never => {
      refused.record(doer, { action: 'first_administrator', target: 'panel', result })
      throw error
    }
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
    audit.record(doer, { action: 'first_administrator', target: account.name, new: accountFacts(account) })
    const cookie = this.begin(account, visitor)
    // From now on everybody else needs an identity, too.
    gate.recheck()
    return cookie
  }

  /** Signs somebody in who has shown who they are, for so long at most; returns the browser's new cookie. */
  begin(account: AccountRecord, visitor: Visitor, lastsMs?: number): string {
    const { signIns, audit, gate } = this.#options
    const [old] = visitor.cookie?.split('.', 1) ?? []
    // Whatever this browser was before is over: two people do not share one sign-in.
    if (old !== undefined && visitor.cookie !== null && signIns.use(visitor.cookie, false).kind === 'good')
      signIns.end(old)
    const { cookie, signIn, ended } = signIns.begin(account.id, visitor.address, visitor.agent, lastsMs)
    const doer = { who: account.name, from: fromOf(visitor) }
    for (const { id } of ended) audit.record(doer, { action: 'sign_in_ended', target: id, new: { why: 'too_many' } })
    audit.record(doer, { action: 'sign_in', target: 'panel' })
    if (visitor.local) this.#options.display.signedIn({ signIn: signIn.id, account: account.id })
    gate.recheck()
    return cookie
  }
}

const AT_THE_DISPLAY = 'This can only be done at the machine’s own display, by whoever is signed in at it.'

export function fromOf({ local, address }: Visitor): string {
  return local ? AT_DISPLAY : address
}
