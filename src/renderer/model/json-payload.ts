import type { Payload } from '../../shared/datagram.ts'

/** What a person typed as the payload of an event: nothing, or a JSON object. */
export type TypedPayload =
  { readonly ok: true; readonly payload: Payload } | { readonly ok: false; readonly problem: 'not_json' | 'not_object' }

export function parsePayload(text: string): TypedPayload {
  if (text.trim() === '') return { ok: true, payload: {} }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { ok: false, problem: 'not_json' }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { ok: false, problem: 'not_object' }
  return { ok: true, payload: value as Payload }
}

const ID_LENGTH = 32

/** Size of the datagram that the machine would be given, in bytes. */
export function commandBytes(type: string, payload: Payload): number {
  const text = JSON.stringify({ type, payload, job_id: null, command_id: 'x'.repeat(ID_LENGTH) })
  return new TextEncoder().encode(text).length
}
