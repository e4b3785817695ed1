import Type from 'typebox'
import { toMilliseconds } from './source-time.ts'

/** Longest machine name and event type, in Unicode code points. */
export const MAX_NAME_LENGTH = 128

/** Deepest nesting of arrays and objects in a datagram; deeper text can exhaust a viewer's stack. */
export const MAX_DEPTH = 64

/** Of a machine or an event. Free-form, but a control character in one is an attack on a log or a terminal, never a name. */
export const NameSchema = Type.String({
  minLength: 1,
  maxLength: MAX_NAME_LENGTH,
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$',
})

/**
 * What a machine program sends: one JSON object per datagram. `type` is called `event_type` by engines before 1.0.27.
 * Unknown keys are kept. A payload may be anything; readers take a payload that is no object as empty.
 */
export const DatagramSchema = Type.Object({
  machine_name: NameSchema,
  type: Type.Optional(NameSchema),
  event_type: Type.Optional(NameSchema),
  payload: Type.Optional(Type.Unknown()),
})
export type Datagram = Type.Static<typeof DatagramSchema>

export type Payload = Readonly<Record<string, unknown>>

/** The type of the event that a datagram reports, whichever key carries it; undefined where neither does. */
export function datagramType(datagram: Datagram): string | undefined {
  return datagram.type ?? datagram.event_type
}

/** The payload as an object; anything else reads as empty. */
export function datagramPayload(datagram: Datagram): Payload {
  const payload = datagram.payload
  return typeof payload === 'object' && payload !== null && !Array.isArray(payload) ? (payload as Payload) : {}
}

/** The machine's own time of the event in epoch milliseconds, or null where it sent none that can be read. */
export function datagramTime(datagram: Datagram): number | null {
  const inPayload = datagramPayload(datagram)['timestamp']
  const own = (datagram as { timestamp?: unknown }).timestamp
  return toMilliseconds(inPayload ?? own)
}
