import type { EventView } from './event.ts'

/**
 * What an event is the latest value of: a device or tag of its machine; null for everything that is no telemetry. Only
 * such events may be conflated for a viewer that cannot keep up.
 */
export function telemetryTag(event: Pick<EventView, 'type' | 'payload'>): string | null {
  if (event.type !== 'device_update' && event.type !== 'tag_update') return null
  const id = event.payload['device_id'] ?? event.payload['tag']
  return typeof id === 'string' ? id : null
}
