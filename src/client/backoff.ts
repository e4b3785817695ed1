/**
 * Full-jitter exponential back-off: a random wait below min(cap, base·2ⁿ), so that viewers which lost the same server
 * do not all come back in the same moment. Milliseconds. `random` is in [0, 1).
 */
export function backoff(attempt: number, random: () => number, base = 500, cap = 15_000): number {
  const ceiling = Math.min(cap, base * 2 ** Math.min(attempt, 20))
  return Math.round(random() * ceiling)
}
