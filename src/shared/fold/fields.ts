import type { Payload } from '../datagram.ts'
import type { TagValue } from '../device.ts'

/** Longest name or id, in UTF-16 units: as long as a machine's name and an event's type may be. */
export const MAX_NAME = 128

/** Longest free text that folded state keeps, in UTF-16 units; the whole of it is in the log. */
export const MAX_TEXT = 500

const NOTHING: Payload = Object.freeze({})

/** The beginning of a text; a character of two units is never cut in half. */
export function bounded(text: string, limit: number): string {
  if (text.length <= limit) return text
  const last = text.charCodeAt(limit - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit)
}

/** The longest duration that is believed, milliseconds: a hundred years. */
export const MAX_DURATION_MS = 100 * 365 * 86_400_000

/** A text for people; numbers and booleans are read as text. Null where there is none. */
export function textField(payload: Payload, key: string, limit: number = MAX_NAME): string | null {
  const value = payload[key]
  if (typeof value === 'string') return bounded(value, limit)
  if (typeof value === 'boolean') return String(value)
  const number = finite(value)
  return number === null ? null : String(number)
}

/** What identifies something. A longer one is none: cut, it could be another's. */
export function idField(payload: Payload, key: string): string | null {
  const value = payload[key]
  const id = typeof value === 'number' && Number.isFinite(value) ? String(value) : value
  return typeof id === 'string' && id !== '' && id.length <= MAX_NAME ? id : null
}

/** An object; anything else reads as an empty one. */
export function objectField(payload: Payload, key: string): Payload {
  return asObject(payload[key]) ?? NOTHING
}

export function asObject(value: unknown): Payload | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Payload) : null
}

export function numberField(payload: Payload, key: string): number | null {
  return finite(payload[key])
}

/** Milliseconds from 0 to {@link MAX_DURATION_MS}, or null. */
export function durationField(payload: Payload, key: string): number | null {
  const value = finite(payload[key])
  return value !== null && value >= 0 && value <= MAX_DURATION_MS ? value : null
}

/** A whole number from 0, or null; a fraction is dropped. */
export function countField(payload: Payload, key: string): number | null {
  const value = finite(payload[key])
  return value !== null && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.trunc(value) : null
}

/** JSON text such as `1e400` parses to Infinity and `-0` to minus zero; neither survives being written again. */
function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value + 0 : null
}

/** The beginning of a value's JSON text; null where there is no value. */
export function jsonText(value: unknown, limit: number = MAX_TEXT): string | null {
  if (value === undefined || value === null) return null
  return bounded(JSON.stringify(value), limit)
}

/** A value as a tag keeps it. */
export function tagValue(value: unknown): TagValue {
  if (typeof value === 'string') return bounded(value, MAX_TEXT)
  if (typeof value === 'boolean') return value
  return typeof value === 'number' ? finite(value) : jsonText(value)
}

/** What a payload says went wrong, for people; null where it says nothing. */
export function messageField(payload: Payload): string | null {
  for (const key of ['error_message', 'message', 'error', 'reason']) {
    const value = payload[key]
    const message = typeof value === 'string' ? value : asObject(value)?.['message']
    if (typeof message === 'string' && message !== '') return bounded(message, MAX_TEXT)
  }
  return null
}

/** Appends, and drops the oldest above the limit. */
export function pushBounded<T>(list: T[], item: T, limit: number): void {
  list.push(item)
  if (list.length > limit) list.splice(0, list.length - limit)
}

/**
 * Makes room in a map that has reached its limit: a tenth of it goes, lowest rank first, so that the cost of sorting is
 * shared by many events.
 */
export function makeRoom<T>(map: Map<string, T>, limit: number, rank: (item: T) => number): void {
  if (map.size < limit) return
  const ranked = [...map].toSorted(([, a], [, b]) => rank(a) - rank(b))
  for (const [key] of ranked.slice(0, Math.ceil(limit / 10))) map.delete(key)
}
