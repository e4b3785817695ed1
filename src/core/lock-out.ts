/** So many wrong passwords are a slip; after each further one nobody gets in for a while that doubles. */
const FREE = 5
/** Of one name, from wherever: so many that nobody far away keeps its owner out, and few enough that nobody guesses long. */
export const FREE_OF_NAME = 100
const FIRST_MS = 30_000
const MOST_MS = 15 * 60_000

/** Most that is remembered of tries that no account keeps; the oldest go. */
const MOST_REMEMBERED = 10_000

/** Wrong ones in a row, and until when nobody gets in; epoch milliseconds. */
export interface Tries {
  readonly failed: number
  readonly lockedUntil: number | null
}

export const NO_TRIES: Tries = { failed: 0, lockedUntil: null }

/** Until when somebody is locked out after so many wrong ones in a row, epoch milliseconds; null: they are not. */
export function lockedUntil(failed: number, now: number, free = FREE): number | null {
  if (failed < free) return null
  return now + Math.min(FIRST_MS * 2 ** Math.min(failed - free, 20), MOST_MS)
}

/** One wrong try more. */
export function oneMore({ failed }: Tries, now: number, free = FREE): Tries {
  return { failed: failed + 1, lockedUntil: lockedUntil(failed + 1, now, free) }
}

/** The later of two ends of being locked out that are still to come; null where there is none. */
export function lockOf(now: number, ...tries: readonly Tries[]): number | null {
  const until = Math.max(...tries.map((each) => each.lockedUntil ?? 0))
  return until > now ? until : null
}

/** Wrong tries that are remembered while the panel runs. */
export class TriesInMemory {
  readonly #tries = new Map<string, Tries>()

  of(key: string): Tries {
    return this.#tries.get(key) ?? NO_TRIES
  }

  note(key: string, tries: Tries): void {
    this.#tries.delete(key)
    this.#tries.set(key, tries)
    const [oldest] = this.#tries.keys()
    if (this.#tries.size > MOST_REMEMBERED && oldest !== undefined) this.#tries.delete(oldest)
  }

  forget(key: string): void {
    this.#tries.delete(key)
  }

  forgetAll(prefix: string): void {
    for (const key of this.#tries.keys()) if (key.startsWith(prefix)) this.#tries.delete(key)
  }
}
