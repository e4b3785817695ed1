import type { AuditRow } from '../shared/account.ts'
import type { Access } from './access.ts'
import type { AccountStore, AuditHead, AuditQuery } from './account-store.ts'
import { type AuditEntry, ChainCheck, chained, NO_ANCHOR, type Verdict } from './audit-chain.ts'
import type { Clock, Stop } from './clock.ts'
import type { Log } from './log.ts'

/** Where the end of the chain is written down apart from it. */
export interface AuditAnchor {
  write(head: AuditHead): void
  /** Null where there is none, or it cannot be read. */
  read(): AuditHead | null
}

export interface Deed {
  readonly action: string
  readonly target: string
  readonly old?: unknown
  readonly new?: unknown
  /** Default: `done`. */
  readonly result?: string
}

/** Who did it, where that is nobody with an access. */
export type Doer = Access | { readonly who: string; readonly from: string }

export interface AuditOptions {
  readonly store: AccountStore
  readonly clock: Clock
  readonly anchor: AuditAnchor
  readonly log: Log
}

/** A clock that has moved this far against the steady one was set. */
const STEP_MS = 2_000
const CHECK_MS = 1_000

/** At most so long is the anchor behind the chain. */
const ANCHOR_MS = 50

/** Rows that are looked at in one turn: a few milliseconds. */
const VERIFY_ROWS = 500

const MOST_NAME = 300
const MOST_VALUE = 2_000

/**
 * What people did, one row each, chained by hashes. What cannot be written down is told by `failed` and in the log, and
 * keeps nobody from acting: a full disk must not stand between an operator and Stop.
 */
export class Audit {
  readonly #options: AuditOptions
  readonly #stop: Stop
  #anchoring: Stop | undefined
  #failed = false
  /** Epoch milliseconds at the steady clock's zero. */
  #zero: number

  constructor(options: AuditOptions) {
    this.#options = options
    const { clock, store } = options
    this.#zero = clock.now() - clock.monotonic()
    this.#stop = clock.every(CHECK_MS, () => this.#checkClock())
    const [last] = store.audit({ limit: 1 })
    if (last && last.time > clock.now()) this.#write([this.#stepFrom(last.time)])
  }

  /** True since something could not be written down, until something could. */
  get failed(): boolean {
    return this.#failed
  }

  record(doer: Doer, deed: Deed): void {
    this.recordAll(doer, [deed])
  }

  /** What somebody did at once: written at once, too, for each writing costs the thread that takes datagrams. */
  recordAll(doer: Doer, deeds: readonly Deed[]): void {
    this.#checkClock()
    const time = this.#options.clock.now()
    const by = whoAndWhence(doer)
    this.#write(
      deeds.map(({ action, target, old, new: next, result = 'done' }) => ({
        time,
        ...by,
        action,
        target: cut(target, MOST_NAME),
        old: textOf(old),
        new: textOf(next),
        result: cut(result, MOST_NAME),
      })),
    )
  }

  /** Throws a JournalError. */
  query(query: AuditQuery): AuditRow[] {
    return this.#options.store.audit(query)
  }

  /** Looks through the whole chain as it is now, a piece at a time: datagrams come in meanwhile. Rejects with a JournalError. */
  async verify(): Promise<Verdict> {
    const { store, clock, anchor } = this.#options
    this.#anchorNow()
    // The anchor first: what is written meanwhile lies beyond it.
    const anchored = anchor.read()
    const head = store.auditHead
    if (anchored === null && head.count > 0) return NO_ANCHOR
    const check = new ChainCheck(anchored)
    while (check.count < head.count) {
      const rows = store.auditPage(check.count, Math.min(VERIFY_ROWS, head.count - check.count))
      const wrong = rows.map((row) => check.add(row)).find((each) => each !== null)
      if (wrong) return wrong
      if (rows.length === 0) break
      await new Promise<void>((resolve) => clock.soon(resolve))
    }
    return check.end(head)
  }

  /** Idempotent. */
  close(): void {
    this.#stop()
    this.#anchorNow()
  }

  #anchorNow(): void {
    if (!this.#anchoring) return
    this.#anchoring()
    this.#anchoring = undefined
    this.#anchor()
  }

  #checkClock(): void {
    const { clock } = this.#options
    const zero = clock.now() - clock.monotonic()
    if (Math.abs(zero - this.#zero) < STEP_MS) return
    const expected = this.#zero + clock.monotonic()
    this.#zero = zero
    this.#write([this.#stepFrom(expected)])
  }

  #stepFrom(expected: number): AuditEntry {
    const now = this.#options.clock.now()
    return {
      time: now,
      who: 'panel',
      from: 'panel',
      action: 'clock_step',
      target: 'clock',
      old: textOf(new Date(expected).toISOString()),
      new: textOf(new Date(now).toISOString()),
      result: 'done',
    }
  }

  #write(entries: readonly AuditEntry[]): void {
    if (entries.length === 0) return
    const { store, log, clock } = this.#options
    try {
      store.appendAudit((last) => {
        const rows: AuditRow[] = []
        for (const entry of entries) rows.push(chained(headOf(rows.at(-1)) ?? last, entry))
        return rows
      })
      if (this.#failed) log.info({}, 'the audit is written again')
      this.#failed = false
      this.#anchoring ??= clock.after(ANCHOR_MS, () => {
        this.#anchoring = undefined
        this.#anchor()
      })
    } catch (error) {
      if (!this.#failed) log.error({ err: error }, 'the audit cannot be written')
      this.#failed = true
    }
  }

  #anchor(): void {
    const { store, anchor, log } = this.#options
    try {
      anchor.write(store.auditHead)
    } catch (error) {
      log.warn({ err: error }, 'the end of the audit cannot be written down')
    }
  }
}

function whoAndWhence(doer: Doer): { who: string; from: string } {
  if ('who' in doer) return { who: cut(doer.who, MOST_NAME), from: cut(doer.from, MOST_NAME) }
  const { account, by, from } = doer
  return { who: account === null ? UNNAMED[by] : by === 'token' ? `${account} (token)` : account, from }
}

const UNNAMED = {
  open: 'nobody in particular',
  local_display: 'local display',
  locked: 'locked display',
  sign_in: '?',
  token: '?',
} as const

function textOf(value: unknown): string | null {
  return value === undefined ? null : cut(JSON.stringify(value), MOST_VALUE)
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}

function headOf(row: AuditRow | undefined): AuditHead | undefined {
  return row && { count: row.number, hash: row.hash }
}
