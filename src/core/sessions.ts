import { CLOSE_CODES } from '../shared/close-codes.ts'
import type { ViewerHealth } from '../shared/health.ts'
import type { Access } from './access.ts'
import type { Archive } from './archive.ts'
import type { Clock } from './clock.ts'
import { FlushTimer } from './flush-timer.ts'
import type { Hub } from './hub.ts'
import { Identities, type Identity } from './identities.ts'
import type { Operations } from './operations.ts'
import { Session, type SessionHouse, type SessionLimits, type SharedFrames } from './session.ts'
import type { AcceptAs, Connection, Frame } from './session-socket.ts'

/** How long events are gathered, at most, before they are sent on. */
const FLUSH_MS = 4

/** How often it is looked whether a socket has been full for too long. */
const CHECK_FULL_MS = 1_000

export interface SessionsOptions {
  readonly hub: Hub
  readonly archive: Archive
  readonly clock: Clock
  readonly limits: SessionLimits
  /** Most remote viewers at a time. The local display is not counted: it must always get in. */
  readonly connections: number
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
    if (peer.kind === 'remote' && this.#remote() >= this.#options.connections) {
      socket.close(CLOSE_CODES.too_many_connections.code, CLOSE_CODES.too_many_connections.reason)
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

  #remote(): number {
    let count = 0
    for (const session of this.#sessions) if (session.peer.kind === 'remote') count += 1
    return count
  }
}
