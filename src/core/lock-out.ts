/** So many wrong passwords are a slip; after each further one nobody gets in for a while that doubles. */
const FREE = 5
const FIRST_MS = 30_000
const MOST_MS = 15 * 60_000

/** Until when an account is locked after so many wrong passwords in a row, epoch milliseconds; null: it is not. */
export function lockedUntil(failed: number, now: number): number | null {
  if (failed < FREE) return null
  return now + Math.min(FIRST_MS * 2 ** Math.min(failed - FREE, 20), MOST_MS)
}
