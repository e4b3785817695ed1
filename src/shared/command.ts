import Type from 'typebox'
import { MAX_NAME_LENGTH } from './datagram.ts'
import { TagValueSchema } from './device.ts'

/** Chosen by whoever asks, so that asking again cannot do it again. */
export const CommandIdSchema = Type.String({ minLength: 8, maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' })

/** What must be seen before a command counts as done. */
export const ExpectationSchema = Type.Union([
  /** The machine enters this state. */
  Type.Object({ kind: Type.Literal('state'), state: Type.String({ maxLength: MAX_NAME_LENGTH }) }),
  /** The machine takes any transition. */
  Type.Object({ kind: Type.Literal('transition') }),
  /** A device reports this value, within the tolerance. */
  Type.Object({
    kind: Type.Literal('tag'),
    device: Type.String({ maxLength: MAX_NAME_LENGTH }),
    tag: Type.String({ maxLength: MAX_NAME_LENGTH }),
    value: TagValueSchema,
    tolerance: Type.Number({ minimum: 0 }),
  }),
  /** An event of one of these types; where they are named, for this execution and with this status. */
  Type.Object({
    kind: Type.Literal('event'),
    types: Type.Array(Type.String({ maxLength: MAX_NAME_LENGTH }), { minItems: 1, maxItems: 8 }),
    execution: Type.Union([Type.String({ maxLength: MAX_NAME_LENGTH }), Type.Null()]),
    status: Type.Union([Type.String({ maxLength: MAX_NAME_LENGTH }), Type.Null()]),
  }),
  /** Only an explicit `command_result` with its id. */
  Type.Object({ kind: Type.Literal('result') }),
])
export type Expectation = Type.Static<typeof ExpectationSchema>

/**
 * requested → accepted (handed to the machine) → confirmed | failed | timed_out; requested → refused. Only the
 * machine's own events confirm.
 */
export const COMMAND_STATUSES = ['requested', 'accepted', 'refused', 'confirmed', 'failed', 'timed_out'] as const
export type CommandStatus = (typeof COMMAND_STATUSES)[number]

/** Why a command was refused before anything was sent. */
export const COMMAND_REFUSALS = [
  /** Nothing has been heard of such a machine or device. */
  'machine_unknown',
  'device_unknown',
  /** The program has terminated, or does not listen. */
  'machine_gone',
  'machine_stale',
  'no_control_endpoint',
  'not_in_control',
  'interlocked',
  'not_writable',
  'out_of_range',
  'wrong_type',
  /** A workflow definition that is none. */
  'invalid_definition',
  'too_long',
  /** It was under way for so long that whoever asked may not want it any more. */
  'too_late',
  'queue_full',
  /** Stop was given before it was sent. */
  'stopped',
  /** It asks for a second look, and whoever asked did not say that they took one. */
  'unconfirmed_write',
] as const
export type CommandRefusal = (typeof COMMAND_REFUSALS)[number]

/** Longest command, bytes of its JSON: a machine program reads no more and would lose the rest. */
export const MAX_COMMAND_BYTES = 4_096

/** The event with which a value is written to a device; see wire/device.md. */
export const DEVICE_CONTROL = 'device_control'

/** Within which a machine must confirm where nothing else is said, and may be told at most; milliseconds. */
export const COMMAND_TIMEOUT_MS = { write: 15_000, command: 10_000, most: 600_000 } as const

/** One command, folded from the operator's and the panel's events about it. */
export const CommandSchema = Type.Object({
  id: Type.String(),
  machine: Type.String(),
  /** The event given to the machine. */
  type: Type.String(),
  /** JSON text of what goes with it. */
  payload: Type.String(),
  /** Id of the device that it is for; null where it is for the machine. */
  device: Type.Union([Type.String(), Type.Null()]),
  /** Who asked: the session's or account's name, and from where. */
  by: Type.String(),
  expectation: ExpectationSchema,
  requestedAt: Type.Integer(),
  /** Epoch milliseconds. */
  deadline: Type.Integer(),
  status: Type.Enum(COMMAND_STATUSES),
  /** When it got that status. */
  statusAt: Type.Integer(),
  refusal: Type.Union([Type.Enum(COMMAND_REFUSALS), Type.Null()]),
  /** For people: why it was refused or failed. */
  reason: Type.Union([Type.String(), Type.Null()]),
  /** Offset of the machine's event that settled it. */
  settledBy: Type.Union([Type.Integer(), Type.Null()]),
})
export type Command = Type.Static<typeof CommandSchema>

export function isSettled(status: CommandStatus): boolean {
  return status !== 'requested' && status !== 'accepted'
}

/** Who may command a machine just now. */
export const ControlSchema = Type.Object({
  machine: Type.String(),
  session: Type.String(),
  /** Name of the holder, for the others to read. */
  holder: Type.String(),
  local: Type.Boolean(),
  since: Type.Integer(),
  /** Somebody else wants it, and gets it at `at` unless the holder says no; null where nobody does. */
  takeOver: Type.Union([
    Type.Object({
      session: Type.String(),
      holder: Type.String(),
      at: Type.Integer(),
      /** The local display wants it, which cannot be refused; absent: another viewer does. */
      local: Type.Optional(Type.Literal(true)),
    }),
    Type.Null(),
  ]),
  /** The holder's link is lost; control ends at this time unless it comes back. */
  graceUntil: Type.Union([Type.Integer(), Type.Null()]),
})
export type Control = Type.Static<typeof ControlSchema>
