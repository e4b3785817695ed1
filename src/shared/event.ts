import Type from 'typebox'
import { DatagramSchema, datagramPayload, datagramTime, datagramType, type Payload } from './datagram.ts'
import { type Family, familyOf } from './family.ts'

/**
 * Who says so. Only what came in as a datagram is `machine`; a datagram can therefore never pose as the panel or as an
 * operator, whatever it calls itself.
 */
export const ORIGINS = ['machine', 'panel', 'operator'] as const
export type Origin = (typeof ORIGINS)[number]

/**
 * One entry of the log. `time` is the panel's clock at receipt, epoch milliseconds, never decreasing with the offset.
 * `body` is the datagram as it came (its own bytes, spliced in), or an object of the same shape from the panel.
 */
export const AndonEventSchema = Type.Object({
  offset: Type.Integer({ minimum: 1 }),
  time: Type.Integer({ minimum: 0 }),
  origin: Type.Enum(ORIGINS),
  body: DatagramSchema,
})
export type AndonEvent = Type.Static<typeof AndonEventSchema>

/** An event as folds and views read it: keys resolved, payload always an object. */
export interface EventView {
  readonly offset: number
  readonly time: number
  readonly origin: Origin
  readonly machine: string
  readonly type: string
  readonly family: Family
  readonly payload: Payload
  /** The machine's own time, epoch milliseconds, or null. */
  readonly sourceTime: number | null
}

export function viewEvent(event: AndonEvent): EventView {
  const type = datagramType(event.body) ?? ''
  return {
    offset: event.offset,
    time: event.time,
    origin: event.origin,
    machine: event.body.machine_name,
    type,
    family: familyOf(type),
    payload: datagramPayload(event.body),
    sourceTime: datagramTime(event.body),
  }
}

/** Splices a body's own JSON text into an event's; the counterpart of {@link bodyText}. */
export function eventText(offset: number, time: number, origin: Origin, body: string): string {
  return `{"offset":${offset},"time":${time},"origin":"${origin}","body":${body}}`
}

/** The body's text, byte for byte as it was given to {@link eventText}. */
export function bodyText(text: string): string {
  return text.slice(text.indexOf('"body":') + 7, -1)
}
