/** Numbers below this are seconds (as milliseconds they would lie before March 1973). */
const SECONDS_BELOW = 1e11

/** The longest text that can be an ISO 8601 time; longer ones are not even looked at. */
const LONGEST_TEXT = 40

const ISO_8601 = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/

/**
 * A machine's timestamp, epoch seconds, epoch milliseconds or an ISO 8601 text, as epoch milliseconds (may have a
 * fraction); null where the value is no time.
 */
export function toMilliseconds(value: unknown): number | null {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || value <= 0) return null
    const ms = value < SECONDS_BELOW ? value * 1000 : value
    return ms <= 8.64e15 ? ms : null
  }
  if (typeof value === 'string' && value.length <= LONGEST_TEXT && ISO_8601.test(value)) {
    const ms = Date.parse(value)
    return Number.isNaN(ms) ? null : ms
  }
  return null
}
