import { CLOSE_CODES, type CloseCode } from '../shared/close-codes.ts'
import type { ViewerHealth } from '../shared/health.ts'
import type { Access } from './access.ts'
import { addressGroup } from './address-group.ts'
import type { Archive } from './archive.ts'
import type { Clock } from './clock.ts'
import { FlushTimer } from './flush-timer.ts'
import type { Hub } from './hub.ts'
import { Identities, type Identity } from './identities.ts'
import type { Log } from './log.ts'
import type { SharedFrames } from './log-cursor.ts'
import type { Operations } from './operations.ts'
import { Session, type SessionHouse, type SessionLimits } from './session.ts'
import type { AcceptAs, Connection, Frame, Peer } from './session-socket.ts'

/** How long events are gathered, at most, before they are sent on. */
const FLUSH_MS = 4

/** How often it is looked whether a socket has been full for too long. */
const CHECK_FULL_MS = 1_000

export interface SessionsOptions {
  readonly hub: Hub
  readonly archive: Archive
  readonly clock: Clock
  readonly log: Log
  readonly limits: SessionLimits
  /** Most remote viewers at a time. The local display is not counted: it must always get in. */
  readonly connections: number
  /** Most remote viewers at one address. */
  readonly connectionsPerAddress: number
  /** Most remote viewers with one account, its tokens among them. */
  readonly connectionsPerAccount: number
  readonly version: string
  readonly operations: Operations
  readonly health: (access: Access) => Frame
  readonly plant: (access: Access) => Frame
}

/** What all sessions together have seen since the start, those that are over among them. */
export interface SessionTotals {
  readonly opened: number
  readonly conflated: number
  readonly resets: number
}

const TOO_MANY_OF_ADDRESS: CloseCode = {
  ...CLOSE_CODES.too_many_connections,
  reason: 'too many connections from one address',
}

const TOO_MANY_OF_ACCOUNT: CloseCode = {
  ...CLOSE_CODES.too_many_connections,
  reason: 'too many connections of one account',
}

const refused: Connection = { receive: () => undefined, drained: () => undefined, closed: () => undefined }

/** All viewers. New events are sent to them together, so that those at the same position share their frames. */
export class Sessions {
  readonly #sessions = new Set<Session>()
  readonly #options: SessionsOptions
  readonly #house: SessionHouse
  readonly #timer: FlushTimer
  readonly #identities: Identities
  readonly #stop: () => void
  #opened = 0
  /** Of the sessions that are over. */
  readonly #past = { conflated: 0, resets: 0 }
  #closed = false

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#identities = new Identities(options.clock)
    this.#timer = new FlushTimer(options.clock, FLUSH_MS, () => this.flush())
    const stopListening = options.hub.listen(() => this.#timer.request())
    const stopChecking = options.clock.every(CHECK_FULL_MS, () => {
      for (const session of this.#sessions) session.checkFull()
    })
    this.#stop = () => {
      stopListening()
      stopChecking()
    }
    this.#house = {
      ...options,
      takeUp: (identity, owner) => this.#takeUp({ ...identity, owner }),
      ended: (session) => this.#ended(session),
    }
  }

  get size(): number {
    return this.#sessions.size
  }

  get viewers(): ViewerHealth[] {
    return [...this.#sessions].map((session) => session.health)
  }

  get totals(): SessionTotals {
    const totals = { opened: this.#opened, ...this.#past }
    for (const { conflated, resets } of this.viewers) {
      totals.conflated += conflated
      totals.resets += resets
    }
    return totals
  }

  readonly accept: AcceptAs = (socket, peer, access) => {
    if (this.#closed) {
      socket.close(CLOSE_CODES.going_away.code, CLOSE_CODES.going_away.reason)
      return refused
    }
    const full = this.#fullFor(peer, access)
    if (full) {
      socket.close(full.code, full.reason)
      return refused
    }
    const session = new Session(this.#identities.create(access.owner), peer, access, socket, this.#house)
    this.#sessions.add(session)
    this.#opened += 1
    return session
  }

  /** Sends every session what it has not seen yet. */
  flush(): void {
    const shared: SharedFrames = new Map()
    for (const session of this.#sessions) session.pump(shared)
  }

  healthChanged(): void {
    for (const session of this.#sessions) session.healthChanged()
  }

  plantChanged(): void {
    for (const session of this.#sessions) session.plantChanged()
  }

  /** `concerns`: whose browsers they are, and whoever sees everybody's. */
  signInsChanged(concerns: (access: Access) => boolean): void {
    for (const session of this.#sessions) if (concerns(session.access)) session.signInsChanged()
  }

  /** Sends what is left, then closes every session with a code that says: come back. Idempotent. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#stop()
    this.#timer.close()
    this.flush()
    for (const session of this.#sessions) session.end(CLOSE_CODES.going_away)
  }

  /** The panel may not know yet that the earlier link is lost; then it ends now. */
  #takeUp(identity: Identity): Identity | null {
    for (const session of this.#sessions) {
      if (session.live && session.is(identity, identity.owner)) session.end(CLOSE_CODES.taken_up)
    }
    return this.#identities.resume(identity) ? identity : null
  }

  #ended(session: Session): void {
    this.#sessions.delete(session)
    const { conflated, resets } = session.health
    this.#past.conflated += conflated
    this.#past.resets += resets
    if (!session.live || this.#closed) return
    const { sessions } = this.#options.operations
    if (session.expelled) {
      sessions.gone(session.id)
      return
    }
    this.#identities.lost(session.identity)
    sessions.lost(session.id)
  }

  /** Why this viewer cannot be let in; null where it can. */
  #fullFor({ kind, address }: Peer, { account }: Access): CloseCode | null {
    if (kind === 'local') return null
    const { connections, connectionsPerAddress, connectionsPerAccount } = this.#options
    const group = addressGroup(address)
    let [all, same, own] = [0, 0, 0]
    for (const { peer, access } of this.#sessions) {
      if (peer.kind === 'local') continue
      all += 1
      if (addressGroup(peer.address) === group) same += 1
      if (account !== null && access.account === account) own += 1
    }
    if (all >= connections) return CLOSE_CODES.too_many_connections
    if (same >= connectionsPerAddress) return TOO_MANY_OF_ADDRESS
    return own >= connectionsPerAccount ? TOO_MANY_OF_ACCOUNT : null
  }
}
