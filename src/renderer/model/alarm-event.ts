import { type Alarm, ALARM_SOURCES, PRIORITIES, type Priority } from '../../shared/alarm.ts'
import type { EventView } from '../../shared/event.ts'

/** The steps of an alarm as the panel and operators report them. */
export const ALARM_EVENTS = [
  'alarm_raised',
  'alarm_cleared',
  'alarm_acknowledged',
  'alarm_reset',
  'alarm_silenced',
  'alarm_commented',
  'alarm_shelved',
  'alarm_unshelved',
  'alarm_suppressed',
  'alarm_unsuppressed',
  'alarm_removed_from_service',
  'alarm_returned_to_service',
] as const
export type AlarmEventType = (typeof ALARM_EVENTS)[number]

/** What the words for an alarm are made of. */
export type WordedAlarm = Pick<Alarm, 'id' | 'machine' | 'device' | 'tag' | 'source' | 'limit' | 'value' | 'message'>

/** A new alarm, as far as figures are made of it. */
export interface Raise extends WordedAlarm {
  readonly priority: Priority
  /** Epoch milliseconds. */
  readonly time: number
}

/** One step of an alarm's history. What it does not say is null. */
export interface AlarmRecord {
  readonly offset: number
  readonly time: number
  readonly type: AlarmEventType
  readonly id: string
  readonly machine: string
  readonly priority: Priority | null
  /** Null for the steps that only name the alarm. */
  readonly worded: WordedAlarm | null
  /** Who did it; null where it was the panel. */
  readonly by: string | null
  /** What was said with it: a comment, or the reason for putting it aside. */
  readonly remark: string | null
  /** End of shelving. */
  readonly until: number | null
}

/** An event as a step of an alarm. Null for all others: what machines say of alarms are wishes, which the panel answers. */
export function alarmRecord({ offset, time, origin, type, machine, payload }: EventView): AlarmRecord | null {
  const known = ALARM_EVENTS.find((each) => each === type)
  const id = text(payload['alarm'])
  if (origin === 'machine' || known === undefined || id === null) return null
  const { until } = payload
  return {
    offset,
    time,
    type: known,
    id,
    machine,
    priority: PRIORITIES.find((priority) => priority === payload['priority']) ?? null,
    worded: wordedAlarm(id, machine, payload),
    by: origin === 'operator' ? text(payload['by']) : null,
    remark: text(payload['comment']) ?? (origin === 'operator' ? text(payload['reason']) : null),
    until: typeof until === 'number' ? until : null,
  }
}

/** An event as a new alarm; null for all others. */
export function raiseOf(event: EventView): Raise | null {
  if (event.type !== 'alarm_raised') return null
  const record = alarmRecord(event)
  if (!record?.worded) return null
  return { ...record.worded, time: record.time, priority: record.priority ?? 'medium' }
}

function wordedAlarm(id: string, machine: string, payload: EventView['payload']): WordedAlarm | null {
  const message = text(payload['message'])
  if (message === null) return null
  const { value, limit } = payload
  return {
    id,
    machine,
    message,
    device: text(payload['device']),
    tag: text(payload['tag']),
    source: ALARM_SOURCES.find((source) => source === payload['source']) ?? 'event',
    value: typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? value : null,
    limit: typeof limit === 'number' ? limit : null,
  }
}

/** What an alarm's id consists of, as names: machine, device, tag and kind, or fewer. */
export function partsOfAlarm(id: string): string[] {
  return id.split('/').map((part) => {
    try {
      return decodeURIComponent(part)
    } catch {
      // Somebody else's id: shown as it is.
      return part
    }
  })
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
