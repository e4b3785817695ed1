import type { PortFrame } from '../../shared/bridge.ts'
import { CLOSE_CODES, type CloseCode } from '../../shared/close-codes.ts'
import type { Accept, Connection, Frame, Peer, SessionSocket } from '../../core/session-socket.ts'
import { viewerFrame } from './port-frame.ts'

/** The largest message taken from a viewer, in bytes of UTF-8; the same as over WebSocket. */
export const MESSAGE_BYTES = 64 * 1024

/** The part of Electron's MessagePortMain that is needed here. */
export interface PortLike {
  on(
    event: 'message',
    listener: (event: { readonly data: unknown; readonly ports: readonly PortEnd[] }) => void,
  ): unknown
  on(event: 'close', listener: () => void): unknown
  start(): void
  postMessage(frame: PortFrame): void
  close(): void
}

/** A port of which nothing is wanted but its end. */
export interface PortEnd {
  close(): void
}

/** Gives a port to the core as a session's socket. The function returned ends the session; idempotent. */
export function acceptPort(port: PortLike, peer: Peer, accept: Accept): (close: CloseCode) => void {
  const socket = new PortSocket(port)
  const connection = accept(socket, peer)

  const end = ({ code, reason }: CloseCode): void => {
    socket.close(code, reason)
    connection.closed()
  }
  port.on('message', (event) => {
    if (socket.closed) return
    // Nothing in the protocol carries a port; one that came along would stay open unseen.
    for (const stray of event.ports) stray.close()
    if (event.ports.length > 0) end(CLOSE_CODES.bad_message)
    else receive(event.data, socket, connection, end)
  })
  port.on('close', () => {
    socket.lost()
    connection.closed()
  })
  port.start()
  return end
}

function receive(data: unknown, socket: PortSocket, connection: Connection, end: (close: CloseCode) => void): void {
  const frame = viewerFrame(data)
  switch (frame?.kind) {
    case 'message':
      if (tooBig(frame.text)) end(CLOSE_CODES.message_too_big)
      else connection.receive(frame.text)
      break
    case 'taken':
      if (socket.taken(frame.count)) connection.drained()
      else end(CLOSE_CODES.bad_message)
      break
    case 'close':
      end(CLOSE_CODES.normal)
      break
    case undefined:
      end(CLOSE_CODES.bad_message)
      break
    default:
      frame satisfies never
  }
}

/** A code unit is one to three bytes, so that hardly any text has to be counted. */
function tooBig(text: string): boolean {
  return text.length > MESSAGE_BYTES || (text.length * 3 > MESSAGE_BYTES && Buffer.byteLength(text) > MESSAGE_BYTES)
}

class PortSocket implements SessionSocket {
  /** Lengths of the frames sent and not yet reported taken, oldest first. */
  readonly #lengths: number[] = []
  #pending = 0
  #closed = false

  constructor(private readonly port: PortLike) {}

  get closed(): boolean {
    return this.#closed
  }

  /** In UTF-16 code units: the port carries strings, and encoding each one only to count its bytes would be a waste. */
  get pending(): number {
    return this.#pending
  }

  send(frame: Frame): void {
    if (this.#closed) return
    this.#lengths.push(frame.text.length)
    this.#pending += frame.text.length
    this.#post({ kind: 'frame', text: frame.text })
  }

  close(code: number, reason: string): void {
    if (this.#closed) return
    this.lost()
    this.#post({ kind: 'close', code, reason })
    this.port.close()
  }

  /** The viewer has taken in its `count` oldest frames; false where it was not sent so many. */
  taken(count: number): boolean {
    if (count > this.#lengths.length) return false
    for (const length of this.#lengths.splice(0, count)) this.#pending -= length
    return true
  }

  /** The port is gone: there is nobody left to send to. */
  lost(): void {
    this.#closed = true
    this.#lengths.length = 0
    this.#pending = 0
  }

  #post(frame: PortFrame): void {
    this.port.postMessage(frame)
  }
}
