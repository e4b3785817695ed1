import { describe, expect, test } from 'vitest'
import { EventFeed } from '../../../src/renderer/model/event-feed.ts'
import { eventTest, filterQuery, isFiltering, NO_FILTER } from '../../../src/renderer/model/event-filter.ts'
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
    expect(passes({ level: 'info' })).toBe(false)
    expect(passes({ from: 1_000, to: 1_000 })).toBe(true)
    expect(passes({ from: 1_001 })).toBe(false)
    expect(passes({ to: 999 })).toBe(false)
    expect(passes({ machine: 'press_001', kind: 'family:job', text: 'nothing' })).toBe(false)
  })

  test('asks for the level that a log line names, however it names it', () => {
    const warned = event(1, 'a', 'activity_log', { level: 'WARN' })
    expect(eventTest({ ...NO_FILTER, level: 'warning' })?.(warned)).toBe(true)
    expect(eventTest({ ...NO_FILTER, level: 'error' })?.(event(2, 'a', 'error'))).toBe(true)
  })

  test('asks the journal the same', () => {
    const query = filterQuery({ machine: 'a&b', kind: 'type:x', text: ' Ж ', level: 'error', from: 1, to: 2 })
    expect(Object.fromEntries(query)).toEqual({
      machine: 'a&b',
      type: 'x',
      text: 'Ж',
      level: 'error',
      from: '1',
      to: '2',
    })
    expect(filterQuery({ ...NO_FILTER, kind: 'family:job' }).toString()).toBe('family=job')
    expect([isFiltering(NO_FILTER), isFiltering({ ...NO_FILTER, to: 0 })]).toEqual([false, true])
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
    expect([feed.gone, feed.all().length]).toEqual([2, 5])
  })

  test('is bounded whatever comes at once', () => {
    const feed = new EventFeed(5)
    feed.append(run(1, 1_000))
    expect(offsets(feed.rows)).toEqual([996, 997, 998, 999, 1_000])
  })

  test('tests new events with the filter and keeps what passed it, though the events around it went', () => {
    const feed = new EventFeed(4)
    feed.setFilter({ ...NO_FILTER, machine: 'b' })
    feed.append([...run(1, 1, 'b'), ...run(2, 3), ...run(4, 4, 'b')])
    expect(offsets(feed.rows)).toEqual([1, 4])
    feed.append(run(5, 5))
    expect(offsets(feed.rows)).toEqual([1, 4])
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

/** A feed of five events and twelve rows, with 11 to 15 at hand of a journal that goes back to 1. */
function looking(): EventFeed {
  const feed = new EventFeed(5, 12)
  feed.load(run(11, 15))
  feed.follow(false)
  return feed
}

describe('the window on the journal', () => {
  test('grows backwards, in order, and says by how much', () => {
    const feed = looking()
    expect([feed.from, feed.beginning]).toEqual([11, false])
    expect(feed.addOlder(11, { events: run(8, 10).toReversed(), next: 8 })).toBe(true)
    expect(offsets(feed.rows)).toEqual([8, 9, 10, 11, 12, 13, 14, 15])
    expect([feed.gone, feed.from, feed.beginning]).toEqual([-3, 8, false])
    feed.append(run(16, 17))
    expect(offsets(feed.rows)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17])
    feed.addOlder(8, { events: [], next: null })
    expect(feed.beginning).toBe(true)
  })

  test('a page twice, or one that belongs elsewhere, changes nothing', () => {
    const feed = looking()
    feed.addOlder(11, { events: run(8, 10), next: 8 })
    expect(feed.addOlder(11, { events: run(8, 10), next: 8 })).toBe(false)
    expect(feed.rows).toHaveLength(8)
    feed.addNewer(15, { events: run(16, 17), next: null })
    expect(feed.rows).toHaveLength(8)
  })

  test('a search that finds nothing still comes further', () => {
    const feed = looking()
    feed.addOlder(11, { events: [], next: 5 })
    expect([feed.from, feed.beginning, feed.rows.length]).toEqual([5, false, 5])
  })

  test('too many rows: what is furthest from the person goes, and is found again on the way back', () => {
    const feed = looking()
    feed.addOlder(11, { events: run(1, 10), next: null })
    expect(offsets(feed.rows)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    expect([feed.to, feed.beginning]).toEqual([12, true])
    feed.append(run(16, 20))
    expect(feed.rows.at(-1)?.offset).toBe(12)
    feed.addNewer(12, { events: run(13, 14), next: 14 })
    expect([feed.to, feed.rows.at(-1)?.offset, feed.rows[0]?.offset, feed.gone]).toEqual([14, 14, 3, -8])
    feed.addNewer(14, { events: run(15, 20), next: null })
    expect([feed.to, feed.rows.at(-1)?.offset, feed.rows[0]?.offset, feed.beginning]).toEqual([null, 20, 9, false])
    feed.follow(true)
    feed.append(run(21, 21))
    expect(offsets(feed.rows)).toEqual([17, 18, 19, 20, 21])
  })

  test('a stream under somebody who looks back stops where there is no more room', () => {
    const feed = looking()
    feed.append(run(16, 30))
    expect(feed.rows[0]?.offset).toBe(11)
    expect(feed.rows.length).toBeLessThanOrEqual(12)
    expect(feed.to).toBe(feed.rows.at(-1)?.offset)
    feed.follow(true)
    expect(offsets(feed.rows)).toEqual([26, 27, 28, 29, 30])
    expect([feed.to, feed.held]).toEqual([null, 0])
  })

  test('following again forgets what was fetched to look back', () => {
    const feed = looking()
    feed.addOlder(11, { events: run(6, 10), next: 6 })
    feed.follow(true)
    expect([offsets(feed.rows), feed.from]).toEqual([[11, 12, 13, 14, 15], 11])
  })

  test('a snapshot that overlaps goes on; one with a gap starts anew', () => {
    const feed = looking()
    feed.addOlder(11, { events: run(9, 10), next: 9 })
    feed.load(run(14, 18))
    expect(offsets(feed.rows)).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 17, 18])
    feed.load(run(40, 44))
    expect(offsets(feed.rows)).toEqual([40, 41, 42, 43, 44])
  })

  test('with a filter, a page brings only what matches and the window is whole from where it looked', () => {
    const feed = looking()
    feed.setFilter({ ...NO_FILTER, machine: 'b' })
    expect([feed.rows.length, feed.from]).toEqual([0, 11])
    feed.addOlder(11, { events: [event(4, 'b', 'tick')], next: 4 })
    feed.append([...run(16, 16, 'b'), ...run(17, 17)])
    expect(offsets(feed.rows)).toEqual([4, 16])
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
