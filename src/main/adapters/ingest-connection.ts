import type { WebSocket } from 'ws'
import type { Clock, Stop } from '../../core/clock.ts'
import type { Inlet } from '../../core/ingest.ts'
import { EVENT_BYTES } from '../../core/machine-quota.ts'
import type { Pace } from '../../core/pace.ts'
import { CLOSE_CODES } from '../../shared/close-codes.ts'
import type { IngestAck, IngestError } from '../../shared/ingest-messages.ts'
import { closeWebSocket, pingRate, textBytes } from './ws-socket.ts'

/** A sender is told so often how far it has come, and at most so often what was wrong. */
const ACK_MS = 1_000
const ERROR_MS = 1_000

/** What is not one of these is not JSON, or not the object that it should be. */
const WORDS: Partial<Record<IngestError['error']['code'], string>> = {
  internal: 'A defect of the panel. Its log says more.',
  machine_not_allowed: 'This token may not send for that machine.',
  over_quota: 'More events came of that machine than are taken. Send fewer.',
}

export interface IngestConnectionOptions {
  readonly socket: WebSocket
  readonly inlet: Inlet
  readonly pace: Pace
  readonly clock: Clock
  readonly mayWrite: (machine: string) => boolean
}

/** One WebSocket through which a program sends events: each text frame is a datagram. */
export class IngestConnection {
  readonly #options: IngestConnectionOptions
  #count = 0
  #accepted = 0
  #acked = 0
  #erredAt = -Infinity
  #ack: Stop | undefined
  #resume: Stop | undefined
  #isAlive = true

  constructor(options: IngestConnectionOptions) {
    this.#options = options
    const { socket, clock } = options
    const pings = pingRate()
    socket.on('message', (data, binary) => {
      if (binary) this.close(CLOSE_CODES.bad_message.code, 'only text frames, please')
      else this.#take(textBytes(data))
    })
    socket.on('ping', () => {
      this.#isAlive = true
      if (!pings.take(clock.monotonic())) this.close(CLOSE_CODES.rate_limited.code, 'too many pings')
    })
    socket.on('pong', () => (this.#isAlive = true))
    socket.on('close', () => this.#ended())
    // ws reports a broken frame here and closes the socket itself, with the standard's code.
    socket.on('error', () => this.#ended())
  }

  /** Asks for a sign of life. False where none has come since it was asked for the last time. */
  ping(): boolean {
    if (!this.#isAlive) return false
    this.#isAlive = false
    const { socket } = this.#options
    if (socket.readyState === socket.OPEN) socket.ping()
    return true
  }

  /** Says how far it has come, and closes. */
  close(code: number, reason: string): void {
    this.#tellAck()
    this.#ended()
    closeWebSocket(this.#options.socket, code, reason)
  }

  #take(bytes: Buffer): void {
    const { socket, inlet, pace, clock, mayWrite } = this.#options
    // What was read before it was closed is not taken in any more: it could not be acknowledged.
    if (socket.readyState !== socket.OPEN) return
    this.#isAlive = true
    this.#count += 1
    const refusal = inlet.receive(bytes, mayWrite)
    const now = clock.monotonic()
    if (refusal === null) this.#accepted += 1
    else this.#tellError(refusal, now)
    this.#ack ??= clock.after(ACK_MS, () => this.#tellAck())
    const pause = pace.took(1 + Math.floor(bytes.length / EVENT_BYTES), now)
    if (pause > 0) this.#hold(pause)
  }

  /** What is not read fills the sender's side, until it waits. */
  #hold(ms: number): void {
    const { socket, clock } = this.#options
    this.#resume?.()
    socket.pause()
    this.#resume = clock.after(ms, () => socket.resume())
  }

  #tellAck(): void {
    this.#ack?.()
    this.#ack = undefined
    if (this.#acked === this.#count) return
    this.#acked = this.#count
    this.#send({ type: 'ack', count: this.#count, accepted: this.#accepted })
  }

  #tellError(code: IngestError['error']['code'], now: number): void {
    if (now - this.#erredAt < ERROR_MS) return
    this.#erredAt = now
    const message = WORDS[code] ?? 'This is not an event as PROTOCOL.md describes it.'
    this.#send({ type: 'error', frame: this.#count, error: { code, message } })
  }

  /** Whoever does not read is told nothing more: the next acknowledgement says the same and more. */
  #send(message: IngestAck | IngestError): void {
    const { socket } = this.#options
    if (socket.readyState === socket.OPEN && socket.bufferedAmount === 0) socket.send(JSON.stringify(message))
  }

  #ended(): void {
    this.#ack?.()
    this.#resume?.()
    this.#ack = this.#resume = undefined
  }
}
