import { randomUUID } from 'node:crypto'
import { CLOSE_CODES } from '../shared/close-codes.ts'
import type { Clock } from './clock.ts'
import { FlushTimer } from './flush-timer.ts'
import type { Hub } from './hub.ts'
import { Session, type SessionHouse, type SessionLimits, type SharedFrames } from './session.ts'
import type { Accept, Connection, Frame } from './session-socket.ts'

/** How long events are gathered, at most, before they are sent on. */
const FLUSH_MS = 4

export interface SessionsOptions {
  readonly hub: Hub
  readonly clock: Clock
  readonly limits: SessionLimits
  /** Most remote viewers at a time. The local display is not counted: it must always get in. */
  readonly connections: number
  readonly version: string
  readonly health: () => Frame
}

const refused: Connection = { receive: () => undefined, drained: () => undefined, closed: () => undefined }

/** All viewers. New events are sent to them together, so that those at the same position share their frames. */
export class Sessions {
  readonly #sessions = new Set<Session>()
  readonly #options: SessionsOptions
  readonly #house: SessionHouse
  readonly #timer: FlushTimer
  readonly #stop: () => void
  #closed = false

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#timer = new FlushTimer(options.clock, FLUSH_MS, () => this.flush())
    this.#stop = options.hub.listen(() => this.#timer.request())
    const { hub, clock, limits, version, health } = options
    this.#house = { hub, clock, limits, version, health, ended: (session) => this.#sessions.delete(session) }
  }

  get size(): number {
    return this.#sessions.size
  }

  readonly accept: Accept = (socket, peer) => {
    if (this.#closed) {
      socket.close(CLOSE_CODES.going_away.code, CLOSE_CODES.going_away.reason)
      return refused
    }
    if (peer.kind === 'remote' && this.#remote() >= this.#options.connections) {
      socket.close(CLOSE_CODES.too_many_connections.code, CLOSE_CODES.too_many_connections.reason)
      return refused
    }
    const session = new Session(randomUUID(), peer, socket, this.#house)
    this.#sessions.add(session)
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

  /** Sends what is left, then closes every session with a code that says: come back. Idempotent. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#stop()
    this.#timer.close()
    this.flush()
    for (const session of this.#sessions) session.end(CLOSE_CODES.going_away)
  }

  #remote(): number {
    let count = 0
    for (const session of this.#sessions) if (session.peer.kind === 'remote') count += 1
    return count
  }
}
