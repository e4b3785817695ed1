import type { CloseCode } from '../shared/close-codes.ts'
import type { ServerMessage } from '../shared/messages.ts'
import { messageFrame } from './frame.ts'
import type { Frame, SessionSocket } from './session-socket.ts'

/** A socket that holds more than this is full: it is skipped until it drains. */
const FULL_BYTES = 256 * 1024

/** A session's way out: its socket, which may be full. */
export class Outlet {
  readonly #socket: SessionSocket
  /** The latest frame of each kind that replaces the one before. */
  readonly #latest = new Map<'health' | 'plant', Frame>()
  /** By the monotonic clock. */
  #fullSince: number | undefined

  constructor(socket: SessionSocket) {
    this.#socket = socket
  }

  /** Bytes on the way. */
  get pending(): number {
    return this.#socket.pending
  }

  full(): boolean {
    const full = this.#socket.pending > FULL_BYTES
    if (!full) this.#fullSince = undefined
    return full
  }

  /** True where it has been full for so many milliseconds. Asked now and then. */
  stuck(now: number, ms: number): boolean {
    if (!this.full()) return false
    this.#fullSince ??= now
    return now - this.#fullSince >= ms
  }

  send(frame: Frame): void {
    this.#socket.send(frame)
  }

  say(message: ServerMessage): void {
    this.#socket.send(messageFrame(message))
  }

  /** Sends what replaces the frame before of its kind, if it is another one and the socket is not full. */
  renew(kind: 'health' | 'plant', frame: Frame): void {
    if (frame === this.#latest.get(kind) || this.full()) return
    this.#latest.set(kind, frame)
    this.#socket.send(frame)
  }

  close({ code, reason }: CloseCode): void {
    this.#socket.close(code, reason)
  }
}
