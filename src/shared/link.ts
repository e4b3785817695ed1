import Type from 'typebox'

export const MINUTE_MS = 60_000

/** A minute in which something happened on a link. */
export const LinkMinuteSchema = Type.Object({
  /** When the minute began, epoch milliseconds. */
  at: Type.Integer(),
  events: Type.Integer(),
  errors: Type.Integer(),
  sentBytes: Type.Integer(),
  receivedBytes: Type.Integer(),
  /** How many of them named a response time, and the sum of those, milliseconds. */
  responses: Type.Integer(),
  responseMs: Type.Number(),
})
export type LinkMinute = Type.Static<typeof LinkMinuteSchema>

export const LinkErrorSchema = Type.Object({
  offset: Type.Integer(),
  time: Type.Integer(),
  message: Type.String(),
  /** The script and function that had it, as far as it says. */
  script: Type.Union([Type.String(), Type.Null()]),
  call: Type.Union([Type.String(), Type.Null()]),
})
export type LinkError = Type.Static<typeof LinkErrorSchema>

/** What a machine says of its connections of one type. Times are the panel's clock, epoch milliseconds. */
export const LinkSchema = Type.Object({
  machine: Type.String(),
  /** The `connection_type`. */
  type: Type.String(),
  firstAt: Type.Integer(),
  lastEventAt: Type.Integer(),
  lastEventOffset: Type.Integer(),
  /** Since it was first heard of. */
  events: Type.Integer(),
  errors: Type.Integer(),
  sentBytes: Type.Integer(),
  receivedBytes: Type.Integer(),
  responses: Type.Integer(),
  responseMs: Type.Number(),
  /** The latest response times as a histogram; see `RESPONSE_BOUNDS`. It ends with its last count. */
  histogram: Type.Array(Type.Integer()),
  /** The last event was an error. */
  failing: Type.Boolean(),
  /** The latest ones, oldest first. */
  lastErrors: Type.Array(LinkErrorSchema),
  /** The minutes of the last hour in which something happened, oldest first. */
  minutes: Type.Array(LinkMinuteSchema),
})
export type Link = Type.Static<typeof LinkSchema>

/** The beginning of a moment's minute. */
export function minuteOf(time: number): number {
  return time - (time % MINUTE_MS)
}

/** Under which key a link is kept. */
export function linkKey(machine: string, type: string): string {
  return `${machine}\n${type}`
}
