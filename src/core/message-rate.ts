import type { ClientMessage } from '../shared/messages.ts'
import { TokenBucket } from './token-bucket.ts'

/** So many seconds' worth may come at once: a page that is opened, two hundred writes from a table. */
const BURST_SECONDS = 4

/** What is answered with a whole state costs as much as so many others. */
const STATE_COST = 5

/** So many alarms in a message cost as much as one with one: each is an event and a row of the audit. */
const ALARMS_AT_COST = 10

/** So many seconds' worth is refused before a client that does not slow down is closed. */
const PATIENCE_SECONDS = 1

/** `told`: it is the first one refused since one was let through, so the client is to be told. */
export type Admission = 'admitted' | 'told' | 'refused' | 'exhausted'

/** How fast a session may send messages. */
export class MessageRate {
  readonly #bucket: TokenBucket
  readonly #patience: number
  #refused = 0

  constructor(perSecond: number, now: number) {
    this.#bucket = new TokenBucket(perSecond, perSecond * BURST_SECONDS, now)
    this.#patience = perSecond * PATIENCE_SECONDS
  }

  /** Asked once for each message, before it is read. */
  message(now: number): Admission {
    if (this.#bucket.take(now)) {
      this.#refused = 0
      return 'admitted'
    }
    this.#refused += 1
    if (this.#refused > this.#patience) return 'exhausted'
    return this.#refused === 1 ? 'told' : 'refused'
  }

  /** Asked of a message that was read: true where what it costs beyond others is there. */
  affords(message: ClientMessage, now: number): boolean {
    const more = costOf(message) - 1
    return more === 0 || this.#bucket.take(now, more)
  }
}

function costOf(message: ClientMessage): number {
  if (message.type === 'subscribe' || message.type === 'unsubscribe' || message.type === 'get_all_status')
    return STATE_COST
  return message.type === 'alarm' ? Math.max(1, Math.ceil(message.alarms.length / ALARMS_AT_COST)) : 1
}
