import { type Alarm, alarmAfter, type AlarmStep, ALARM_SOURCES, isAside, MAX_ALARM_ID, PRIORITIES } from '../alarm.ts'
import type { EventView } from '../event.ts'
import { countField, MAX_TEXT, numberField, tagValue, textField } from './fields.ts'

/**
 * Folds one event into the alarms that are not normal, in place. Returns the alarm that changed, also where it has just
 * become normal. Only the panel and operators move alarms: a machine's event of such a type is a wish, which the panel
 * answers with one of its own.
 */
export function foldAlarm(alarms: Map<string, Alarm>, event: EventView): Alarm | undefined {
  if (event.origin === 'machine' || event.family !== 'alarm') return undefined
  const id = event.payload['alarm']
  if (typeof id !== 'string' || id === '' || id.length > MAX_ALARM_ID) return undefined
  const known = alarms.get(id)
  const alarm = known ?? (BEGINS.has(event.type) ? begin(id, event) : undefined)
  if (!alarm || !act(alarm, event)) return undefined
  alarm.lastEventOffset = event.offset
  if (alarm.state === 'normal') alarms.delete(id)
  else if (!known) alarms.set(id, alarm)
  return alarm
}

/** What may concern an alarm that is normal. */
const BEGINS: ReadonlySet<string> = new Set([
  'alarm_raised',
  'alarm_shelved',
  'alarm_suppressed',
  'alarm_removed_from_service',
])

function begin(id: string, event: EventView): Alarm {
  const { payload, machine, time, offset } = event
  return {
    id,
    machine,
    device: textField(payload, 'device'),
    tag: textField(payload, 'tag'),
    source: ALARM_SOURCES.find((source) => source === payload['source']) ?? 'event',
    priority: PRIORITIES.find((priority) => priority === payload['priority']) ?? 'medium',
    message: textField(payload, 'message', MAX_TEXT) ?? id,
    state: 'normal',
    active: false,
    raised: offset,
    raisedAt: time,
    clearedAt: null,
    count: 0,
    value: null,
    limit: null,
    acknowledged: null,
    shelved: null,
    aside: null,
    silenced: false,
    comment: null,
    lastEventOffset: offset,
  }
}

/** False where the event changes nothing. */
function act(alarm: Alarm, event: EventView): boolean {
  const { payload, time } = event
  switch (event.type) {
    case 'alarm_raised':
      return raise(alarm, event)
    case 'alarm_cleared':
      if (!alarm.active) return false
      alarm.active = false
      alarm.clearedAt = time
      step(alarm, payload['latches'] === true ? 'clear_latching' : 'clear')
      return true
    case 'alarm_acknowledged':
      if (!step(alarm, 'acknowledge')) return false
      alarm.acknowledged = actOf(event)
      return true
    case 'alarm_reset':
      return step(alarm, 'reset')
    case 'alarm_shelved':
      if (!step(alarm, 'shelve')) return false
      alarm.shelved = {
        by: textField(payload, 'by') ?? '',
        time,
        until: countField(payload, 'until') ?? time,
        oneShot: payload['one_shot'] === true,
        reason: textField(payload, 'reason', MAX_TEXT) ?? '',
      }
      return true
    case 'alarm_suppressed':
      return putAside(alarm, 'suppress', event)
    case 'alarm_removed_from_service':
      return putAside(alarm, 'remove_from_service', event)
    case 'alarm_unshelved':
      return alarm.state === 'shelved' && comeBack(alarm)
    case 'alarm_unsuppressed':
      return alarm.state === 'suppressed' && comeBack(alarm)
    case 'alarm_returned_to_service':
      return alarm.state === 'out_of_service' && comeBack(alarm)
    case 'alarm_silenced':
      if (alarm.silenced) return false
      alarm.silenced = true
      return true
    case 'alarm_commented':
      alarm.comment = actOf(event)
      return true
    default:
      return false
  }
}

function raise(alarm: Alarm, event: EventView): boolean {
  const { payload, offset, time } = event
  if (alarm.active) return false
  alarm.active = true
  alarm.raised = offset
  alarm.raisedAt = time
  alarm.clearedAt = null
  alarm.count += 1
  alarm.priority = PRIORITIES.find((priority) => priority === payload['priority']) ?? alarm.priority
  alarm.message = textField(payload, 'message', MAX_TEXT) ?? alarm.message
  alarm.value = tagValue(payload['value'])
  alarm.limit = numberField(payload, 'limit')
  // What was put aside goes on being so; the rest has to be looked at anew.
  if (step(alarm, 'raise')) {
    alarm.acknowledged = null
    alarm.silenced = false
  }
  return true
}

function putAside(alarm: Alarm, how: AlarmStep, event: EventView): boolean {
  if (!step(alarm, how)) return false
  alarm.shelved = null
  alarm.aside = textField(event.payload, 'reason', MAX_TEXT)
  return true
}

/** What was put aside is judged anew by its condition. */
function comeBack(alarm: Alarm): boolean {
  step(alarm, alarm.active ? 'return_abnormal' : 'return_normal')
  alarm.shelved = null
  alarm.aside = null
  alarm.acknowledged = null
  alarm.silenced = false
  return !isAside(alarm.state)
}

/** True where the step applies. */
function step(alarm: Alarm, which: AlarmStep): boolean {
  const after = alarmAfter(alarm.state, which)
  if (after === alarm.state) return false
  alarm.state = after
  return true
}

function actOf({ payload, time }: EventView): NonNullable<Alarm['acknowledged']> {
  return { by: textField(payload, 'by') ?? '', time, comment: textField(payload, 'comment', MAX_TEXT) }
}
