import { type Family, familyOf } from '../shared/family.ts'
import { MAX_MACHINES } from '../shared/fold/machines.ts'
import type { Problem, ShedHealth } from '../shared/health.ts'
import { TokenBucket } from './token-bucket.ts'

/** So many seconds' worth may come at once: a program that starts, a burst after a pause. */
const BURST_SECONDS = 4

/** This share of a bucket is kept for what is not expendable. */
const RESERVE = 1 / 4

/** There will be more of the same: values, log lines, what connections carry, types that nobody knows. */
const EXPENDABLE: ReadonlySet<Family> = new Set<Family>(['device', 'log', 'connection', 'panel', 'other'])

/** A long datagram counts as several: one more for each of these, bytes. */
export const EVENT_BYTES = 4_096

/** For so long a name that was never heard of shares a bucket with others; after so much silence it is forgotten. */
const NEWCOMER_MS = 60_000

/** At most so often is looked for names to forget. */
const SWEEP_MS = 1_000

/** Machines that are named with what was shed of them; all others are counted together. */
const MOST_NAMED = 50

/** Most machines that a sentence names. */
const TOLD = 3

/** How long what was shed stands as a problem. */
const STANDS_MS = 60_000

export interface QuotaOptions {
  /** Events a second that a machine may send. */
  readonly perSecond: (machine: string) => number
  /** The same of all newcomers together. */
  readonly newcomersPerSecond: number
  /** True for a machine that is described, or was heard of before: its name is not invented. */
  readonly knows: (machine: string) => boolean
}

interface Allowance {
  readonly bucket: TokenBucket
  /** Tokens that what is expendable leaves in it. */
  readonly reserve: number
}

interface Account {
  allowance: Allowance
  isNewcomer: boolean
  readonly since: number
  heardAt: number
}

interface Shed {
  events: number
  at: number
}

/**
 * How many events each machine may send, so that one that babbles does not starve the others. What is beyond it is shed,
 * expendable events first, and counted. Names cost nothing to invent: those that were never heard of share one allowance
 * for their first minute, and there are only so many. Times are milliseconds of a monotonic clock.
 */
export class MachineQuota {
  readonly #options: QuotaOptions
  readonly #accounts = new Map<string, Account>()
  readonly #newcomers: Allowance
  readonly #shed = new Map<string, Shed>()
  readonly #shedOfOthers: Shed = { events: 0, at: -Infinity }
  #total = 0
  #sweptAt = -Infinity

  constructor(options: QuotaOptions, now: number) {
    this.#options = options
    this.#newcomers = allowance(options.newcomersPerSecond, now)
  }

  /** Asked once for each event, in the datagram loop; false where it is to be shed. */
  admits(machine: string, type: string, bytes: number, now: number): boolean {
    const account = this.#accounts.get(machine) ?? this.#open(machine, now)
    if (!account) return this.#refuse(this.#shedOfOthers, now)
    account.heardAt = now
    if (account.isNewcomer && now - account.since >= NEWCOMER_MS) this.#establish(machine, account, now)
    const { bucket, reserve } = account.allowance
    const cost = 1 + Math.floor(bytes / EVENT_BYTES)
    if (bucket.take(now, cost, reserve)) return true
    if (!EXPENDABLE.has(familyOf(type)) && bucket.take(now, cost)) return true
    return this.#refuse(account.isNewcomer ? this.#shedOfOthers : this.#shedOf(machine), now)
  }

  /** The description changed: who is described now gets what is described now. */
  refresh(now: number): void {
    for (const [machine, account] of this.#accounts) {
      if (!account.isNewcomer || this.#options.knows(machine)) this.#establish(machine, account, now)
    }
  }

  /** What was shed since the start; null where nothing was. */
  get shed(): ShedHealth | null {
    if (this.#total === 0) return null
    return { events: this.#total, machines: [...this.#shed].map(([machine, { events }]) => ({ machine, events })) }
  }

  /** Who has sent too much in the last minute; null where nobody has. */
  problem(now: number): Problem | null {
    const names = [...this.#shed].filter(([, { at }]) => now - at < STANDS_MS).map(([machine]) => machine)
    const told = names.slice(0, TOLD)
    if (names.length > TOLD || now - this.#shedOfOthers.at < STANDS_MS) told.push('others')
    if (told.length === 0) return null
    return {
      code: 'machine_over_quota',
      message: `More events came than are taken of one machine; what was beyond that was shed (${told.join(', ')}).`,
      remedy: 'Mend the program that sends so many, or raise events_per_second of its machine in the plant file.',
    }
  }

  #open(machine: string, now: number): Account | undefined {
    const isNewcomer = !this.#options.knows(machine)
    if (this.#accounts.size >= MAX_MACHINES) this.#sweep(now)
    if (isNewcomer && this.#accounts.size >= MAX_MACHINES) return undefined
    const account = { allowance: this.#newcomers, isNewcomer, since: now, heardAt: now }
    if (!isNewcomer) this.#establish(machine, account, now)
    this.#accounts.set(machine, account)
    return account
  }

  #establish(machine: string, account: Account, now: number): void {
    account.isNewcomer = false
    account.allowance = allowance(this.#options.perSecond(machine), now)
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < SWEEP_MS) return
    this.#sweptAt = now
    for (const [machine, { heardAt }] of this.#accounts) {
      if (now - heardAt >= NEWCOMER_MS) this.#accounts.delete(machine)
    }
  }

  #refuse(shed: Shed, now: number): false {
    this.#total += 1
    shed.events += 1
    shed.at = now
    return false
  }

  #shedOf(machine: string): Shed {
    const known = this.#shed.get(machine)
    if (known) return known
    if (this.#shed.size >= MOST_NAMED) return this.#shedOfOthers
    const shed = { events: 0, at: -Infinity }
    this.#shed.set(machine, shed)
    return shed
  }
}

function allowance(perSecond: number, now: number): Allowance {
  const size = perSecond * BURST_SECONDS
  return { bucket: new TokenBucket(perSecond, size, now), reserve: size * RESERVE }
}
