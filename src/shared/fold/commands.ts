import {
  type Command,
  COMMAND_REFUSALS,
  type CommandRefusal,
  type CommandStatus,
  type Expectation,
  isSettled,
} from '../command.ts'
import type { Payload } from '../datagram.ts'
import type { EventView } from '../event.ts'
import {
  asObject,
  bounded,
  countField,
  idField,
  jsonText,
  MAX_NAME,
  MAX_TEXT,
  numberField,
  objectField,
  tagValue,
  textField,
} from './fields.ts'

export const COMMAND_LIMITS = {
  /** Of those that a machine was to do, the ones settled longest ago are forgotten; they are in the log. */
  settled: 200,
  /** The same of those that were refused, so that whoever asks in vain pushes nothing out that a machine was to do. */
  refused: 100,
  /** More than the panel lets be open; the oldest are forgotten. */
  open: 1_100,
  /** A machine program reads no more of a command than this. */
  payload: 4_096,
} as const

/** To which status each status may lead. What is settled is final, and only what the machine was given is confirmed. */
export const COMMAND_TRANSITIONS: Readonly<Record<CommandStatus, readonly CommandStatus[]>> = {
  requested: ['accepted', 'refused', 'failed', 'timed_out'],
  accepted: ['confirmed', 'failed', 'timed_out'],
  refused: [],
  confirmed: [],
  failed: [],
  timed_out: [],
}

const STATUS_EVENTS: ReadonlyMap<string, CommandStatus> = new Map([
  ['command_accepted', 'accepted'],
  ['command_refused', 'refused'],
  ['command_confirmed', 'confirmed'],
  ['command_failed', 'failed'],
  ['command_timed_out', 'timed_out'],
])

/** True where an event of this type, from the panel or an operator, settles a command. */
export function isSettledEvent(type: string): boolean {
  const status = STATUS_EVENTS.get(type)
  return status !== undefined && isSettled(status)
}

/**
 * Folds one event into the commands, in place. Returns the command that changed. Only operators and the panel write
 * commands' lives: a machine's event of such a type is nothing but an event. An id that is known is not begun again.
 */
export function foldCommand(commands: Map<string, Command>, event: EventView): Command | undefined {
  if (event.origin === 'machine' || event.family !== 'command') return undefined
  const id = idField(event.payload, 'id')
  if (id === null) return undefined
  const known = commands.get(id)
  if (event.type === 'command_requested') return known ? undefined : request(commands, event, id)
  const status = STATUS_EVENTS.get(event.type)
  if (!known || status === undefined || known.machine !== event.machine) return undefined
  if (!COMMAND_TRANSITIONS[known.status].includes(status)) return undefined
  const settledBy = settledByField(event)
  // A confirmation names the machine's event that confirms; without one there is none.
  if (status === 'confirmed' && settledBy === null) return undefined

  known.status = status
  known.statusAt = event.time
  known.reason = textField(event.payload, 'reason', MAX_TEXT)
  if (status === 'refused') known.refusal = refusalOf(event.payload['refusal'])
  if (status === 'confirmed' || status === 'failed') known.settledBy = settledBy
  if (isSettled(status)) forgetOldest(commands, keptAs(status))
  return known
}

function request(commands: Map<string, Command>, event: EventView, id: string): Command | undefined {
  const { payload, time, machine } = event
  const type = idField(payload, 'type')
  if (type === null) return undefined
  const command: Command = {
    id,
    machine,
    type,
    payload: jsonText(asObject(payload['payload']) ?? {}, COMMAND_LIMITS.payload) ?? '{}',
    device: idField(payload, 'device'),
    by: textField(payload, 'by', MAX_TEXT) ?? '',
    expectation: expectationOf(objectField(payload, 'expectation')),
    requestedAt: time,
    deadline: countField(payload, 'deadline') ?? time,
    status: 'requested',
    statusAt: time,
    refusal: null,
    reason: null,
    settledBy: null,
  }
  commands.set(id, command)
  forgetOldest(commands, 'open')
  return command
}

type Kept = 'open' | 'settled' | 'refused'

function keptAs(status: CommandStatus): Kept {
  if (status === 'refused') return 'refused'
  return isSettled(status) ? 'settled' : 'open'
}

/** Of those that are kept alike, forgets the one that has been so longest where there are too many. */
function forgetOldest(commands: Map<string, Command>, kept: Kept): void {
  const limit = COMMAND_LIMITS[kept]
  if (commands.size <= limit) return
  let count = 0
  let oldest: Command | undefined
  for (const command of commands.values()) {
    if (keptAs(command.status) !== kept) continue
    count += 1
    if (!oldest || since(command) < since(oldest)) oldest = command
  }
  if (count > limit && oldest) commands.delete(oldest.id)
}

const since = ({ status, statusAt, requestedAt }: Command): number => (isSettled(status) ? statusAt : requestedAt)

/** The offset of an event before this one, or null. */
function settledByField(event: EventView): number | null {
  const offset = countField(event.payload, 'settled_by')
  return offset !== null && offset >= 1 && offset < event.offset ? offset : null
}

function refusalOf(value: unknown): CommandRefusal | null {
  return COMMAND_REFUSALS.find((refusal) => refusal === value) ?? null
}

/** What cannot be read as an expectation expects the strictest: the machine's own word with the command's id. */
function expectationOf(stated: Payload): Expectation {
  switch (stated['kind']) {
    case 'state': {
      const state = idField(stated, 'state')
      return state === null ? { kind: 'result' } : { kind: 'state', state }
    }
    case 'transition':
      return { kind: 'transition' }
    case 'tag': {
      const device = idField(stated, 'device')
      const tag = idField(stated, 'tag')
      if (device === null || tag === null) return { kind: 'result' }
      const tolerance = Math.max(numberField(stated, 'tolerance') ?? 0, 0)
      return { kind: 'tag', device, tag, value: tagValue(stated['value']), tolerance }
    }
    case 'event': {
      const { types } = stated
      const names = Array.isArray(types) ? types.filter((type) => typeof type === 'string').slice(0, 8) : []
      if (names.length === 0) return { kind: 'result' }
      return {
        kind: 'event',
        types: names.map((name) => bounded(name, MAX_NAME)),
        execution: idField(stated, 'execution'),
        status: idField(stated, 'status'),
      }
    }
    default:
      return { kind: 'result' }
  }
}
