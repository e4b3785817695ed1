import type { AndonError, ErrorCode } from '../shared/errors.ts'
import type {
  AlarmMessage,
  CommandMessage,
  ControlMessage,
  GetAllStatusMessage,
  GetStatusMessage,
  Reply,
  StopMessage,
  WriteMessage,
} from '../shared/messages.ts'
import type { Asked, Operations } from './operations.ts'
import type { Operator } from './operator.ts'

/** What a session may ask for that is about the plant, not about the session. */
export type PlantRequest =
  CommandMessage | WriteMessage | StopMessage | ControlMessage | AlarmMessage | GetStatusMessage | GetAllStatusMessage

/** Does what a session asks for and answers it. */
export function answerRequest(message: PlantRequest, operator: Operator, operations: Operations): Reply {
  const reply = { type: 'reply', id: message.id, ok: true } as const
  const refusal = (code: ErrorCode, text: string): Reply => ({ ...reply, ok: false, error: { code, message: text } })
  switch (message.type) {
    case 'command':
    case 'write': {
      const asked =
        message.type === 'command' ? operations.command(message, operator) : operations.write(message, operator)
      return asked.kind === 'asked' ? { ...reply, command: asked.command } : { ...reply, ok: false, error: USED_ID }
    }
    case 'stop': {
      const all = operations.stop(message, operator)
      const commands = all.flatMap((each: Asked) => (each.kind === 'asked' ? each.command : []))
      return commands.length === all.length ? { ...reply, commands } : { ...reply, ok: false, error: USED_ID }
    }
    case 'control':
      return control(message, operator, operations, refusal)
    case 'alarm': {
      const putsAside = message.action === 'shelve' || message.action === 'remove_from_service'
      if (putsAside && !message.reason?.trim()) {
        return refusal('reason_missing', 'Say why: whoever finds the alarm put aside must be able to read it.')
      }
      return { ...reply, alarms: operations.alarms.act(message, operator) }
    }
    case 'get_status': {
      const found = operations.device(message.device)
      if (found.kind === 'found') return { ...reply, devices: [found.device] }
      return found.kind === 'unknown'
        ? refusal('device_unknown', `There is no device "${message.device}".`)
        : refusal('device_ambiguous', `Several machines have a "${message.device}": ${found.machines.join(', ')}.`)
    }
    case 'get_all_status':
      return { ...reply, devices: [...operations.devices] }
    default:
      return message satisfies never
  }
}

const USED_ID: AndonError = {
  code: 'command_invalid',
  message: 'This command id was used before, for something else or long ago. Every command needs an id of its own.',
}

function control(
  { id, action, machine }: ControlMessage,
  operator: Operator,
  operations: Operations,
  refusal: (code: ErrorCode, text: string) => Reply,
): Reply {
  const reply = { type: 'reply', id, ok: true } as const
  if (action === 'request') {
    if (!operations.knowsMachine(machine)) {
      return refusal('machine_unknown', `Nothing has been heard of a machine "${machine}" yet.`)
    }
    const answer = operations.control.request(machine, operator)
    if (answer.kind === 'busy') return refusal('control_busy', `${answer.wantedBy} is about to take control already.`)
    return { ...reply, at: answer.kind === 'waiting' ? answer.at : null }
  }
  const done =
    action === 'release'
      ? operations.control.release(machine, operator.session)
      : operations.control.keep(machine, operator.session)
  if (done) return { ...reply, at: null }
  return action === 'release'
    ? refusal('not_in_control', `This session has no control of ${machine}.`)
    : refusal('not_in_control', 'There is nothing to keep: nobody wants control, or the local display does.')
}
