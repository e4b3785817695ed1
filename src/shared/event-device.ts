import type { EventView } from './event.ts'
import { idField } from './fold/fields.ts'

/** Which device an event concerns. */
export interface EventDevice {
  /** Id of the device within its machine; null where the event concerns no single one. */
  readonly device: string | null
  /** It concerns every device of its machine. */
  readonly allDevices: boolean
}

const NONE: EventDevice = Object.freeze({ device: null, allDevices: false })
const ALL: EventDevice = Object.freeze({ device: null, allDevices: true })

/** What follows the fold of devices needs exactly these events of a device. */
export function eventDevice(event: Pick<EventView, 'origin' | 'machine' | 'type' | 'family' | 'payload'>): EventDevice {
  const { family, type, payload } = event
  if (family === 'device') {
    if (type === 'tag_update' && payload['device_id'] === undefined) return one(event.machine)
    return one(idField(payload, 'device_id'))
  }
  if (family === 'command') return event.origin === 'machine' ? NONE : one(idField(payload, 'device'))
  return type === 'machine_stale' || type === 'machine_terminated' ? ALL : NONE
}

function one(device: string | null): EventDevice {
  return device === null ? NONE : { device, allDevices: false }
}
