const two = (value: number): string => String(value).padStart(2, '0')

/** A moment as `<input type="datetime-local">` has it: this device's own time, to the second; empty for none. */
export function toLocalInput(ms: number | null): string {
  if (ms === null) return ''
  const at = new Date(ms)
  const day = `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** A moment as the journal is asked for it: it knows none before 1970, and a year that is being typed begins with 0002. */
export function askedTime(ms: number): string {
  return String(Math.max(0, ms))
}

/** The counterpart of {@link toLocalInput}, epoch milliseconds; null where there is no whole time. */
export function fromLocalInput(text: string): number | null {
  const ms = text === '' ? Number.NaN : new Date(text).getTime()
  return Number.isNaN(ms) ? null : ms
}
