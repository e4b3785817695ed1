import { SessionClient, type SessionOptions } from '../../client/session-client.ts'
import { type Channel, logChannel } from '../../shared/channel.ts'
import { type EventView, viewEvent } from '../../shared/event.ts'
import type { LogFilter } from '../../shared/log-filter.ts'

export interface LogSubscriptionEvents {
  /** These lines are the latest there are; `head`: offset that they reach up to. */
  replaced(lines: readonly EventView[], head: number): void
  /** These came after them. */
  added(lines: readonly EventView[]): void
  /** True while what is shown is what is. */
  live(live: boolean): void
}

/**
 * A session of its own that is sent log lines and nothing else. The shell's session shows everything: another channel
 * there would be another state for every page. It resumes and comes back as that one does.
 */
export class LogSubscription {
  readonly #client: SessionClient
  /** What the panel has been told. */
  #shown: Channel
  #wanted: Channel
  #changing = false

  constructor(filter: LogFilter, options: Omit<SessionOptions, 'channels'>, events: LogSubscriptionEvents) {
    this.#shown = this.#wanted = logChannel(filter)
    this.#client = new SessionClient({ ...options, channels: [this.#wanted] })
    this.#client.listen({
      status: ({ kind }) => {
        events.live(kind === 'live')
        if (kind === 'live') void this.#change()
      },
      snapshot: ({ channels, state, position }) => {
        if (this.#isOf(channels)) events.replaced(state.recent.map(viewEvent), position.offset)
      },
      events: (lines) => {
        // While one filter takes the place of another, lines of both come; the snapshot that follows has what counts.
        if (this.#client.replica.shows([this.#wanted])) events.added(lines)
      },
    })
  }

  /** Another filter takes the place of this one; what it lets through is told as a replacement. */
  show(filter: LogFilter): void {
    this.#wanted = logChannel(filter)
    void this.#change()
  }

  retryNow(): void {
    this.#client.retryNow()
  }

  /** Idempotent. */
  close(): void {
    this.#client.close()
  }

  /** Tells the panel what is wanted, as often as that has changed meanwhile. Without a link it is told with the next. */
  async #change(): Promise<void> {
    if (this.#changing) return
    this.#changing = true
    while (this.#shown !== this.#wanted) {
      const next = this.#wanted
      const added = await this.#client.subscribe(next)
      const removed = added?.ok === true ? await this.#client.unsubscribe(this.#shown) : undefined
      if (removed === undefined) break
      // A channel that the panel does not know any more is gone all the same.
      this.#shown = next
    }
    this.#changing = false
  }

  #isOf(channels: readonly string[]): boolean {
    return channels.length === 1 && channels[0] === this.#wanted
  }
}
