import { expect, test } from 'vitest'
import type { Entry } from '../../../src/core/entry.ts'
import { Ring } from '../../../src/core/ring.ts'
import { filterOf } from '../../../src/shared/channel.ts'

const all = filterOf(['all'])
const entry = (offset: number, machine = 'm', text = `#${offset}`): Entry => ({
  offset,
  time: offset,
  machine,
  type: 'tick',
  family: 'other',
  device: null,
  allDevices: false,
  level: null,
  log: null,
  tag: null,
  text,
})

/** A ring that the events from 1 to `count` went through, of machines a, b, c in turn. */
const filled = (count: number, entries: number, characters = 1_000_000): Ring => {
  const ring = new Ring(0, { entries, characters })
  for (let offset = 1; offset <= count; offset += 1) ring.push(entry(offset, 'cab'[offset % 3]))
  return ring
}

test('an empty ring stands at its head and reaches nothing but that', () => {
  const ring = new Ring(41, { entries: 4, characters: 100 })
  expect({ first: ring.first, head: ring.head }).toEqual({ first: 42, head: 41 })
  expect([40, 41, 42].map((offset) => ring.reaches(offset))).toEqual([false, true, false])
  expect(ring.slice(41, all, 10, 10)).toEqual({ texts: [], to: 41 })
  expect(ring.tail(10, all)).toEqual([])
})

test('it keeps the latest events, bounded in number', () => {
  const ring = filled(10, 4)
  expect({ first: ring.first, head: ring.head }).toEqual({ first: 7, head: 10 })
  expect([6, 7, 10, 11].map((offset) => ring.at(offset)?.text)).toEqual([undefined, '#7', '#10', undefined])
})

test('it keeps the latest events, bounded in size, but always the newest', () => {
  const ring = new Ring(0, { entries: 100, characters: 10 })
  for (let offset = 1; offset <= 5; offset += 1) ring.push(entry(offset, 'm', 'xxxx'))
  expect(ring.first).toBe(4)
  ring.push(entry(6, 'm', 'x'.repeat(1_000)))
  expect({ first: ring.first, head: ring.head }).toEqual({ first: 6, head: 6 })
  ring.push(entry(7, 'm', 'xx'))
  expect({ first: ring.first, head: ring.head }).toEqual({ first: 7, head: 7 })
  ring.push(entry(8, 'm', 'xx'))
  expect(ring.tail(10, all)).toHaveLength(2)
})

test('a position is reached where every event after it is still there', () => {
  const ring = filled(10, 4)
  expect([0, 5, 6, 8, 10, 11].map((offset) => ring.reaches(offset))).toEqual([false, false, true, true, true, false])
})

test('offsets are contiguous: another one is a defect', () => {
  const ring = filled(3, 4)
  for (const offset of [2, 3, 5]) expect(() => ring.push(entry(offset))).toThrow(/expected offset 4/)
})

test('a slice holds what comes after a position, up to its limits, and says how far it looked', () => {
  const ring = filled(10, 100)
  expect(ring.slice(7, all, 100, 1_000)).toEqual({ texts: ['#8', '#9', '#10'], to: 10 })
  expect(ring.slice(0, all, 2, 1_000)).toEqual({ texts: ['#1', '#2'], to: 2 })
  expect(ring.slice(0, all, 100, 3)).toEqual({ texts: ['#1', '#2'], to: 2 })
  expect(ring.slice(0, all, 100, 1)).toEqual({ texts: ['#1'], to: 1 })
  expect(ring.slice(10, all, 100, 1_000)).toEqual({ texts: [], to: 10 })
})

test('a slice looks beyond the events that the filter passes over', () => {
  const ring = filled(10, 100)
  const onlyA = filterOf(['machine:a'])
  expect(ring.slice(0, onlyA, 100, 1_000)).toEqual({ texts: ['#1', '#4', '#7', '#10'], to: 10 })
  expect(ring.slice(0, onlyA, 2, 1_000)).toEqual({ texts: ['#1', '#4'], to: 4 })
  expect(ring.slice(0, filterOf([]), 1, 1)).toEqual({ texts: [], to: 10 })
})

test('a slice from before the ring is a defect', () => {
  expect(() => filled(10, 4).slice(3, all, 10, 100)).toThrow(/does not hold/)
})

test('the tail holds the latest that the filter lets through, oldest first', () => {
  const ring = filled(10, 8)
  expect(ring.tail(3, all)).toEqual(['#8', '#9', '#10'])
  expect(ring.tail(100, filterOf(['machine:b']))).toEqual(['#5', '#8'])
})
