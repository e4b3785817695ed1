import { describe, expect, test } from 'vitest'
import { alarmRecord, partsOfAlarm, raiseOf } from '../../../src/renderer/model/alarm-event.ts'
import { EventTail } from '../../../src/renderer/model/event-tail.ts'
import { viewEvent } from '../../../src/shared/event.ts'
import { alarmId } from '../../../src/shared/alarm.ts'
import { event } from './support.ts'

const step = (type: string, payload: Record<string, unknown>, origin: 'panel' | 'operator' | 'machine' = 'panel') =>
  viewEvent({ offset: 3, time: 5_000, origin, body: { machine_name: 'cell', type, payload } })

const RAISED = {
  alarm: 'cell/motor/speed/high',
  device: 'motor',
  tag: 'speed',
  source: 'high',
  priority: 'high',
  message: 'speed is above 100.',
  value: 120,
  limit: 100,
}

describe('an event is a step of an alarm', () => {
  test('with all that a raise says', () => {
    const worded = {
      id: RAISED.alarm,
      machine: 'cell',
      device: 'motor',
      tag: 'speed',
      source: 'high',
      value: 120,
      limit: 100,
      message: RAISED.message,
    }
    expect(alarmRecord(step('alarm_raised', RAISED))).toEqual({
      offset: 3,
      time: 5_000,
      type: 'alarm_raised',
      id: RAISED.alarm,
      machine: 'cell',
      priority: 'high',
      worded,
      by: null,
      remark: null,
      until: null,
    })
    expect(raiseOf(step('alarm_raised', RAISED))).toEqual({ ...worded, priority: 'high', time: 5_000 })
  })

  test('with who did it, and what they said', () => {
    const of = { alarm: 'a', by: 'Anna' }
    expect(alarmRecord(step('alarm_acknowledged', { ...of, comment: 'seen' }, 'operator'))).toMatchObject({
      by: 'Anna',
      remark: 'seen',
      worded: null,
      priority: null,
    })
    expect(alarmRecord(step('alarm_shelved', { ...of, reason: 'repair', until: 9 }, 'operator'))).toMatchObject({
      remark: 'repair',
      until: 9,
    })
    // What the panel gives as a reason is no remark of a person.
    expect(alarmRecord(step('alarm_unshelved', { ...of, reason: 'over' }))).toMatchObject({ by: null, remark: null })
  })

  test('but not where a machine says so, or it names no alarm, or is of another type', () => {
    expect(alarmRecord(step('alarm_raised', RAISED, 'machine'))).toBeNull()
    expect(alarmRecord(step('alarm_raised', {}))).toBeNull()
    expect(alarmRecord(step('alarm_exploded', RAISED))).toBeNull()
    expect(raiseOf(step('alarm_cleared', RAISED))).toBeNull()
  })

  test('whatever its payload holds', () => {
    const odd = { ...RAISED, priority: 'urgent', source: 'moon', value: { x: 1 }, limit: 'a', device: 4 }
    expect(raiseOf(step('alarm_raised', odd))).toMatchObject({
      priority: 'medium',
      source: 'event',
      value: null,
      limit: null,
      device: null,
    })
  })
})

test('the parts of an id are the names that it was made of', () => {
  expect(partsOfAlarm(alarmId('cell 1', 'a/b', 'high'))).toEqual(['cell 1', 'a/b', 'high'])
  expect(partsOfAlarm('50%/x')).toEqual(['50%', 'x'])
})

describe('the tail of a growing list', () => {
  const events = (...offsets: number[]) => offsets.map((offset) => event(offset, 'm', 'hello'))

  test('gives each event once', () => {
    const tail = new EventTail(2)
    expect(tail.next(events(1, 2, 3, 4))?.map(({ offset }) => offset)).toEqual([3, 4])
    expect(tail.next(events(3, 4, 5))?.map(({ offset }) => offset)).toEqual([5])
    expect(tail.next(events(4, 5))).toEqual([])
    expect(tail.last).toBe(5)
  })

  test('says where some are missing, and goes on behind them', () => {
    const tail = new EventTail(2)
    expect(tail.next(events(9, 10))).toBeNull()
    expect(tail.next(events(9, 10, 11))?.map(({ offset }) => offset)).toEqual([11])
  })

  test('misses nothing where the list begins just behind', () => {
    expect(new EventTail(2).next(events(3, 4))?.length).toBe(2)
    expect(new EventTail(0).next([])).toEqual([])
  })
})
