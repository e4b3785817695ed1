import Type from 'typebox'

/** Why a datagram was not taken in. */
export const REFUSALS = [
  'empty',
  'truncated',
  'not_utf8',
  'not_json',
  'not_object',
  'too_deep',
  'no_machine_name',
  'bad_machine_name',
  'no_type',
  'bad_type',
] as const
export type Refusal = (typeof REFUSALS)[number]

const RefusalSchema = Type.Enum(REFUSALS)

export const ListenerSchema = Type.Object({
  kind: Type.Union([Type.Literal('unix'), Type.Literal('udp')]),
  /** Path of the socket, or host:port. */
  address: Type.String(),
  state: Type.Union([Type.Literal('listening'), Type.Literal('failed'), Type.Literal('closed')]),
  /** What is wrong and what to do about it, where `state` is `failed`. */
  problem: Type.Union([Type.String(), Type.Null()]),
  received: Type.Integer(),
  accepted: Type.Integer(),
  /** Count by reason; reasons that never happened are missing. */
  refused: Type.Partial(Type.Record(RefusalSchema, Type.Integer())),
  /** Errors of the socket itself. */
  errors: Type.Integer(),
  lastReceivedAt: Type.Union([Type.Integer(), Type.Null()]),
})
export type ListenerHealth = Type.Static<typeof ListenerSchema>

/** The beginning of a datagram that was refused, so that its sender can be found. Not an event, and never one. */
export const RefusedSampleSchema = Type.Object({
  time: Type.Integer(),
  listener: Type.String(),
  reason: RefusalSchema,
  /** Length of the whole datagram. */
  bytes: Type.Integer(),
  /** The first 200 bytes as text; what is not UTF-8 is replaced. */
  text: Type.String(),
})
export type RefusedSample = Type.Static<typeof RefusedSampleSchema>

export const ProblemSchema = Type.Object({
  code: Type.Union([Type.Literal('unix_datagrams_unavailable'), Type.Literal('listener_failed')]),
  message: Type.String(),
  /** What to do about it: a command, or a sentence. */
  remedy: Type.String(),
})
export type Problem = Type.Static<typeof ProblemSchema>

/** How the panel itself is doing. The latest value matters, not its history: it is no part of the log. */
export const HealthSchema = Type.Object({
  startedAt: Type.Integer(),
  time: Type.Integer(),
  version: Type.String(),
  /** Offset of the last event. */
  offset: Type.Integer(),
  sessions: Type.Integer(),
  listeners: Type.Array(ListenerSchema),
  problems: Type.Array(ProblemSchema),
  /** Newest last, bounded. */
  refusedSamples: Type.Array(RefusedSampleSchema),
})
export type Health = Type.Static<typeof HealthSchema>
