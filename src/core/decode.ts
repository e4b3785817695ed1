import { isUtf8 } from 'node:buffer'
import { type Datagram, DatagramSchema, MAX_DEPTH } from '../shared/datagram.ts'
import type { Refusal } from '../shared/health.ts'
import { door } from './door.ts'

/** Size of the receive buffer. A datagram that fills it was probably longer, so what arrived cannot be trusted. */
export const RECEIVE_BUFFER_BYTES = 65_536

export type Decoded =
  | { readonly ok: true; readonly text: string; readonly datagram: Datagram }
  | { readonly ok: false; readonly reason: Refusal }

const datagramDoor = door(DatagramSchema)

const refuse = (reason: Refusal): Decoded => ({ ok: false, reason })

/** One datagram's bytes, checked. Never throws. `text` is exactly what came, as text. */
export function decode(bytes: Buffer): Decoded {
  if (bytes.length === 0) return refuse('empty')
  if (bytes.length >= RECEIVE_BUFFER_BYTES) return refuse('truncated')
  if (!isUtf8(bytes)) return refuse('not_utf8')
  const text = bytes.toString('utf8')
  if (tooDeep(text)) return refuse('too_deep')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse('not_json')
  }
  if (!datagramDoor.check(value)) return refuse(why(value))
  if (value.type === undefined && value.event_type === undefined) return refuse('no_type')
  return { ok: true, text, datagram: value }
}

/**
 * Counts brackets outside strings, but only in a text that is long enough and has enough of them: this runs for every
 * datagram.
 */
export function tooDeep(text: string): boolean {
  if (text.length < 2 * MAX_DEPTH) return false
  if (countOf(text, '{') + countOf(text, '[') <= MAX_DEPTH) return false
  let depth = 0
  let quoted = false
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (quoted) {
      if (code === 0x5c) i += 1
      else if (code === 0x22) quoted = false
    } else if (code === 0x22) {
      quoted = true
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1
      if (depth > MAX_DEPTH) return true
    } else if (code === 0x7d || code === 0x5d) {
      depth -= 1
    }
  }
  return false
}

/** How often the character is in the text; beyond `MAX_DEPTH` it does not matter how often. */
function countOf(text: string, character: string): number {
  let count = 0
  for (let at = text.indexOf(character); at >= 0 && count <= MAX_DEPTH; at = text.indexOf(character, at + 1)) count += 1
  return count
}

/** Which rule a value that is no datagram breaks first. */
function why(value: unknown): Refusal {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not_object'
  const fields = value as Readonly<Record<string, unknown>>
  const name = fields['machine_name']
  if (typeof name !== 'string' || name === '') return 'no_machine_name'
  if (!datagramDoor.check({ machine_name: name })) return 'bad_machine_name'
  const type = fields['type'] ?? fields['event_type']
  return typeof type === 'string' && type !== '' ? 'bad_type' : 'no_type'
}
