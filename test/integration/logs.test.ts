import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { logChannel } from '../../src/shared/channel.ts'
import { type EventView, viewEvent } from '../../src/shared/event.ts'
import { ALL_LINES, type LogFilter } from '../../src/shared/log-filter.ts'
import { lineOf, logQuery } from '../../src/renderer/model/log-line.ts'
import { LogSubscription } from '../../src/renderer/model/log-subscription.ts'
import { wsTransport } from '../../src/client/ws-transport.ts'
import { python, PYTHON_SEND } from '../support/python.ts'
import { startPanel, type TestPanel } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

/* Log lines by filter: real datagrams in, real sockets out. */

const LEVELS = ['debug', 'info', 'warning', 'error'] as const

interface Line {
  readonly machine: string
  readonly level: string
  readonly tag: string
  readonly module: string
  readonly data: string
}

/** So many lines, of which no two are alike, among events that are none. */
function* lines(count: number, from = 0): Generator<Line> {
  for (let n = from; n < from + count; n += 1) {
    yield {
      machine: `m${n % 3}`,
      level: LEVELS[n % 4] ?? 'info',
      tag: n % 5 === 0 ? 'Помпа' : 'door',
      module: n % 2 === 0 ? 'hydraulics' : 'main',
      data: `line ${n}, part "${n % 7}"`,
    }
  }
}

async function send(panel: TestPanel, all: Iterable<Line>): Promise<Line[]> {
  const sender = unixSender(panel.socket)
  const sent = [...all]
  for (const { machine, ...payload } of sent) {
    await sender.send(datagram(machine, 'log_entry', payload))
    await sender.send(datagram(machine, 'state_change', { to_state: payload.data, level: payload.level }))
  }
  return sent
}

const texts = (events: readonly EventView[]): string[] => events.map((event) => lineOf(event).message)
const filtered = (filter: Partial<LogFilter>): string => logChannel({ ...ALL_LINES, ...filter })

/**
 * Waits until a viewer has been sent so many lines, and then whatever else is on its way: the snapshot for another
 * channel comes after all that is up to its position.
 */
async function heard(viewer: Viewer, count: number): Promise<string[]> {
  await waitFor(() => viewer.events.length >= count, { what: `${count} lines` })
  const snapshots = viewer.snapshots.length
  await viewer.client.subscribe('machine:nobody')
  await waitFor(() => viewer.snapshots.length > snapshots, { what: 'the snapshot for another channel' })
  return texts(viewer.events)
}

test('[C6] a viewer of log lines is sent exactly those that its filter names, sent by Python among them', async () => {
  const panel = await startPanel()
  const filters: { filter: Partial<LogFilter>; fits: (line: Line) => boolean }[] = [
    { filter: {}, fits: () => true },
    { filter: { levels: ['error'] }, fits: ({ level }) => level === 'error' },
    { filter: { levels: ['warning', 'debug'] }, fits: ({ level }) => level === 'warning' || level === 'debug' },
    { filter: { tag: 'помп' }, fits: ({ tag }) => tag === 'Помпа' },
    { filter: { module: 'main', levels: ['error'] }, fits: (l) => l.module === 'main' && l.level === 'error' },
    { filter: { text: 'part "3"' }, fits: ({ data }) => data.includes('part "3"') },
  ]
  const viewers = filters.map(({ filter }) => new Viewer(panel.url, { channels: [filtered(filter)] }))
  const both = new Viewer(panel.url, {
    channels: [filtered({ levels: ['error'] }), filtered({ tag: 'помпа', levels: ['info'] })],
  })
  for (const viewer of [...viewers, both]) await viewer.live()
  const sent = await send(panel, lines(120))
  const own = { machine: 'py', level: 'error', tag: 'Помпа', module: 'main', data: 'от Python, part "3"' }
  await python(PYTHON_SEND, [panel.socket, datagram('py', 'log_entry', own)])
  sent.push(own)
  for (const [index, { filter, fits }] of filters.entries()) {
    const viewer = viewers[index]
    if (!viewer) throw new Error('no viewer')
    const wanted = sent.filter(fits).map(({ data }) => data)
    expect([filter, await heard(viewer, wanted.length)]).toEqual([filter, wanted])
    // Nothing else of the plant.
    expect(viewer.client.replica.state.machines.size).toBe(0)
  }
  const wanted = sent.filter((l) => l.level === 'error' || (l.level === 'info' && l.tag === 'Помпа'))
  expect(await heard(both, wanted.length)).toEqual(wanted.map(({ data }) => data))
})

test('[C7] on subscribing a viewer gets the latest lines that its filter names, up to 500 of them', async () => {
  const panel = await startPanel()
  const all = new Viewer(panel.url)
  await all.live()
  const sent = await send(panel, lines(700))
  await waitFor(() => all.events.filter(({ family }) => family === 'log').length === 700, { what: 'every line' })
  const viewer = new Viewer(panel.url, { channels: [filtered({ levels: ['error'] })] })
  await viewer.live()
  const errors = sent.filter(({ level }) => level === 'error').map(({ data }) => data)
  const recent = (): string[] => texts(viewer.client.replica.state.recent.map(viewEvent))
  expect(recent()).toEqual(errors)
  // Another filter takes the place of the first, over the same link.
  await viewer.client.subscribe('log:{}')
  await viewer.client.unsubscribe(filtered({ levels: ['error'] }))
  await waitFor(() => viewer.snapshots.length === 3, { what: 'the snapshots of both changes' })
  expect(recent()).toEqual(sent.slice(-500).map(({ data }) => data))
  expect(viewer.snapshots.at(-1)?.channels).toEqual(['log:{}'])
})

/** What a log page is told, as it is told. */
class Page {
  shown: string[] = []
  live = false
  replacements = 0
  readonly subscription: LogSubscription

  constructor(panel: TestPanel, filter: Partial<LogFilter>) {
    this.subscription = new LogSubscription(
      { ...ALL_LINES, ...filter },
      {
        connect: wsTransport(new URL('ws', panel.url).href.replace('http', 'ws'), WebSocket),
        client: { name: 'page' },
      },
      {
        replaced: (events) => {
          this.shown = texts(events)
          this.replacements += 1
        },
        added: (events) => this.shown.push(...texts(events)),
        live: (live) => (this.live = live),
      },
    )
    onTestFinished(() => this.subscription.close())
  }

  shows(expected: readonly string[]): Promise<unknown> {
    return waitFor(() => JSON.stringify(this.shown) === JSON.stringify(expected), { what: `${expected.length} lines` })
  }
}

test('a page that changes its filter while lines stream in shows those of the last filter, each once', async () => {
  const panel = await startPanel()
  const page = new Page(panel, { levels: ['error'] })
  await waitFor(() => page.live, { what: 'a live page' })
  const sent = await send(panel, lines(40))
  await page.shows(sent.filter(({ level }) => level === 'error').map(({ data }) => data))
  const streaming = send(panel, lines(200, 40))
  for (const tag of ['pump', 'nothing', 'door']) page.subscription.show({ ...ALL_LINES, tag })
  page.subscription.show({ ...ALL_LINES, tag: 'помпа', levels: ['debug', 'info'] })
  sent.push(...(await streaming))
  sent.push(...(await send(panel, lines(40, 240))))
  const wanted = sent.filter((l) => l.tag === 'Помпа' && (l.level === 'debug' || l.level === 'info'))
  await page.shows(wanted.map(({ data }) => data))
  expect(page.replacements).toBe(2)
})

test('the journal finds the lines that a viewer is sent, and exports them', async () => {
  const panel = await startPanel()
  const filter: LogFilter = { levels: ['info', 'error'], tag: 'door', module: 'main', text: 'part "1"' }
  const viewer = new Viewer(panel.url, { channels: [logChannel(filter)] })
  await viewer.live()
  const sent = await send(panel, lines(150))
  const wanted = sent
    .filter((l) => ['info', 'error'].includes(l.level) && l.tag === 'door' && l.module === 'main')
    .filter(({ data }) => data.includes('part "1"'))
    .map(({ data }) => data)
  expect(wanted.length).toBeGreaterThan(5)
  expect(await heard(viewer, wanted.length)).toEqual(wanted)
  const query = logQuery(filter)
  const found = async (): Promise<string[]> => {
    const response = await fetch(new URL(`api/v1/events?${query.toString()}&order=asc&limit=1000`, panel.url))
    const { events } = (await response.json()) as { events: { body: { payload: { data: string } } }[] }
    return events.map(({ body }) => body.payload.data)
  }
  await waitFor(async () => (await found()).length === wanted.length, { what: 'the lines in the journal' })
  expect(await found()).toEqual(wanted)
  const exported = await fetch(new URL(`api/v1/export?${query.toString()}&format=ndjson`, panel.url))
  const rows = (await exported.text()).trim().split('\n')
  expect(rows.map((row) => (JSON.parse(row) as { body: { payload: { data: string } } }).body.payload.data)).toEqual(
    wanted,
  )
  const wrong = await fetch(new URL('api/v1/events?log=%7B%22tags%22%3A1%7D', panel.url))
  expect(wrong.status).toBe(400)
})
