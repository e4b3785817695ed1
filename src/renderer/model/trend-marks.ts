import type { Priority } from '../../shared/alarm.ts'
import type { EventView } from '../../shared/event.ts'
import { alarmRecord } from './alarm-event.ts'
import { summaryOf } from './event-summary.ts'

/** Something that happened, at its place in time. */
export interface TrendMark {
  readonly offset: number
  readonly time: number
  readonly machine: string
  readonly kind: 'alarm' | 'state' | 'error' | 'command'
  /** Of an alarm that was raised; null for everything else. */
  readonly priority: Priority | null
  readonly type: string
  readonly text: string
}

/** What an event is among the marks; null for what would only be noise there. */
export function markOf(event: EventView): TrendMark | null {
  const { offset, time, machine, type, origin } = event
  const mark = { offset, time, machine, type, priority: null }
  const record = alarmRecord(event)
  if (record) {
    if (type !== 'alarm_raised' && type !== 'alarm_cleared' && type !== 'alarm_acknowledged') return null
    const priority = type === 'alarm_raised' ? (record.priority ?? 'medium') : null
    return { ...mark, kind: 'alarm', priority, text: record.worded?.message ?? record.id }
  }
  if (type === 'state_change') return { ...mark, kind: 'state', text: summaryOf(event) }
  if (event.family === 'error') return { ...mark, kind: 'error', text: summaryOf(event) }
  // A machine may send events of any type: it gave no command, and it does not call itself silent.
  if (type === 'command_requested' && origin === 'operator')
    return { ...mark, kind: 'command', text: commandText(event) }
  const isEnd = type === 'machine_terminated' ? origin === 'machine' : type === 'machine_stale' && origin === 'panel'
  return isEnd ? { ...mark, kind: 'state', text: type } : null
}

function commandText({ payload }: EventView): string {
  const { type, device } = payload
  return [type, device].filter((word) => typeof word === 'string').join(' ')
}

/** Marks of these machines and this time, oldest first, each once. */
export function marksOf(
  events: readonly EventView[],
  machines: ReadonlySet<string>,
  from: number,
  to: number,
): TrendMark[] {
  const marks = new Map<number, TrendMark>()
  for (const event of events) {
    if (!machines.has(event.machine) || event.time < from || event.time > to) continue
    const mark = markOf(event)
    if (mark) marks.set(mark.offset, mark)
  }
  return [...marks.values()].toSorted((a, b) => a.time - b.time || a.offset - b.offset)
}
