import { expect, test } from 'vitest'
import { type Link, linkKey } from '../../src/shared/link.ts'
import { linkHour } from '../../src/shared/link-figures.ts'
import { percentile } from '../../src/shared/response-histogram.ts'
import { python, PYTHON_SEND } from '../support/python.ts'
import { startPanel, type TestPanel } from '../support/panel.ts'
import { type PrometheusText, readPrometheus, sampleOf } from '../support/prometheus.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { RawViewer, Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

/* What machines say of their connections: by real datagrams into the state, the snapshot and the metrics. */

const said = (type: string, more: object = {}): string =>
  datagram('gateway', 'connection_event', {
    connection_type: type,
    direction: 'send',
    script_name: 'bridge.py',
    function_name: 'broadcast',
    data_size_bytes: 10,
    response_time_ms: 5,
    error: null,
    metadata: {},
    broadcast_time: 1_795_236_900.5,
    ...more,
  })

async function scrape(panel: TestPanel): Promise<PrometheusText> {
  const response = await fetch(new URL('metrics', panel.url))
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toContain('text/plain; version=0.0.4')
  return readPrometheus(await response.text())
}

test('connection events sent by Python are links in the state, the same on both sides and in the metrics', async () => {
  const panel = await startPanel()
  const viewer = new Viewer(panel.url)
  await viewer.live()
  await python(PYTHON_SEND, [
    panel.socket,
    said('mqtt', { response_time_ms: 12.5 }),
    said('mqtt', { direction: 'receive', data_size_bytes: 300, response_time_ms: 20 }),
    said('mqtt', { direction: 'error', data_size_bytes: 0, error: 'Връзката е прекъсната', response_time_ms: 700 }),
    said('обмен "1"\\', { direction: 'outbound' }),
  ])
  const { links } = viewer.client.replica.state
  await waitFor(() => links.size === 2, { what: 'both links' })
  const link = links.get(linkKey('gateway', 'mqtt'))
  expect(link).toMatchObject({
    events: 3,
    errors: 1,
    sentBytes: 10,
    receivedBytes: 300,
    responses: 3,
    responseMs: 732.5,
    failing: true,
    lastErrors: [{ offset: 3, message: 'Връзката е прекъсната', script: 'bridge.py', call: 'broadcast' }],
  })
  const late = new Viewer(panel.url)
  await late.live()
  expect([...late.client.replica.state.links]).toEqual([...links])

  const text = await scrape(panel)
  const labels = { machine: 'gateway', type: 'mqtt' }
  const figure = (name: string, more = {}): number => sampleOf(text, `andon_link_${name}`, { ...labels, ...more })
  if (!link) throw new Error('no link')
  expect([figure('events_total'), figure('errors_total'), figure('response_seconds_total')]).toEqual([3, 1, 0.7325])
  expect([figure('sent_bytes_total'), figure('received_bytes_total'), figure('failing')]).toEqual([10, 300, 1])
  expect(figure('response_quantile_seconds', { quantile: '0.95' })).toBe((percentile(link.histogram, 0.95) ?? 0) / 1000)
  expect(figure('health_score')).toBe(linkHour(link, link.lastEventAt).score)
  expect(sampleOf(text, 'andon_link_events_total', { type: 'обмен "1"\\' })).toBe(1)
})

test('what a viewer of one machine is shown of links is that machine’s', async () => {
  const panel = await startPanel()
  const viewer = new Viewer(panel.url, { channels: ['machine:gateway'] })
  await viewer.live()
  const sender = unixSender(panel.socket)
  await sender.send(said('http'))
  await sender.send(datagram('other', 'connection_event', { connection_type: 'http', direction: 'send' }))
  await viewer.at(1)
  const late = new Viewer(panel.url, { channels: ['machine:gateway'] })
  await late.live()
  await late.at(2)
  for (const each of [viewer, late]) {
    expect([...each.client.replica.state.links.values()].map(({ machine }) => machine)).toEqual(['gateway'])
  }
})

test('links are still known after a restart of the panel', async () => {
  const panel = await startPanel()
  const sender = unixSender(panel.socket)
  for (let n = 0; n < 50; n += 1)
    await sender.send(said('http', { response_time_ms: n, error: n % 10 ? null : 'Reset' }))
  const viewer = new Viewer(panel.url)
  await viewer.live()
  const links = (each: Viewer): Link[] => [...each.client.replica.state.links.values()]
  await waitFor(() => links(viewer)[0]?.events === 50, { what: 'fifty events of the link' })
  const before = structuredClone(links(viewer))
  await panel.close()
  const again = await startPanel(['--data-dir', panel.config.dataDir, '--events-socket', panel.socket])
  const later = new Viewer(again.url)
  await later.live()
  expect(links(later)).toEqual(before)
  expect(sampleOf(await scrape(again), 'andon_link_events_total')).toBe(50)
})

test('the metrics say what came in, what was refused and why, who watches, and how events are made durable', async () => {
  const panel = await startPanel()
  const viewers = [new Viewer(panel.url), new Viewer(panel.url, { channels: ['log:{}'] })]
  for (const viewer of viewers) await viewer.live()
  const gone = await new RawViewer(panel.url).open()
  gone.socket.close()
  await gone.close()
  const sender = unixSender(panel.socket)
  for (let n = 0; n < 5; n += 1) await sender.send(said('http'))
  for (const bad of ['', '{', '[]', '{"machine_name":"m"}', '{"machine_name":"m"}']) await sender.send(bad)
  const text = await waitFor(
    async () => {
      const scraped = await scrape(panel)
      const seen = sampleOf(scraped, 'andon_ingest_received_total') >= 10
      const durable = sampleOf(scraped, 'andon_journal_durable_offset') === sampleOf(scraped, 'andon_head_offset')
      return seen && durable && sampleOf(scraped, 'andon_sessions') === 2 && scraped
    },
    { what: 'what was sent in the metrics' },
  )
  const listener = panel.socket
  const refused = (reason: string): number => sampleOf(text, 'andon_ingest_refused_total', { listener, reason })
  expect(sampleOf(text, 'andon_ingest_accepted_total', { listener })).toBe(5)
  expect(['empty', 'not_json', 'not_object', 'no_type', 'too_deep'].map(refused)).toEqual([1, 1, 1, 2, 0])
  expect(sampleOf(text, 'andon_events_total', { family: 'connection' })).toBe(5)
  expect(sampleOf(text, 'andon_head_offset')).toBeGreaterThanOrEqual(5)
  expect(sampleOf(text, 'andon_sessions_opened_total')).toBe(3)
  expect(sampleOf(text, 'andon_ingest_listening', { listener })).toBe(1)
  expect(sampleOf(text, 'andon_journal_durable')).toBe(1)
  expect(sampleOf(text, 'andon_problems')).toBe(0)
})

test('metrics are for this computer alone, as everything is', async () => {
  const panel = await startPanel()
  const response = await fetch(new URL('metrics', panel.url), { headers: { Origin: 'http://evil.example' } })
  expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull()
  const posted = await fetch(new URL('metrics', panel.url), { method: 'POST' })
  expect([404, 405, 415]).toContain(posted.status)
})
