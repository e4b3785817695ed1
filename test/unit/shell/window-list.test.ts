import { expect, test } from 'vitest'
import { MAX_WINDOWS, parseWindows, windowsText } from '../../../src/main/shell/window-list.ts'

const place = { x: 100, y: 50, width: 1280, height: 800, maximized: false }
const windows = [
  { place, page: '/' },
  { place: { ...place, x: -1500, maximized: true }, page: '/alarms' },
  { place: null, page: '/trends' },
]

test('what was written is read again, in its order', () => {
  expect(parseWindows(windowsText(windows))).toEqual(windows)
})

test('a file of the older form is one window', () => {
  expect(parseWindows(JSON.stringify(place))).toEqual([{ place, page: '/' }])
  expect(parseWindows(JSON.stringify({ ...place, more: 1 }))).toEqual([{ place, page: '/' }])
})

test.each([
  '',
  '{',
  '{}',
  'null',
  '{"x":1}',
  JSON.stringify({ ...place, width: 3 }),
  JSON.stringify({ ...place, x: 0.5 }),
  JSON.stringify([1, null, { place: { x: 1 }, page: '/' }, { page: '/' }]),
])('%j is none', (text) => {
  expect(parseWindows(text)).toEqual([])
})

test('a window in it that is wrong does not hide the others, and a page that is none is the overview', () => {
  expect(parseWindows(JSON.stringify([{ place: 1 }, { place, page: 'elsewhere' }]))).toEqual([{ place, page: '/' }])
})

test('nobody opens windows without end', () => {
  const many = Array.from({ length: 100 }, () => ({ place, page: '/' }))
  expect(parseWindows(JSON.stringify(many)).length).toBe(MAX_WINDOWS)
  expect(parseWindows(windowsText(many)).length).toBe(MAX_WINDOWS)
})
