import Type from 'typebox'
import { TagValueSchema } from './device.ts'
import { wellFormed } from './well-formed.ts'

/** Highest first. Each has a colour, a shape and a number of its own. */
export const PRIORITIES = ['critical', 'high', 'medium', 'low'] as const
export type Priority = (typeof PRIORITIES)[number]

/** 0 is the highest. */
export function rankOf(priority: Priority): number {
  return PRIORITIES.indexOf(priority)
}

/** What an alarm is about. */
export const ALARM_SOURCES = [
  'high_high',
  'high',
  'low',
  'low_low',
  'rate',
  'quality',
  'state',
  'error',
  'stale',
  'command',
  'link',
  /** A machine raises and clears it itself. */
  'event',
  /** The panel's own health. */
  'panel',
] as const
export type AlarmSource = (typeof ALARM_SOURCES)[number]

/** ISA-18.2's states, as `hmi.md` has them. An alarm that is normal is no more in the state. */
export const ALARM_STATES = [
  'normal',
  'unacknowledged',
  'acknowledged',
  'returned',
  'latched_unacknowledged',
  'latched_acknowledged',
  'shelved',
  'suppressed',
  'out_of_service',
] as const
export type AlarmState = (typeof ALARM_STATES)[number]

/** What can happen to an alarm. `clear_latching` is the clear of an alarm that latches; the last two end what put it aside. */
export const ALARM_STEPS = [
  'raise',
  'clear',
  'clear_latching',
  'acknowledge',
  'reset',
  'shelve',
  'suppress',
  'remove_from_service',
  'return_abnormal',
  'return_normal',
] as const
export type AlarmStep = (typeof ALARM_STEPS)[number]

const ASIDE = { shelve: 'shelved', suppress: 'suppressed', remove_from_service: 'out_of_service' } as const
const BACK = { return_abnormal: 'unacknowledged', return_normal: 'normal' } as const

/** The whole state machine: where a step is missing, it changes nothing. */
export const ALARM_TRANSITIONS: Readonly<Record<AlarmState, Readonly<Partial<Record<AlarmStep, AlarmState>>>>> = {
  normal: { ...ASIDE, raise: 'unacknowledged' },
  unacknowledged: {
    ...ASIDE,
    acknowledge: 'acknowledged',
    clear: 'returned',
    clear_latching: 'latched_unacknowledged',
  },
  acknowledged: { ...ASIDE, clear: 'normal', clear_latching: 'latched_acknowledged' },
  returned: { ...ASIDE, raise: 'unacknowledged', acknowledge: 'normal' },
  latched_unacknowledged: { ...ASIDE, raise: 'unacknowledged', acknowledge: 'latched_acknowledged' },
  latched_acknowledged: { ...ASIDE, raise: 'unacknowledged', reset: 'normal' },
  shelved: { ...BACK, remove_from_service: 'out_of_service' },
  suppressed: { ...BACK, shelve: 'shelved', remove_from_service: 'out_of_service' },
  out_of_service: { ...BACK },
}

/** How each state is to be noticed: sound, symbol in its colour or as a mere symbol, blinking. */
export const ALARM_SIGNS: Readonly<
  Record<AlarmState, { readonly sound: boolean; readonly symbol: 'none' | 'colour' | 'plain'; readonly blink: boolean }>
> = {
  normal: { sound: false, symbol: 'none', blink: false },
  unacknowledged: { sound: true, symbol: 'colour', blink: true },
  acknowledged: { sound: false, symbol: 'colour', blink: false },
  returned: { sound: false, symbol: 'colour', blink: false },
  latched_unacknowledged: { sound: true, symbol: 'colour', blink: true },
  latched_acknowledged: { sound: false, symbol: 'colour', blink: false },
  shelved: { sound: false, symbol: 'plain', blink: false },
  suppressed: { sound: false, symbol: 'plain', blink: false },
  out_of_service: { sound: false, symbol: 'plain', blink: false },
}

/** The state after a step; the same where the step does not apply. */
export function alarmAfter(state: AlarmState, step: AlarmStep): AlarmState {
  return ALARM_TRANSITIONS[state][step] ?? state
}

/** Nobody has taken note of it yet. */
export function isUnacknowledged(state: AlarmState): boolean {
  return state === 'unacknowledged' || state === 'returned' || state === 'latched_unacknowledged'
}

/** It was put aside, by an operator, by logic or for maintenance. */
export function isAside(state: AlarmState): boolean {
  return state === 'shelved' || state === 'suppressed' || state === 'out_of_service'
}

const Text = Type.Union([Type.String(), Type.Null()])
const Time = Type.Union([Type.Integer(), Type.Null()])
const Act = Type.Union([Type.Object({ by: Type.String(), time: Type.Integer(), comment: Text }), Type.Null()])

/** One alarm that is not normal, folded from the panel's and operators' events. Times: epoch milliseconds. */
export const AlarmSchema = Type.Object({
  /** See {@link alarmId}. */
  id: Type.String(),
  machine: Type.String(),
  device: Text,
  tag: Text,
  source: Type.Enum(ALARM_SOURCES),
  priority: Type.Enum(PRIORITIES),
  /** What is wrong, for people. */
  message: Type.String(),
  state: Type.Enum(ALARM_STATES),
  /** The condition holds. */
  active: Type.Boolean(),
  /** Offset and time of the event that raised it last: whoever acknowledges names the one that they saw. */
  raised: Type.Integer(),
  raisedAt: Type.Integer(),
  clearedAt: Time,
  /** How often it was raised since it was last normal. */
  count: Type.Integer(),
  /** The value, and the limit that it broke, where there are such. */
  value: TagValueSchema,
  limit: Type.Union([Type.Number(), Type.Null()]),
  acknowledged: Act,
  /** Until when, and whether only until it clears. */
  shelved: Type.Union([
    Type.Object({
      by: Type.String(),
      time: Type.Integer(),
      until: Type.Integer(),
      oneShot: Type.Boolean(),
      reason: Type.String(),
    }),
    Type.Null(),
  ]),
  /** Why it is suppressed or out of service. */
  aside: Text,
  /** Its sound was switched off; the next raise sounds again. */
  silenced: Type.Boolean(),
  /** The latest remark. */
  comment: Act,
  lastEventOffset: Type.Integer(),
})
export type Alarm = Type.Static<typeof AlarmSchema>

/**
 * Of the parts that name what an alarm is about: `cell_1/motor_01/speed/high`. A slash in a name cannot be mistaken. Never
 * throws: half of a surrogate pair reads as U+FFFD, as it does for all who know no such thing.
 */
export function alarmId(...parts: readonly string[]): string {
  return parts.map((part) => encodeURIComponent(wellFormed(part))).join('/')
}

/**
 * Longest id, in UTF-16 units: of a machine's name (128 code points, of twelve each where it is of nothing but emoji), a
 * device and a tag (128 units of nine each), and what is wrong with it.
 */
export const MAX_ALARM_ID = 4_000

/** The name under which the panel reports on itself. */
export const PANEL_MACHINE = 'andon'
