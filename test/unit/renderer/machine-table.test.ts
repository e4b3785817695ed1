import { effect } from 'vue'
import { expect, test } from 'vitest'
import { FramePublisher } from '../../../src/renderer/model/frame-publisher.ts'
import { MachineTable } from '../../../src/renderer/model/machine-table.ts'
import type { EventView } from '../../../src/shared/event.ts'
import type { Machine } from '../../../src/shared/machine.ts'
import { event, fold } from './support.ts'

function table() {
  const machines = new Map<string, Machine>()
  const shown = new MachineTable()
  return {
    machines,
    shown,
    take: (...events: readonly EventView[]) => {
      fold(machines, ...events)
      for (const each of events) shown.touch(each)
    },
    publish: () => shown.publish(machines),
  }
}

test('what is published is a copy: later folds do not change it', () => {
  const { machines, shown, take, publish } = table()
  take(
    event(1, 'a', 'state_change', { to_state: 'red' }),
    event(2, 'a', 'activity_log', { message: 'one' }),
    event(3, 'a', 'job_started', { job_id: 'j' }),
  )
  publish()
  const before = shown.get('a')
  expect(before).toEqual(machines.get('a'))
  const frozen = structuredClone(before)
  take(
    event(4, 'a', 'state_change', { to_state: 'green' }),
    event(5, 'a', 'activity_log', { message: 'two' }),
    event(6, 'a', 'job_completed', { job_id: 'j' }),
  )
  expect(before).toEqual(frozen)
  publish()
  expect(shown.get('a')).toEqual(machines.get('a'))
  expect(before).toEqual(frozen)
  expect(shown.get('a')?.jobs[0]?.outcome).toBe('completed')
})

test('a job that ends in place is published although the list kept its length', () => {
  const { shown, take, publish } = table()
  take(event(1, 'a', 'job_started', { job_id: 'j' }))
  publish()
  take(event(2, 'a', 'job_completed', { job_id: 'j' }), event(3, 'a', 'activity_log', { message: 'x' }))
  publish()
  expect(shown.get('a')?.jobs.map(({ outcome }) => outcome)).toEqual(['completed'])
})

test('full lists that only moved on are copied anew', () => {
  const { machines, shown, take, publish } = table()
  for (let offset = 1; offset <= 150; offset += 1) take(event(offset, 'a', 'activity_log', { message: `${offset}` }))
  publish()
  take(event(151, 'a', 'activity_log', { message: '151' }))
  publish()
  expect(shown.get('a')?.log).toEqual(machines.get('a')?.log)
})

test('one machine’s event wakes its own readers only', () => {
  const { shown, take, publish } = table()
  take(event(1, 'a', 'x'), event(2, 'b', 'x'))
  publish()
  const runs = { a: 0, b: 0, names: 0 }
  effect(() => {
    shown.get('a')
    runs.a += 1
  })
  effect(() => {
    shown.get('b')
    runs.b += 1
  })
  effect(() => {
    runs.names += shown.names.value.length > 0 ? 1 : 0
  })
  take(event(3, 'a', 'x'), event(4, 'a', 'x'))
  publish()
  publish()
  expect(runs).toEqual({ a: 2, b: 1, names: 1 })
})

test('a machine that is waited for appears, and one that is forgotten goes', () => {
  const { machines, shown, take, publish } = table()
  let seen: string | null | undefined
  effect(() => {
    seen = shown.get('late')?.lastEventType
  })
  take(event(1, 'early', 'x'))
  publish()
  expect(seen).toBeUndefined()
  take(event(2, 'late', 'hello'))
  publish()
  expect(seen).toBe('hello')
  machines.delete('late')
  take(event(3, 'other', 'x'))
  publish()
  expect(seen).toBeUndefined()
  expect(shown.names.value).toEqual(['early', 'other'])
  take(event(4, 'late', 'again'))
  publish()
  expect(seen).toBe('again')
})

test('a snapshot replaces everything', () => {
  const { shown, take, publish } = table()
  take(event(1, 'a', 'error', { error_message: 'no' }), event(2, 'b', 'x'))
  publish()
  shown.touchAll()
  shown.publish(fold(new Map<string, Machine>(), event(9, 'b', 'y')))
  expect(shown.names.value).toEqual(['b'])
  expect(shown.get('a')).toBeUndefined()
  expect(shown.get('b')?.lastEventType).toBe('y')
  expect(shown.abnormal.value.size).toBe(0)
})

test('the abnormal ones are published only when they change', () => {
  const { shown, take, publish } = table()
  take(event(1, 'a', 'x'), event(2, 'b', 'x'))
  publish()
  const none = shown.abnormal.value
  take(event(3, 'a', 'y'))
  publish()
  expect(shown.abnormal.value).toBe(none)
  take(event(4, 'a', 'error', { error_message: 'no' }), event(5, 'b', 'machine_stale'))
  publish()
  expect([...shown.abnormal.value].toSorted()).toEqual(['a', 'b'])
  take(event(6, 'a', 'state_change', { to_state: 'fine' }), event(7, 'b', 'x'))
  publish()
  expect(shown.abnormal.value.size).toBe(0)
})

test('names of prototypes are names', () => {
  const { shown, take, publish } = table()
  take(event(1, '__proto__', 'x'), event(2, 'constructor', 'x'))
  publish()
  expect(shown.get('__proto__')?.name).toBe('__proto__')
  expect(shown.get('toString')).toBeUndefined()
})

test('however much comes, a frame publishes once', () => {
  const frames: (() => void)[] = []
  let published = 0
  const publisher = new FramePublisher(
    (run) => frames.push(run),
    () => (published += 1),
  )
  for (let index = 0; index < 1_000; index += 1) publisher.request()
  expect([frames.length, published]).toEqual([1, 0])
  frames.shift()?.()
  expect(published).toBe(1)
  publisher.request()
  frames.shift()?.()
  expect([frames.length, published]).toEqual([0, 2])
})
