import Type from 'typebox'
import { MAX_ALARM_ID } from './alarm.ts'
import { ChannelSchema, MAX_CHANNELS } from './channel.ts'
import { COMMAND_TIMEOUT_MS, CommandIdSchema, CommandSchema, ExpectationSchema } from './command.ts'
import { MAX_NAME_LENGTH, NameSchema } from './datagram.ts'
import { DeviceSchema, TagValueSchema } from './device.ts'
import { AndonErrorSchema } from './errors.ts'
import { AndonEventSchema } from './event.ts'
import { HealthSchema } from './health.ts'
import { PlantSchema } from './plant.ts'
import { PositionSchema } from './position.ts'
import { StateSchema } from './state.ts'

/** Chosen by the client, unique among its open requests; the reply carries it back. */
export const RequestIdSchema = Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Integer({ minimum: 0 })])
export type RequestId = Type.Static<typeof RequestIdSchema>

// --- client → server ---

export const HelloSchema = Type.Object({
  type: Type.Literal('hello'),
  protocol: Type.Integer({ minimum: 0 }),
  client: Type.Object({
    name: Type.String({ maxLength: 64 }),
    version: Type.Optional(Type.String({ maxLength: 64 })),
    /** What people call the place where it stands; others read it where this session has control. */
    station: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
  }),
  /** Go on as this session, whose link was lost: `session` and `key` of its welcome. */
  session: Type.Optional(Type.Object({ id: Type.String({ maxLength: 64 }), key: Type.String({ maxLength: 64 }) })),
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
/** What is asked of a machine becomes an event of its name, also where there is none: it must be one that an event can have. */
const MachineName = NameSchema
const DeviceName = Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH })

/** What every wish for a command has. */
const wish = {
  id: RequestIdSchema,
  /** The command's own id. */
  command: CommandIdSchema,
  machine: MachineName,
  /** The person was asked a second time and said yes. */
  confirmed: Type.Optional(Type.Boolean()),
  /** Milliseconds within which the machine must confirm it. */
  timeout: Type.Optional(Type.Integer({ minimum: 100, maximum: COMMAND_TIMEOUT_MS.most })),
  /** When it was asked for, by the panel's clock as far as the viewer knows it: what arrives much later is refused. */
  at: Type.Optional(Type.Integer({ minimum: 0 })),
} as const

/** Give a machine an event. */
export const CommandMessageSchema = Type.Object({
  type: Type.Literal('command'),
  ...wish,
  event: Type.Object({
    type: Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH }),
    payload: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  }),
  /** Default: what is described, or what its kind of machine does. */
  expectation: Type.Optional(ExpectationSchema),
})
/** Write a value to a tag of a device. */
export const WriteMessageSchema = Type.Object({
  type: Type.Literal('write'),
  ...wish,
  device: DeviceName,
  tag: Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH }),
  value: TagValueSchema,
})
/** Stop a machine: needs no control. */
export const StopMessageSchema = Type.Object({
  type: Type.Literal('stop'),
  id: RequestIdSchema,
  command: CommandIdSchema,
  machine: MachineName,
})
/** `keep`: say no to whoever wants to take over. */
export const ControlMessageSchema = Type.Object({
  type: Type.Literal('control'),
  id: RequestIdSchema,
  action: Type.Enum(['request', 'release', 'keep'] as const),
  machine: MachineName,
})
export const ALARM_ACTIONS = [
  'acknowledge',
  'reset',
  'silence',
  'comment',
  'shelve',
  'unshelve',
  'remove_from_service',
  'return_to_service',
] as const
const Remark = Type.String({ minLength: 1, maxLength: 500 })
/** Do something with the alarms that are on the screen; `raised` says which raise of each was. */
export const AlarmMessageSchema = Type.Object({
  type: Type.Literal('alarm'),
  id: RequestIdSchema,
  action: Type.Enum(ALARM_ACTIONS),
  alarms: Type.Array(
    Type.Object({
      alarm: Type.String({ minLength: 1, maxLength: MAX_ALARM_ID }),
      raised: Type.Integer({ minimum: 1 }),
    }),
    { minItems: 1, maxItems: 500 },
  ),
  comment: Type.Optional(Remark),
  /** Why it is put aside: needed for `shelve` and `remove_from_service`. */
  reason: Type.Optional(Remark),
  /** How long it is shelved; default: as long as may be. */
  seconds: Type.Optional(Type.Integer({ minimum: 1 })),
  /** It is shelved only until it clears. */
  one_shot: Type.Optional(Type.Boolean()),
})
/** `device`: `<machine>/<id>`, or the id alone where only one machine has such a device. */
export const GetStatusSchema = Type.Object({
  type: Type.Literal('get_status'),
  id: RequestIdSchema,
  device: Type.String({ minLength: 1, maxLength: 2 * MAX_NAME_LENGTH + 1 }),
})
export const GetAllStatusSchema = Type.Object({ type: Type.Literal('get_all_status'), id: RequestIdSchema })

export const ClientPingSchema = Type.Object({ type: Type.Literal('ping'), id: RequestIdSchema })
export const ClientPongSchema = Type.Object({ type: Type.Literal('pong') })

export const ClientMessageSchema = Type.Union([
  HelloSchema,
  SubscribeSchema,
  UnsubscribeSchema,
  AckSchema,
  CommandMessageSchema,
  WriteMessageSchema,
  StopMessageSchema,
  ControlMessageSchema,
  AlarmMessageSchema,
  GetStatusSchema,
  GetAllStatusSchema,
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
  /** Known to this viewer alone: with it the session, and the control that it has, outlives its link. */
  key: Type.String(),
  /** What others read where this session has control. */
  operator: Type.String(),
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
  /** What this viewer may see at all, as channels: all of the lists at once. Missing: everything. */
  scope: Type.Optional(Type.Array(Type.Array(ChannelSchema))),
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
/** What is described of the plant; sent after the welcome and whenever it changes. */
export const PlantMessageSchema = Type.Object({ type: Type.Literal('plant'), plant: PlantSchema })
export const HealthMessageSchema = Type.Object({ type: Type.Literal('health'), health: HealthSchema })
/** Browsers were signed in or out that this viewer is told of; it may ask which there are now. */
export const SignInsMessageSchema = Type.Object({ type: Type.Literal('sign_ins') })
export const ReplySchema = Type.Union([
  Type.Object({
    type: Type.Literal('reply'),
    id: RequestIdSchema,
    ok: Type.Literal(true),
    /** To `command` and `write`: the command as it stands, refused or on its way. */
    command: Type.Optional(CommandSchema),
    /** To `stop`: one command or, where it takes several, all of them. */
    commands: Type.Optional(Type.Array(CommandSchema)),
    /** To `control`: when control comes, epoch milliseconds; null where it is there, or is not wanted any more. */
    at: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
    /** To `alarm`: what could not be done, and why. */
    alarms: Type.Optional(
      Type.Array(
        Type.Object({
          alarm: Type.String(),
          objection: Type.Union([Type.Enum(['gone', 'changed', 'not_applicable'] as const), Type.Null()]),
        }),
      ),
    ),
    /** To `get_status` and `get_all_status`. */
    devices: Type.Optional(Type.Array(DeviceSchema)),
  }),
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
  PlantMessageSchema,
  HealthMessageSchema,
  SignInsMessageSchema,
  ReplySchema,
  ServerPingSchema,
  ServerPongSchema,
  ErrorMessageSchema,
])
export type ServerMessage = Type.Static<typeof ServerMessageSchema>
export type CommandMessage = Type.Static<typeof CommandMessageSchema>
export type WriteMessage = Type.Static<typeof WriteMessageSchema>
export type StopMessage = Type.Static<typeof StopMessageSchema>
export type ControlMessage = Type.Static<typeof ControlMessageSchema>
export type AlarmMessage = Type.Static<typeof AlarmMessageSchema>
export type GetStatusMessage = Type.Static<typeof GetStatusSchema>
export type GetAllStatusMessage = Type.Static<typeof GetAllStatusSchema>
export type Hello = Type.Static<typeof HelloSchema>
export type Welcome = Type.Static<typeof WelcomeSchema>
export type Snapshot = Type.Static<typeof SnapshotSchema>
export type Events = Type.Static<typeof EventsSchema>
export type Reply = Type.Static<typeof ReplySchema>
