import type { EventView } from './event.ts'
import { asObject } from './fold/fields.ts'

/**
 * What an event is the latest value of: a device or tag of its machine; null for everything that is no telemetry. Only
 * such events may be conflated for a viewer that cannot keep up.
 */
export function telemetryTag(event: Pick<EventView, 'type' | 'payload'>): string | null {
  const { type, payload } = event
  if (type !== 'device_update' && type !== 'tag_update') return null
  const device = payload['device_id']
  // What a device says of itself, beside its values, is no telemetry.
  if ((device !== undefined && typeof device !== 'string') || payload['status'] !== undefined) return null
  if (type === 'tag_update') {
    const tag = payload['tag']
    return typeof tag === 'string' ? JSON.stringify([device ?? null, tag]) : null
  }
  const state = asObject(payload['new_state'])
  if (device === undefined || state === null) return null
  // A later update replaces an earlier one only where it brings a value for each of the same tags, and the same type.
  return JSON.stringify([device, payload['device_type'] ?? null, ...Object.keys(state).toSorted()])
}
