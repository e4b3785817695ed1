/** Below this a smaller offset is only a message that was longer on its way; above it a clock was set. */
const STEP_MS = 2_000

/**
 * How far the panel's clock is ahead of ours, from one more message that carried its time. Transport only ever makes a
 * sample too small, so the largest one is the best, until one of the clocks is set. Milliseconds.
 */
export function nextOffset(current: number | null, panelTime: number, ownTime: number): number {
  const sample = panelTime - ownTime
  if (current === null || sample > current || current - sample > STEP_MS) return sample
  return current
}
