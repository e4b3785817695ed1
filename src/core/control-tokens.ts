import type { Control } from '../shared/command.ts'
import type { Payload } from '../shared/datagram.ts'
import type { Clock, Stop } from './clock.ts'
import type { Hub } from './hub.ts'
import type { Holder } from './operator.ts'

/** How long a holder may say no before somebody else takes control, milliseconds. The local display goes first. */
const TAKE_OVER_MS = { byLocal: 3_000, fromLocal: 30_000, otherwise: 10_000 } as const

/** How long control waits for a holder whose link is lost, milliseconds. */
const GRACE_MS = 10_000

export type ControlAnswer =
  | { readonly kind: 'granted' }
  /** Somebody else holds it and has until `at` to say no. */
  | { readonly kind: 'waiting'; readonly at: number }
  /** Somebody else holds it, and yet another one already wants it. */
  | { readonly kind: 'busy'; readonly wantedBy: string }

/** Programs that command through REST hold control only while they need it, several requests together. */
interface Loan {
  readonly operator: Holder
  count: number
}

/**
 * Who may command each machine: one session at a time, the others watch. Every change is an event, so all viewers see
 * it and the journal keeps it; what is decided here is when.
 */
export class ControlTokens {
  readonly #hub: Hub
  readonly #clock: Clock
  /** Countdowns and graces under way, by machine. */
  readonly #takeOvers = new Map<string, { readonly stop: Stop; readonly operator: Holder }>()
  readonly #graces = new Map<string, Stop>()
  readonly #loans = new Map<string, Loan>()
  /** To whom this run granted each machine; what the log says beyond that was granted by an earlier one. */
  readonly #granted = new Map<string, string>()
  readonly #stopListening: Stop
  #forgotten: Stop | undefined
  #epoch = ''

  constructor(hub: Hub, clock: Clock) {
    this.#hub = hub
    this.#clock = clock
    this.#releaseForgotten()
    this.#stopListening = hub.listen(() => {
      // A journal that turns up late brings what an earlier run granted.
      if (hub.epoch !== this.#epoch) this.#forgotten ??= clock.soon(() => this.#releaseForgotten())
    })
  }

  /** Who holds control of a machine; undefined where nobody does. */
  holder(machine: string): Control | undefined {
    return this.#hub.folded.control.get(machine)
  }

  holds(machine: string, session: string): boolean {
    return this.holder(machine)?.session === session
  }

  /** Asks for control: granted at once while nobody has it, else after a countdown that everybody sees. */
  request(machine: string, operator: Holder): ControlAnswer {
    const held = this.holder(machine)
    if (!held) this.#grant(machine, operator)
    if (!held || held.session === operator.session) return { kind: 'granted' }
    const { takeOver } = held
    if (takeOver?.session === operator.session) return { kind: 'waiting', at: takeOver.at }
    if (takeOver && !operator.local) return { kind: 'busy', wantedBy: takeOver.holder }

    const ms = operator.local ? TAKE_OVER_MS.byLocal : held.local ? TAKE_OVER_MS.fromLocal : TAKE_OVER_MS.otherwise
    const at = this.#clock.now() + ms
    this.#endTakeOver(machine)
    this.#report(machine, 'control_requested', {
      session: operator.session,
      holder: operator.name,
      local: operator.local,
      at,
    })
    this.#takeOvers.set(machine, { stop: this.#clock.after(ms, () => this.#grant(machine, operator)), operator })
    return { kind: 'waiting', at }
  }

  /** The holder says no to a take-over. The local display's cannot be refused. False where there is nothing to refuse. */
  keep(machine: string, session: string): boolean {
    const takeOver = this.#takeOvers.get(machine)
    if (!this.holds(machine, session) || !takeOver || takeOver.operator.local) return false
    this.#endTakeOver(machine)
    this.#report(machine, 'control_kept', {})
    return true
  }

  /** Gives control back, or withdraws the wish for it. False where this session had neither. */
  release(machine: string, session: string): boolean {
    const held = this.holder(machine)
    if (held?.takeOver?.session === session) {
      this.#endTakeOver(machine)
      this.#report(machine, 'control_kept', {})
      return true
    }
    if (held?.session !== session) return false
    this.#release(machine)
    return true
  }

  /**
   * Takes control for a program that asks for one thing and goes: while nobody has it, or the same program still does.
   * Returns the function that gives it back, once the last one who borrowed it has, and nothing where it was not borrowed;
   * null where somebody else has it.
   */
  borrow(machine: string, operator: Holder): Stop | null {
    const held = this.holder(machine)
    let loan = this.#loans.get(machine)
    if (held && held.session !== operator.session) return null
    if (held && !loan) return () => undefined
    if (!held) {
      this.#grant(machine, operator)
      loan = undefined
    }
    if (!loan) this.#loans.set(machine, (loan = { operator, count: 0 }))
    const own = loan
    own.count += 1
    let given = false
    return () => {
      if (given) return
      given = true
      own.count -= 1
      if (own.count > 0 || this.#loans.get(machine) !== own) return
      this.#loans.delete(machine)
      if (this.holds(machine, own.operator.session)) this.#release(machine)
    }
  }

  /** A session's link is lost: its control waits for it for a while. */
  lost(session: string): void {
    for (const { machine, takeOver, session: holder } of Array.from(this.#hub.folded.control.values())) {
      if (takeOver?.session === session) this.release(machine, session)
      if (holder !== session || this.#graces.has(machine)) continue
      this.#report(machine, 'control_grace', { until: this.#clock.now() + GRACE_MS })
      this.#graces.set(
        machine,
        this.#clock.after(GRACE_MS, () => this.#release(machine)),
      )
    }
  }

  /** A session is over for good: what it has control of is free at once. */
  gone(session: string): void {
    for (const { machine, takeOver, session: holder } of Array.from(this.#hub.folded.control.values())) {
      if (takeOver?.session === session || holder === session) this.release(machine, session)
    }
  }

  /** A session is back in time. */
  resumed(session: string): void {
    for (const { machine, session: holder } of Array.from(this.#hub.folded.control.values())) {
      if (holder !== session || !this.#graces.has(machine)) continue
      this.#endGrace(machine)
      this.#report(machine, 'control_resumed', {})
    }
  }

  /** Idempotent. */
  close(): void {
    this.#stopListening()
    this.#forgotten?.()
    for (const machine of Array.from(this.#takeOvers.keys())) this.#endTakeOver(machine)
    for (const machine of Array.from(this.#graces.keys())) this.#endGrace(machine)
  }

  /** Nobody's session outlives the process: what an earlier run granted is over. */
  #releaseForgotten(): void {
    this.#forgotten = undefined
    this.#epoch = this.#hub.epoch
    for (const { machine, session } of Array.from(this.#hub.folded.control.values())) {
      if (this.#granted.get(machine) !== session) this.#report(machine, 'control_released', { session })
    }
  }

  #grant(machine: string, { session, name, local }: Holder): void {
    this.#endTakeOver(machine)
    this.#endGrace(machine)
    this.#loans.delete(machine)
    this.#granted.set(machine, session)
    this.#report(machine, 'control_granted', { session, holder: name, local })
  }

  #release(machine: string): void {
    this.#endGrace(machine)
    // Whoever waits for it gets it now: there is nobody left to say no.
    const waiting = this.#takeOvers.get(machine)?.operator
    if (waiting) {
      this.#grant(machine, waiting)
      return
    }
    this.#granted.delete(machine)
    this.#report(machine, 'control_released', { session: this.holder(machine)?.session })
  }

  #report(machine: string, type: string, payload: Payload): void {
    this.#hub.report('operator', machine, type, payload)
  }

  #endTakeOver(machine: string): void {
    this.#takeOvers.get(machine)?.stop()
    this.#takeOvers.delete(machine)
  }

  #endGrace(machine: string): void {
    this.#graces.get(machine)?.()
    this.#graces.delete(machine)
  }
}
