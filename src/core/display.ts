import type { Clock } from './clock.ts'

/** What the machine's own display asks for once there are accounts. */
export const LOCAL_DISPLAYS = ['open', 'sign-in'] as const
export type LocalDisplay = (typeof LOCAL_DISPLAYS)[number]

export interface DisplayOptions {
  readonly clock: Clock
  readonly asks: LocalDisplay
  /** Milliseconds without anybody doing anything; null: it does not lock by itself. */
  readonly lockAfterMs: number | null
}

/** Who is signed in at the display. */
export interface There {
  readonly signIn: string
  readonly account: number
}

/**
 * The machine's own display, which people share. Where it asks everybody to sign in it can be locked: the sign-in ends,
 * so that nothing is left to steal, the plant is shown on, and it is remembered who was there.
 */
export class Display {
  readonly #options: DisplayOptions
  #there: There | null = null
  #locked: number | null = null
  #used = 0

  constructor(options: DisplayOptions) {
    this.#options = options
  }

  get asks(): LocalDisplay {
    return this.#options.asks
  }

  get there(): There | null {
    return this.#there
  }

  /** Id of the account that was there when it was locked; null while it is not. */
  get locked(): number | null {
    return this.#locked
  }

  /** It is time to lock. */
  get isIdle(): boolean {
    const { clock, lockAfterMs } = this.#options
    return this.#there !== null && lockAfterMs !== null && clock.monotonic() - this.#used >= lockAfterMs
  }

  signedIn(there: There): void {
    this.#there = there
    this.#locked = null
    this.used()
  }

  signedOut(): void {
    this.#there = null
    this.#locked = null
  }

  /** Somebody does something at it. */
  used(): void {
    this.#used = this.#options.clock.monotonic()
  }

  /** Returns who was there; null where there is nothing to lock. */
  lock(): There | null {
    const there = this.asks === 'open' ? null : this.#there
    if (!there) return null
    this.#there = null
    this.#locked = there.account
    return there
  }
}
