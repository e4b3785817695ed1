import { describe, expect, test } from 'vitest'
import type { FeedPage } from '../../../src/renderer/model/event-feed.ts'
import { ExportProgress, fileNameOf } from '../../../src/renderer/model/export-progress.ts'
import { HistoryError, historyFault } from '../../../src/renderer/model/history-error.ts'
import { askedTime, fromLocalInput, toLocalInput } from '../../../src/renderer/model/local-time.ts'
import { searchBack } from '../../../src/renderer/model/search-back.ts'
import { event } from './support.ts'

describe('a search back', () => {
  const pages: Readonly<Record<number, FeedPage>> = {
    100: { events: [event(90, 'a', 'x')], next: 80 },
    80: { events: [], next: 50 },
    50: { events: [event(40, 'a', 'x'), event(30, 'a', 'x')], next: 30 },
    30: { events: [event(2, 'a', 'x')], next: null },
  }
  async function search(want: number, stopAt = -1): Promise<number[]> {
    const asked: number[] = []
    const abort = new AbortController()
    await searchBack({
      from: 100,
      want,
      signal: abort.signal,
      page: (before) => {
        asked.push(before)
        if (before === stopAt) abort.abort()
        return Promise.resolve(pages[before] ?? { events: [], next: null })
      },
      found: (_, before) => before !== 77,
    })
    return asked
  }

  test('goes on over empty pages until enough is found', async () => {
    expect(await search(1)).toEqual([100])
    expect(await search(3)).toEqual([100, 80, 50])
    expect(await search(1_000)).toEqual([100, 80, 50, 30])
  })

  test('ends when the person has had enough, and tells nothing of what came too late', async () => {
    expect(await search(1_000, 80)).toEqual([100, 80])
  })
})

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const line = (offset: number): string =>
  `{"offset":${offset},"time":1,"origin":"machine","body":{"n":"${'é'.repeat(60)}"}}\n`

describe('the progress of an export', () => {
  test('is read off the lines, wherever the chunks are cut', () => {
    const whole = bytes([11, 15, 20, 31].map(line).join(''))
    for (const size of [1, 3, 7, 64, 100, 10_000]) {
      const progress = new ExportProgress(11, 31)
      const seen: (number | null)[] = []
      for (let at = 0; at < whole.length; at += size) {
        progress.take(whole.subarray(at, at + size))
        seen.push(progress.fraction)
      }
      expect(seen).toEqual(seen.toSorted((a, b) => (a ?? 0) - (b ?? 0)))
      expect([progress.fraction, progress.lines, progress.offset, progress.bytes]).toEqual([1, 4, 31, whole.length])
    }
  })

  test('is read off CSV too, whose first line names no offset', () => {
    const progress = new ExportProgress(10, 20)
    progress.take(bytes('offset,time,origin\r\n10,2026-01-01T00:00:00.000Z,machine\r\n15,2026'))
    expect([progress.fraction, progress.lines]).toEqual([0.5, 2])
  })

  test('is not known where the panel does not know it, and whole where there is but one', () => {
    expect(new ExportProgress(0, 0).fraction).toBeNull()
    const one = new ExportProgress(5, 5)
    expect(one.fraction).toBe(0)
    one.take(bytes(line(5)))
    expect(one.fraction).toBe(1)
  })
})

test('a file name is a name and never a path', () => {
  expect(fileNameOf('attachment; filename="andon-events-2026.csv"', 'x')).toBe('andon-events-2026.csv')
  expect(fileNameOf('attachment; filename="../../etc/passwd"', 'x')).toBe('passwd')
  expect(fileNameOf(String.raw`attachment; filename="C:\a\.bashrc"`, 'x')).toBe('bashrc')
  expect(fileNameOf('attachment; filename=".."', 'x')).toBe('x')
  expect(fileNameOf(null, 'x')).toBe('x')
})

test('a time goes through its field and comes back', () => {
  const at = new Date(2026, 10, 21, 10, 7, 14).getTime()
  expect(toLocalInput(at)).toBe('2026-11-21T10:07:14')
  expect(fromLocalInput(toLocalInput(at))).toBe(at)
  expect(fromLocalInput('2026-11-21T10:07')).toBe(at - 14_000)
  // What Chromium says of 2026 when its first digit has been typed.
  expect(askedTime(fromLocalInput('0002-11-21T10:07:14') ?? 1)).toBe('0')
  expect(askedTime(at)).toBe(String(at))
  expect([toLocalInput(null), fromLocalInput(''), fromLocalInput('soon')]).toEqual(['', null, null])
})

test('what goes wrong is told in the panel’s own words; what the person stopped is not', () => {
  expect(historyFault(new HistoryError('short'))).toBe('short')
  expect(historyFault(new TypeError('x'))).toBe('failed')
  expect(historyFault(new DOMException('x', 'AbortError'))).toBeNull()
})
