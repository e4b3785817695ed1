/** What a transport tells its session. After `closed` it is silent. */
export interface TransportEvents {
  opened(): void
  /** One frame of the protocol. */
  frame(text: string): void
  /** The link is gone; `code` as in close-codes.ts, 1006 where nobody said. Exactly once. */
  closed(code: number, reason: string): void
}

/** One connection attempt. */
export interface Transport {
  send(text: string): void
  /** Idempotent; `closed` still follows. */
  close(code: number, reason: string): void
}

/** Starts a connection attempt. */
export type Connect = (events: TransportEvents) => Transport
