import type { DatagramSender } from './datagram-sender.ts'

export interface OutboxCounts {
  sent: number
  /** The panel did not read fast enough: its queue in the kernel was full. */
  full: number
  /** Nobody listens. */
  away: number
  /** Refused for another reason, such as its size. */
  failed: number
}

const AWAY: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED'])
const FULL: ReadonlySet<string> = new Set(['EAGAIN', 'EWOULDBLOCK', 'ENOBUFS'])

/**
 * Sends and forgets, as a machine does: what the panel does not take is lost to it and only counted. That the panel went
 * away or came back is reported once.
 */
export class Outbox {
  readonly counts: OutboxCounts = { sent: 0, full: 0, away: 0, failed: 0 }
  readonly #sender: DatagramSender
  readonly #report: (line: string) => void
  readonly #reported = new Set<string>()
  #away = false

  constructor(sender: DatagramSender, report: (line: string) => void) {
    this.#sender = sender
    this.#report = report
  }

  send(bytes: Buffer): void {
    this.#sender.send(bytes, (error) => this.#count(error))
  }

  close(): void {
    this.#sender.close()
  }

  #count(error: string | undefined): void {
    if (error !== undefined && AWAY.has(error)) {
      this.counts.away += 1
      if (!this.#away) this.#report(`the panel is away: ${error} at ${this.#sender.address}`)
      this.#away = true
      return
    }
    if (error === undefined) {
      this.counts.sent += 1
    } else if (FULL.has(error)) {
      this.counts.full += 1
    } else {
      this.counts.failed += 1
      if (!this.#reported.has(error)) this.#report(`cannot send: ${error}`)
      this.#reported.add(error)
      return
    }
    if (this.#away) this.#report(`the panel is back; ${this.counts.away} events were lost to it so far`)
    this.#away = false
  }
}
