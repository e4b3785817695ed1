/**
 * Response times are counted in fixed buckets, four to an octave, from 0.1 ms to about ten minutes: each is 19 % wider
 * than the one before, so that a percentile read off them is less than 10 % off. The bounds come from products alone,
 * which are the same in every engine: a viewer's fold must count as the core's does.
 */
// Rounded on purpose: Math.SQRT2 and its powers would not be the same in every engine.
// oxlint-disable-next-line oxc/approx-constant
const STEPS = [1, 1.1892, 1.4142, 1.6818] as const
const OCTAVES = 23
const FIRST_MS = 0.1

/** Upper bounds, milliseconds; a bucket holds what is not above its bound. One more holds all above the last. */
export const RESPONSE_BOUNDS: readonly number[] = Array.from({ length: OCTAVES }, (_, octave) => octave).flatMap(
  (octave) => STEPS.map((step) => FIRST_MS * (1 << octave) * step),
)

/**
 * Above so many responses all counts are halved: what is read off them is about the latest one or two thousand, and old
 * sins are forgotten.
 */
export const MOST_RESPONSES = 2_000

/** The bucket of a response time. */
export function bucketOf(ms: number): number {
  let low = 0
  let high = RESPONSE_BOUNDS.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ms <= (RESPONSE_BOUNDS[middle] ?? Infinity)) high = middle
    else low = middle + 1
  }
  return low
}

/** Counts a response time, in place. */
export function countResponse(histogram: number[], ms: number): void {
  const bucket = bucketOf(ms)
  while (histogram.length <= bucket) histogram.push(0)
  histogram[bucket] = (histogram[bucket] ?? 0) + 1
  if (total(histogram) > MOST_RESPONSES) halve(histogram)
}

/** A percentile (0 to 1) in milliseconds, the middle of its bucket; null where nothing was counted. */
export function percentile(histogram: readonly number[], share: number): number | null {
  const count = total(histogram)
  if (count === 0) return null
  let left = Math.max(1, Math.ceil(count * share))
  const bucket = histogram.findIndex((each) => (left -= each) <= 0)
  const upper = RESPONSE_BOUNDS[bucket]
  const lower = RESPONSE_BOUNDS[bucket - 1]
  if (upper === undefined) return RESPONSE_BOUNDS.at(-1) ?? null
  return lower === undefined ? upper : (lower + upper) / 2
}

function total(histogram: readonly number[]): number {
  let sum = 0
  for (const count of histogram) sum += count
  return sum
}

/** Rounded up: what happened once has still happened. */
function halve(histogram: number[]): void {
  for (const [bucket, count] of histogram.entries()) histogram[bucket] = (count + 1) >> 1
}
