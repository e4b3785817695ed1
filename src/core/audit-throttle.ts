import { addressGroup } from './address-group.ts'
import type { Audit, Deed } from './audit.ts'
import type { Clock, Stop } from './clock.ts'

const REPEATS_MS = 60_000

/** Kinds of repeats that are told apart; further ones count as one kind, so that no number of addresses grows the audit. */
const MOST_KINDS = 1_000
const THE_REST = 'the rest'
const FURTHER: Stranger = { who: 'several', from: 'further addresses' }

/** Somebody who has not shown who they are, from an address or the local display. */
export interface Stranger {
  readonly who: string
  readonly from: string
}

interface Repeats {
  more: number
  readonly stop: Stop
  readonly end: () => void
}

/**
 * Writes down what strangers were refused. Anybody can be refused as often as they like, and the audit is never cut: so
 * of the same thing, for the same name and from the same address group, there is one row a minute, which says how many
 * more there were in the minute before. What known people do is never merged.
 */
export class AuditThrottle {
  readonly #audit: Pick<Audit, 'record'>
  readonly #clock: Clock
  readonly #kinds = new Map<string, Repeats>()

  constructor(audit: Pick<Audit, 'record'>, clock: Clock) {
    this.#audit = audit
    this.#clock = clock
  }

  record(stranger: Stranger, deed: Deed & { readonly result: string }): void {
    const own = JSON.stringify([addressGroup(stranger.from), stranger.who, deed.action, deed.result])
    const kind = this.#kinds.has(own) || this.#kinds.size < MOST_KINDS ? own : THE_REST
    const repeats = this.#kinds.get(kind)
    if (repeats) {
      repeats.more += 1
      return
    }
    const whoever = kind === THE_REST ? FURTHER : stranger
    this.#audit.record(whoever, deed)
    this.#begin(kind, whoever, deed)
  }

  /** Writes down what is not yet. Idempotent. */
  close(): void {
    for (const { stop, end } of this.#kinds.values()) {
      stop()
      end()
    }
  }

  #begin(kind: string, stranger: Stranger, deed: Deed & { readonly result: string }): void {
    const end = (): void => {
      this.#kinds.delete(kind)
      if (repeats.more === 0) return
      this.#audit.record(stranger, { ...deed, result: `${deed.result}, ${repeats.more} more in the minute before` })
    }
    const stop = this.#clock.after(REPEATS_MS, () => {
      end()
      // That row was this minute's.
      if (repeats.more > 0) this.#begin(kind, stranger, deed)
    })
    const repeats: Repeats = { more: 0, stop, end }
    this.#kinds.set(kind, repeats)
  }
}
