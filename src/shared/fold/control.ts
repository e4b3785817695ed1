import type { Control } from '../command.ts'
import type { EventView } from '../event.ts'
import { countField, idField, makeRoom, textField } from './fields.ts'

/** As many machines as the state holds at most; control of those granted longest ago is forgotten. */
export const MAX_CONTROL = 1_000

/**
 * Folds one event into who has control of which machine, in place. Returns the control that it touched, also where it
 * has just ended. Only operators and the panel move control: a machine's event of such a type is nothing but an event.
 */
export function foldControl(control: Map<string, Control>, event: EventView): Control | undefined {
  if (event.origin === 'machine' || !event.type.startsWith('control_')) return undefined
  const { machine, payload, time } = event
  if (event.type === 'control_granted') return grant(control, event)
  const held = control.get(machine)
  if (!held) return undefined
  switch (event.type) {
    case 'control_released': {
      // A late release of an earlier holder must not take control from the present one.
      const session = idField(payload, 'session')
      if (session !== null && session !== held.session) return undefined
      control.delete(machine)
      return held
    }
    case 'control_requested': {
      const session = idField(payload, 'session')
      if (session === null || session === held.session) return undefined
      const holder = textField(payload, 'holder') ?? session
      const local = payload['local'] === true ? { local: true as const } : {}
      held.takeOver = { session, holder, at: countField(payload, 'at') ?? time, ...local }
      return held
    }
    case 'control_kept':
      held.takeOver = null
      return held
    case 'control_grace':
      held.graceUntil = countField(payload, 'until') ?? time
      return held
    case 'control_resumed':
      held.graceUntil = null
      return held
    default:
      return undefined
  }
}

function grant(control: Map<string, Control>, { machine, payload, time }: EventView): Control | undefined {
  const session = idField(payload, 'session')
  if (session === null) return undefined
  if (!control.has(machine)) makeRoom(control, MAX_CONTROL, ({ since }) => since)
  const granted: Control = {
    machine,
    session,
    holder: textField(payload, 'holder') ?? session,
    local: payload['local'] === true,
    since: time,
    takeOver: null,
    graceUntil: null,
  }
  control.set(machine, granted)
  return granted
}
