import type { Alarm } from '../../../src/shared/alarm.ts'
import type { Raise } from '../../../src/renderer/model/alarm-event.ts'

/** An unacknowledged alarm of a machine's own, but for what the test says of it. */
export function alarm(id: string, more: Partial<Alarm> = {}): Alarm {
  return {
    id,
    machine: 'cell',
    device: null,
    tag: null,
    source: 'event',
    priority: 'medium',
    message: `Message of ${id}`,
    state: 'unacknowledged',
    active: true,
    raised: 1,
    raisedAt: 1_000,
    clearedAt: null,
    count: 1,
    value: null,
    limit: null,
    acknowledged: null,
    shelved: null,
    aside: null,
    silenced: false,
    comment: null,
    lastEventOffset: 1,
    ...more,
  }
}

/** A new alarm at a time, epoch milliseconds. */
export function raise(time: number, id = 'a', priority: Raise['priority'] = 'medium'): Raise {
  return {
    id,
    machine: 'cell',
    device: null,
    tag: null,
    source: 'event',
    limit: null,
    value: null,
    message: id,
    priority,
    time,
  }
}
