import type { Access } from './access.ts'

/** One encoded frame of the protocol, made once and shared by all sessions that stand at the same position. */
export interface Frame {
  readonly text: string
  /** UTF-8 of `text`, made at first use. */
  readonly bytes: Buffer
}

/** The viewer's end, as the core sees it: a WebSocket or a MessagePort. */
export interface SessionSocket {
  /** Bytes handed over and not yet taken by the other side. */
  readonly pending: number
  send(frame: Frame): void
  close(code: number, reason: string): void
}

/** What the core does with a connection; the transport's adapter calls these. */
export interface Connection {
  receive(text: string): void
  /** `pending` has sunk: the socket may take more. */
  drained(): void
  /** The other side is gone. Idempotent. */
  closed(): void
}

export interface Peer {
  /** `local`: the machine's own display. */
  readonly kind: 'local' | 'remote'
  readonly address: string
  readonly agent: string
}

/** Offered to every transport that does not know who is there. */
export type Accept = (socket: SessionSocket, peer: Peer) => Connection

/** Offered by the core to whoever has looked who is there. */
export type AcceptAs = (socket: SessionSocket, peer: Peer, access: Access) => Connection
