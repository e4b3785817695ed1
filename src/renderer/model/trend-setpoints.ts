import type { EventView } from '../../shared/event.ts'
import { idField, objectField } from '../../shared/fold/fields.ts'
import { trendReference } from '../../shared/trend-tag.ts'

/** What was asked of a tag, from when to when; the end is null where it still is. */
export interface Setpoint {
  readonly from: number
  readonly to: number | null
  readonly value: number
}

const UNDONE: ReadonlySet<string> = new Set(['command_refused', 'command_failed', 'command_timed_out'])

/** What operators asked of each tag, by reference: it holds until the next wish, or until it has come to nothing. */
export function setpointsOf(events: readonly EventView[]): Map<string, Setpoint[]> {
  const byTag = new Map<string, Setpoint[]>()
  const open = new Map<string, string>()
  const end = (tag: string, time: number): void => {
    const list = byTag.get(tag)
    const last = list?.at(-1)
    if (list && last && last.to === null) list[list.length - 1] = { ...last, to: time }
  }
  for (const event of events.toSorted((a, b) => a.offset - b.offset)) {
    const id = idField(event.payload, 'id')
    if (id === null || event.origin === 'machine') continue
    const undone = UNDONE.has(event.type) ? open.get(id) : undefined
    if (undone !== undefined) end(undone, event.time)
    if (event.type !== 'command_requested') continue
    const expectation = objectField(event.payload, 'expectation')
    const device = idField(expectation, 'device')
    const tag = idField(expectation, 'tag')
    const { value } = expectation
    if (expectation['kind'] !== 'tag' || device === null || tag === null) continue
    if (typeof value !== 'number' && typeof value !== 'boolean') continue
    const reference = trendReference({ machine: event.machine, device, tag })
    for (const [earlier, of] of open) if (of === reference) open.delete(earlier)
    end(reference, event.time)
    open.set(id, reference)
    const list = byTag.get(reference) ?? []
    list.push({ from: event.time, to: null, value: Number(value) })
    byTag.set(reference, list)
  }
  return byTag
}
