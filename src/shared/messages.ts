import Type from 'typebox'
import { ChannelSchema, MAX_CHANNELS } from './channel.ts'
import { AndonErrorSchema } from './errors.ts'
import { AndonEventSchema } from './event.ts'
import { HealthSchema } from './health.ts'
import { PositionSchema } from './position.ts'
import { StateSchema } from './state.ts'

/** Chosen by the client, unique among its open requests; the reply carries it back. */
export const RequestIdSchema = Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Integer({ minimum: 0 })])
export type RequestId = Type.Static<typeof RequestIdSchema>

// --- client → server ---

export const HelloSchema = Type.Object({
  type: Type.Literal('hello'),
  protocol: Type.Integer({ minimum: 0 }),
  client: Type.Object({ name: Type.String({ maxLength: 64 }), version: Type.Optional(Type.String({ maxLength: 64 })) }),
  /** Default: `all`. */
  channels: Type.Optional(Type.Array(ChannelSchema, { maxItems: MAX_CHANNELS })),
  /** Go on after this position, if that is possible without a gap. */
  resume: Type.Optional(PositionSchema),
  /**
   * A name under which the panel remembers what this viewer acknowledged, also across its restarts. With it and without
   * `resume`, it goes on after its last acknowledged position.
   */
  consumer: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
})
export const SubscribeSchema = Type.Object({
  type: Type.Literal('subscribe'),
  id: RequestIdSchema,
  channel: ChannelSchema,
})
export const UnsubscribeSchema = Type.Object({
  type: Type.Literal('unsubscribe'),
  id: RequestIdSchema,
  channel: ChannelSchema,
})
/** Everything up to here has been dealt with. Only for a session that named itself a consumer. */
export const AckSchema = Type.Object({ type: Type.Literal('ack'), position: PositionSchema })
export const ClientPingSchema = Type.Object({ type: Type.Literal('ping'), id: RequestIdSchema })
export const ClientPongSchema = Type.Object({ type: Type.Literal('pong') })

export const ClientMessageSchema = Type.Union([
  HelloSchema,
  SubscribeSchema,
  UnsubscribeSchema,
  AckSchema,
  ClientPingSchema,
  ClientPongSchema,
])
export type ClientMessage = Type.Static<typeof ClientMessageSchema>

// --- server → client ---

/** What this server and this way of reaching it can do; a viewer asks this, never what it runs in. */
export const CapabilitiesSchema = Type.Object({
  /** The viewer is the machine's own display. */
  localDisplay: Type.Boolean(),
})
export type Capabilities = Type.Static<typeof CapabilitiesSchema>

export const WelcomeSchema = Type.Object({
  type: Type.Literal('welcome'),
  protocol: Type.Integer(),
  session: Type.String(),
  server: Type.Object({ name: Type.String(), version: Type.String() }),
  /** The panel's clock, epoch milliseconds. */
  time: Type.Integer(),
  capabilities: CapabilitiesSchema,
  limits: Type.Object({ messageBytes: Type.Integer(), heartbeatMs: Type.Integer(), channels: Type.Integer() }),
  /** True: the missed events follow, no snapshot. False: a snapshot follows. */
  resumed: Type.Boolean(),
})
export const SnapshotSchema = Type.Object({
  type: Type.Literal('snapshot'),
  position: PositionSchema,
  /** True where this replaces a state that could not be continued: what was missed in between is not shown. */
  reset: Type.Boolean(),
  channels: Type.Array(ChannelSchema),
  state: StateSchema,
})
export const EventsSchema = Type.Object({
  type: Type.Literal('events'),
  /** The viewer's position after these events; beyond the last of them where its filter passed over some. */
  position: PositionSchema,
  events: Type.Array(AndonEventSchema),
  /** Present for a viewer that could not keep up: how many of each machine's values later ones have replaced. */
  conflated: Type.Optional(Type.Array(Type.Object({ machine: Type.String(), events: Type.Integer() }))),
})
export const HealthMessageSchema = Type.Object({ type: Type.Literal('health'), health: HealthSchema })
export const ReplySchema = Type.Union([
  Type.Object({ type: Type.Literal('reply'), id: RequestIdSchema, ok: Type.Literal(true) }),
  Type.Object({ type: Type.Literal('reply'), id: RequestIdSchema, ok: Type.Literal(false), error: AndonErrorSchema }),
])
export const ServerPingSchema = Type.Object({
  type: Type.Literal('ping'),
  time: Type.Integer(),
  /** The viewer's position: everything up to here that its filter lets through has been sent. */
  position: PositionSchema,
})
export const ServerPongSchema = Type.Object({ type: Type.Literal('pong'), id: RequestIdSchema, time: Type.Integer() })
export const ErrorMessageSchema = Type.Object({ type: Type.Literal('error'), error: AndonErrorSchema })

export const ServerMessageSchema = Type.Union([
  WelcomeSchema,
  SnapshotSchema,
  EventsSchema,
  HealthMessageSchema,
  ReplySchema,
  ServerPingSchema,
  ServerPongSchema,
  ErrorMessageSchema,
])
export type ServerMessage = Type.Static<typeof ServerMessageSchema>
export type Hello = Type.Static<typeof HelloSchema>
export type Welcome = Type.Static<typeof WelcomeSchema>
export type Snapshot = Type.Static<typeof SnapshotSchema>
export type Events = Type.Static<typeof EventsSchema>
export type Reply = Type.Static<typeof ReplySchema>
