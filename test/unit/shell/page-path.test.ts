import { expect, test } from 'vitest'
import { pageOf, pagePath, pageUrl } from '../../../src/main/shell/page-path.ts'

const BASE = 'andon://panel/index.html'

test.each(['/', '/alarms', '/machine/press%20001?tab=events', '/devices/a/b'])(
  '%s is a page, there and back',
  (page) => {
    expect(pagePath(page)).toBe(page)
    expect(pageOf(pageUrl(BASE, page))).toBe(page)
    expect(pageOf(pageUrl('http://localhost:5173', page))).toBe(page)
    expect(pageUrl(BASE, page)).toMatch(/^andon:\/\/panel\/index\.html(#|$)/)
  },
)

test.each(['', 'alarms', '#/alarms', '/a b', '/a\nb', `/${'a'.repeat(2_000)}`])('%j is none', (page) => {
  expect(pagePath(page)).toBeNull()
})

test('what looks like another address stays a page of the panel', () => {
  expect(new URL(pageUrl(BASE, '//example.org/x')).host).toBe('panel')
  expect(pageOf('not an address')).toBe('/')
  expect(pageOf(BASE)).toBe('/')
})
