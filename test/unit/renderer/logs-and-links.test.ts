import { expect, test } from 'vitest'
import { linkView, sortedLinks } from '../../../src/renderer/model/link-view.ts'
import { lineOf, logQuery } from '../../../src/renderer/model/log-line.ts'
import { LogStream } from '../../../src/renderer/model/log-stream.ts'
import { sectionOf } from '../../../src/renderer/model/page-section.ts'
import { parseLogFilter } from '../../../src/shared/log-filter.ts'
import { foldLink } from '../../../src/shared/fold/links.ts'
import { type Link, MINUTE_MS } from '../../../src/shared/link.ts'
import { event } from './support.ts'

const line = (offset: number, payload: Record<string, unknown>, type = 'log_entry') => event(offset, 'm', type, payload)

test('a line shows what it says in one line of plain text', () => {
  expect(
    lineOf(line(1, { level: 'WARN', tag: 'pump', module: 'main', data: 'Hot\n  and dry', context: { n: 1 } })),
  ).toEqual({ level: 'warning', tag: 'pump', module: 'main', message: 'Hot and dry · {"n":1}' })
  expect(lineOf(line(2, { level: 'analytics', data: { rate: 3 }, context: {} })).message).toBe('{"rate":3}')
  expect(lineOf(line(3, { message: 'Key read' }, 'activity_log'))).toEqual({
    level: 'info',
    tag: null,
    module: null,
    message: 'Key read',
  })
  expect(lineOf(line(4, { data: 'x'.repeat(5_000), context: null })).message.length).toBe(400)
  expect(lineOf(line(5, {})).message).toBe('')
})

test('the journal is asked for what the panel is asked for', () => {
  const filter = { levels: ['error'], tag: 'pump', module: '', text: '"a" & b' } as const
  expect(parseLogFilter(logQuery(filter).get('log') ?? '')).toEqual(filter)
  expect(logQuery({ levels: [], tag: '', module: '', text: '' }).toString()).toBe('log=%7B%7D')
})

test('a stream takes each line of another feed once, and begins anew where nothing leads on', () => {
  const published: (() => void)[] = []
  const stream = new LogStream(
    (each) => each.family === 'log',
    (run) => published.push(run),
  )
  const all = [line(1, { data: 'a' }), event(2, 'm', 'state_change'), line(3, { data: 'b' })]
  const offsets = (): number[] => stream.feed.rows.map(({ offset }) => offset)
  expect(stream.loaded.value).toBe(false)
  stream.follow(all)
  expect([stream.loaded.value, offsets()]).toEqual([true, [1, 3]])
  stream.follow(all)
  expect(offsets()).toEqual([1, 3])
  const grown = [...all, event(4, 'm', 'tick'), line(5, { data: 'c' })]
  stream.follow(grown)
  expect(offsets()).toEqual([1, 3, 5])
  stream.follow([line(90, { data: 'z' })])
  expect(offsets()).toEqual([90])
  // However much came in, it is published once a frame.
  expect(published.length).toBe(1)
  published[0]?.()
  expect(stream.version.value).toBe(1)
})

test('a paused stream holds back what comes, and shows it afterwards', () => {
  const stream = new LogStream(null, (run) => run())
  stream.replaced([line(1, {})], 1)
  stream.feed.pause()
  stream.added([line(2, {}), line(3, {})])
  expect([stream.feed.rows.length, stream.feed.held]).toEqual([1, 2])
  stream.feed.resume()
  expect(stream.feed.rows.map(({ offset }) => offset)).toEqual([1, 2, 3])
})

test('a stream without lines knows up to where there are none', () => {
  const stream = new LogStream(null, (run) => run())
  stream.replaced([], 40)
  expect([stream.loaded.value, stream.feed.from, stream.feed.beginning]).toEqual([true, 41, false])
  const fresh = new LogStream(null, (run) => run())
  fresh.replaced([], 0)
  expect(fresh.feed.beginning).toBe(true)
})

function links(...events: { machine: string; type: string; payload?: Record<string, unknown> }[]): Link[] {
  const folded = new Map<string, Link>()
  for (const [index, { machine, type, payload }] of events.entries()) {
    foldLink(folded, event(index + 1, machine, 'connection_event', { connection_type: type, ...payload }))
  }
  return [...folded.values()]
}

test('a card shows the figures of the last hour, and nothing for one in which nothing happened', () => {
  const [link] = links(
    { machine: 'gw', type: 'http', payload: { response_time_ms: 100 } },
    { machine: 'gw', type: 'http', payload: { response_time_ms: 300, error: 'Reset' } },
  )
  if (!link) throw new Error('no link')
  const now = linkView(link, 2_000)
  expect(now).toMatchObject({ score: 60, health: 'unhealthy', rate: 2, errorShare: 0.5, mean: 200 })
  expect(Math.abs((now.median ?? 0) - 100)).toBeLessThan(10)
  expect(Math.abs((now.p95 ?? 0) - 300)).toBeLessThan(30)
  expect(now.series.at(-1)).toMatchObject({ events: 2, errors: 1 })
  const later = linkView(link, 61 * MINUTE_MS)
  expect(later).toMatchObject({ score: null, health: null, rate: 0, errorShare: null, mean: null })
  expect(later.series.every((minute) => minute === null)).toBe(true)
  // Since it was first heard of.
  expect(later.median).toBe(now.median)
})

test('links keep their order, by machine and type as people sort', () => {
  const all = links(
    { machine: 'gw10', type: 'b' },
    { machine: 'gw2', type: 'http' },
    { machine: 'gw2', type: 'Db' },
    { machine: 'Ärger', type: 'x' },
  )
  expect(sortedLinks(all, 'de').map(({ machine, type }) => `${machine}/${type}`)).toEqual([
    'Ärger/x',
    'gw2/Db',
    'gw2/http',
    'gw10/b',
  ])
})

test('pages that share a place in the navigation know each other', () => {
  expect(sectionOf('logs')).toEqual(['events', 'logs'])
  expect(sectionOf('panel')).toEqual(['panel', 'links', 'settings', 'about'])
  expect(sectionOf('overview')).toEqual([])
  expect(sectionOf(undefined)).toEqual([])
})
