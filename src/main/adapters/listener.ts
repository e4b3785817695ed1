/** A datagram listener that is open. */
export interface Listener {
  /** Where it really listens. */
  readonly address: string
  /** Idempotent. */
  close(): Promise<void>
}

/** Where datagrams go. Neither function throws. */
export interface DatagramSink {
  /** The bytes are good for the time of the call. */
  receive(bytes: Buffer): void
  socketError(error: Error): void
}

/** A listener could not be opened; the message names the address, says why and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}
