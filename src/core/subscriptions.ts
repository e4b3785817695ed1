import { type Channel, deviceOfChannel, type Filter, filterOf, isChannel, MAX_CHANNELS } from '../shared/channel.ts'
import type { AndonError } from '../shared/errors.ts'
import type { Access } from './access.ts'
import type { Operations } from './operations.ts'

/** The channels of a session. */
export class Subscriptions {
  readonly #access: Access
  readonly #operations: Operations
  #channels: readonly Channel[] = []

  constructor(access: Access, operations: Operations) {
    this.#access = access
    this.#operations = operations
  }

  get channels(): readonly Channel[] {
    return this.#channels
  }

  /** What they let through of what may be seen at this moment. */
  get filter(): Filter {
    return filterOf(this.#channels, this.#access.filter)
  }

  /** Begins with these. Returns why they cannot be had; null where they can. */
  begin(channels: readonly Channel[]): AndonError | null {
    const objection = channels.map((channel) => this.#objection(channel)).find((each) => each !== null) ?? null
    if (objection === null) this.#channels = [...new Set(channels)]
    return objection
  }

  /** Returns why it cannot be had; null where it can. */
  add(channel: Channel): AndonError | null {
    const objection = this.#objection(channel)
    if (objection) return objection
    const isNew = !this.#channels.includes(channel)
    if (isNew && this.#channels.length >= MAX_CHANNELS) {
      const message = `A session may have ${MAX_CHANNELS} channels; unsubscribe from one first.`
      return { code: 'channel_limit', message }
    }
    if (isNew) this.#channels = [...this.#channels, channel]
    return null
  }

  /** Returns why it cannot be left; null where it can. */
  remove(channel: Channel): AndonError | null {
    if (!this.#channels.includes(channel)) {
      return { code: 'not_subscribed', message: `This session is not subscribed to "${channel}".` }
    }
    this.#channels = this.#channels.filter((known) => known !== channel)
    return null
  }

  #objection(channel: Channel): AndonError | null {
    if (!isChannel(channel)) return { code: 'channel_unknown', message: `There is no channel "${channel}".` }
    const device = deviceOfChannel(channel)
    if (device === null || this.#operations.knowsDevice(device, this.#access)) return null
    return { code: 'device_unknown', message: `There is no device "${device}".` }
  }
}
