import { randomInt } from 'node:crypto'
import type { Clock } from './clock.ts'
import { hashSecret, isSecret } from './secret.ts'

/** How long a code is good. */
const GOOD_MS = 30 * 60_000

/** Without what is mistaken for something else when it is read from a screen. */
const LETTERS = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'

/**
 * The one-time code with which the first administrator is made from another place than the machine's display. Whoever can
 * read where it is printed could stop the panel as well. Good for half an hour and once.
 */
export class FirstCode {
  readonly #clock: Clock
  readonly #tell: ((code: string) => void) | null
  #current: { readonly hash: string; readonly until: number } | null = null

  /** `tell` prints a code; null where there is nowhere to print. */
  constructor(clock: Clock, tell: ((code: string) => void) | null) {
    this.#clock = clock
    this.#tell = tell
  }

  /** Prints a code, unless one that was printed is still good. */
  offer(): void {
    if (!this.#tell || (this.#current && this.#clock.monotonic() < this.#current.until)) return
    const code = [0, 1, 2, 3].map(() => Array.from({ length: 4 }, letter).join('')).join('-')
    this.#current = { hash: hashSecret(code), until: this.#clock.monotonic() + GOOD_MS }
    this.#tell(code)
  }

  /** True where this is the code; it is then used up. */
  take(code: string): boolean {
    if (!this.isRight(code)) return false
    this.#current = null
    return true
  }

  isRight(code: string): boolean {
    const current = this.#current
    if (!current || this.#clock.monotonic() >= current.until) return false
    return isSecret(code.trim().toUpperCase(), current.hash)
  }
}

function letter(): string {
  return LETTERS.charAt(randomInt(LETTERS.length))
}
