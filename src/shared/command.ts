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
  /** An event of this type, for this execution where one is named. */
  Type.Object({
    kind: Type.Literal('event'),
    types: Type.Array(Type.String({ maxLength: MAX_NAME_LENGTH }), { minItems: 1, maxItems: 8 }),
    execution: Type.Union([Type.String({ maxLength: MAX_NAME_LENGTH }), Type.Null()]),
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
  'machine_unknown',
  'machine_gone',
  'machine_stale',
  'no_control_endpoint',
  'not_in_control',
  'interlocked',
  'not_writable',
  'out_of_range',
  'wrong_type',
  'too_long',
  'queue_full',
  'unconfirmed_write',
  'replaying',
] as const
export type CommandRefusal = (typeof COMMAND_REFUSALS)[number]

/** One command, folded from the operator's and the panel's events about it. */
export const CommandSchema = Type.Object({
  id: Type.String(),
  machine: Type.String(),
  /** The event given to the machine. */
  type: Type.String(),
  /** JSON text of what goes with it. */
  payload: Type.String(),
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
    Type.Object({ session: Type.String(), holder: Type.String(), at: Type.Integer() }),
    Type.Null(),
  ]),
  /** The holder's link is lost; control ends at this time unless it comes back. */
  graceUntil: Type.Union([Type.Integer(), Type.Null()]),
})
export type Control = Type.Static<typeof ControlSchema>
