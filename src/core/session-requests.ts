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
import { unknownMachineReason } from './command-rules.ts'
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
      if (asked.kind === 'asked') return { ...reply, command: asked.command }
      return { ...reply, ok: false, error: errorOf(asked) }
    }
    case 'stop': {
      const all = operations.stop(message, operator)
      const failed = all.find((each) => each.kind !== 'asked')
      if (failed) return { ...reply, ok: false, error: errorOf(failed) }
      return { ...reply, commands: all.flatMap((each) => (each.kind === 'asked' ? each.command : [])) }
    }
    case 'control':
      return control(message, operator, operations, refusal)
    case 'alarm': {
      const putsAside = message.action === 'shelve' || message.action === 'remove_from_service'
      if (putsAside && !message.reason?.trim()) {
        return refusal('reason_missing', 'Say why: whoever finds the alarm put aside must be able to read it.')
      }
      const results = operations.actOnAlarms(message, operator)
      return 'kind' in results ? refusal('forbidden', results.message) : { ...reply, alarms: results }
    }
    case 'get_status': {
      const found = operations.device(message.device, operator.access)
      if (found.kind === 'found') return { ...reply, devices: [found.device] }
      return found.kind === 'unknown'
        ? refusal('device_unknown', `There is no device "${message.device}".`)
        : refusal('device_ambiguous', `Several machines have a "${message.device}": ${found.machines.join(', ')}.`)
    }
    case 'get_all_status':
      return { ...reply, devices: operations.devices(operator.access) }
    default:
      return message satisfies never
  }
}

function errorOf(asked: Exclude<Asked, { kind: 'asked' }>): AndonError {
  if (asked.kind === 'forbidden') return { code: 'forbidden', message: asked.message }
  return {
    code: 'command_invalid',
    message: 'This command id was used before, for something else or long ago. Every command needs an id of its own.',
  }
}

function control(
  message: ControlMessage,
  operator: Operator,
  operations: Operations,
  refusal: (code: ErrorCode, text: string) => Reply,
): Reply {
  const { id, action, machine } = message
  const reply = { type: 'reply', id, ok: true } as const
  const answer = operations.askControl(message, operator)
  switch (answer.kind) {
    case 'granted':
    case 'done':
      return { ...reply, at: null }
    case 'waiting':
      return { ...reply, at: answer.at }
    case 'busy':
      return refusal('control_busy', `${answer.wantedBy} is about to take control already.`)
    case 'machine_unknown':
      return refusal('machine_unknown', unknownMachineReason(machine))
    case 'forbidden':
      return refusal('forbidden', answer.message)
    case 'nothing_to_do':
      return action === 'release'
        ? refusal('not_in_control', `This session has no control of ${machine}.`)
        : refusal('not_in_control', 'There is nothing to keep: nobody wants control, or the local display does.')
    default:
      return answer satisfies never
  }
}
