import { addressGroup } from '../../../core/address-group.ts'
import { ApiError } from './api-error.ts'

/** So many of something at a time, in all and for one address, so that one who asks for much leaves room for others. */
export class Slots {
  readonly #of = new Map<string, number>()
  #taken = 0

  constructor(
    private readonly what: string,
    private readonly total: number,
    private readonly perAddress: number,
  ) {}

  /** Takes a slot and returns what gives it back, idempotent. Throws an {@link ApiError} where there is none. */
  take(address: string | undefined): () => void {
    const group = addressGroup(address ?? '')
    const count = this.#of.get(group) ?? 0
    if (this.#taken >= this.total || count >= this.perAddress) {
      throw new ApiError(429, 'busy', `Other ${this.what} are running. Try again later.`)
    }
    this.#taken += 1
    this.#of.set(group, count + 1)
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      this.#taken -= 1
      const left = (this.#of.get(group) ?? 1) - 1
      if (left === 0) this.#of.delete(group)
      else this.#of.set(group, left)
    }
  }

  /** Holds a slot for as long as something takes. */
  async during<T>(address: string | undefined, run: () => Promise<T>): Promise<T> {
    const giveBack = this.take(address)
    try {
      return await run()
    } finally {
      giveBack()
    }
  }
}
