import { describe, expect, test } from 'vitest'
import { EventFeed } from '../../../src/renderer/model/event-feed.ts'
import { eventTest, NO_FILTER } from '../../../src/renderer/model/event-filter.ts'
import { summaryOf } from '../../../src/renderer/model/event-summary.ts'
import type { EventView } from '../../../src/shared/event.ts'
import { event } from './support.ts'

const offsets = (events: readonly EventView[]): number[] => events.map(({ offset }) => offset)
const run = (from: number, to: number, machine = 'a'): EventView[] =>
  Array.from({ length: to - from + 1 }, (_, index) => event(from + index, machine, 'tick', { n: from + index }))

describe('the filter', () => {
  const started = event(1, 'press_001', 'job_started', { job_id: 'J-77', job_type: 'Stamp' })
  const passes = (part: Partial<typeof NO_FILTER>): boolean => eventTest({ ...NO_FILTER, ...part })?.(started) ?? true

  test('lets everything through where nothing is asked', () => {
    expect(eventTest(NO_FILTER)).toBeNull()
    expect(eventTest({ ...NO_FILTER, text: '  ' })).toBeNull()
  })

  test('asks for machine, family, type and text, all of them', () => {
    expect(passes({ machine: 'press_001' })).toBe(true)
    expect(passes({ machine: 'press' })).toBe(false)
    expect(passes({ kind: 'family:job' })).toBe(true)
    expect(passes({ kind: 'family:log' })).toBe(false)
    expect(passes({ kind: 'type:job_started' })).toBe(true)
    expect(passes({ kind: 'type:job' })).toBe(false)
    expect(passes({ text: 'j-77' })).toBe(true)
    expect(passes({ text: 'PRESS_001' })).toBe(true)
    expect(passes({ text: '"job_type":"stamp"' })).toBe(true)
    expect(passes({ text: 'nothing' })).toBe(false)
    expect(passes({ machine: 'press_001', kind: 'family:job', text: 'nothing' })).toBe(false)
  })

  test('takes a type that looks like a family for a type', () => {
    const odd = event(2, 'a', 'family:job')
    expect(eventTest({ ...NO_FILTER, kind: 'type:family:job' })?.(odd)).toBe(true)
  })
})

describe('the feed', () => {
  test('keeps the latest and says how many went', () => {
    const feed = new EventFeed(5)
    feed.append(run(1, 4))
    feed.append(run(5, 7))
    expect(offsets(feed.rows)).toEqual([3, 4, 5, 6, 7])
    expect([feed.gone, feed.size]).toEqual([2, 5])
  })

  test('is bounded whatever comes at once', () => {
    const feed = new EventFeed(5)
    feed.append(run(1, 1_000))
    expect(offsets(feed.rows)).toEqual([996, 997, 998, 999, 1_000])
  })

  test('tests new events with the filter and drops rows with their events', () => {
    const feed = new EventFeed(4)
    feed.setFilter({ ...NO_FILTER, machine: 'b' })
    feed.append([...run(1, 1, 'b'), ...run(2, 3), ...run(4, 4, 'b')])
    expect(offsets(feed.rows)).toEqual([1, 4])
    feed.append(run(5, 5))
    expect(offsets(feed.rows)).toEqual([4])
    const { generation } = feed
    feed.setFilter(NO_FILTER)
    expect(offsets(feed.rows)).toEqual([2, 3, 4, 5])
    expect(feed.generation).toBe(generation + 1)
  })

  test('a pause holds the rows still and counts; resuming shows what there is', () => {
    const feed = new EventFeed(5)
    feed.append(run(1, 5))
    feed.pause()
    feed.append(run(6, 12))
    expect(offsets(feed.rows)).toEqual([1, 2, 3, 4, 5])
    expect([feed.paused, feed.held]).toEqual([true, 7])
    feed.resume()
    expect(offsets(feed.rows)).toEqual([8, 9, 10, 11, 12])
    expect([feed.paused, feed.held]).toEqual([false, 0])
  })

  test('another filter while paused filters what stands still, and counts anew', () => {
    const feed = new EventFeed(10)
    feed.append([...run(1, 2, 'a'), ...run(3, 4, 'b')])
    feed.pause()
    feed.append([...run(5, 5, 'a'), ...run(6, 8, 'b')])
    feed.setFilter({ ...NO_FILTER, machine: 'a' })
    expect(offsets(feed.rows)).toEqual([1, 2])
    expect(feed.held).toBe(1)
    feed.append(run(9, 9, 'b'))
    expect(feed.held).toBe(1)
  })

  test('a snapshot starts anew, but a pause keeps what it shows', () => {
    const feed = new EventFeed(5)
    feed.append(run(1, 3))
    feed.load(run(50, 52))
    expect(offsets(feed.rows)).toEqual([50, 51, 52])
    feed.pause()
    feed.load(run(1, 2, 'new'))
    expect(offsets(feed.rows)).toEqual([50, 51, 52])
    feed.resume()
    expect(offsets(feed.rows)).toEqual([1, 2])
  })
})

test('a summary is one line of plain text, whatever the payload', () => {
  expect(summaryOf(event(1, 'a', 'state_change', { from_state: 'red', to_state: 'green', event_trigger: 'go' }))).toBe(
    'red → green · go',
  )
  expect(summaryOf(event(2, 'a', 'activity_log', { level: 'info', message: 'two\n lines' }))).toBe('info · two lines')
  expect(summaryOf(event(3, 'a', 'ANY', { timestamp: 1, n: [1, { x: null }], s: '<b>' }))).toBe(
    'n: [1,{"x":null}], s: <b>',
  )
  expect(summaryOf(event(4, 'a', 'ANY'))).toBe('')
  expect(summaryOf(event(5, 'a', 'error', { error_message: 'x'.repeat(9_999) })).length).toBe(240)
})
