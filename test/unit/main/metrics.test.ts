import { expect, test } from 'vitest'
import { EventTally } from '../../../src/core/event-tally.ts'
import { Hub } from '../../../src/core/hub.ts'
import { Metrics } from '../../../src/main/metrics.ts'
import { MOST_NAMED_LINKS } from '../../../src/main/metrics/link-metrics.ts'
import { linkView } from '../../../src/renderer/model/link-view.ts'
import { FAMILIES } from '../../../src/shared/family.ts'
import { type Health, REFUSALS, type ViewerHealth } from '../../../src/shared/health.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { type PrometheusText, readPrometheus, sampleOf } from '../../support/prometheus.ts'

const viewer = (more: Partial<ViewerHealth>): ViewerHealth => ({
  session: 's',
  kind: 'remote',
  address: '127.0.0.1:1',
  agent: 'test',
  since: 0,
  lag: 0,
  pending: 0,
  conflated: 0,
  resets: 0,
  roundTrip: null,
  ...more,
})

/** Real events, folded; of the panel's own health what a test says. */
class Stage {
  readonly clock = new FakeClock(1_795_236_900_000)
  readonly hub = new Hub({ clock: this.clock, epoch: 'metrics' })
  readonly #tally = new EventTally(this.hub)
  readonly #metrics: Metrics

  constructor(health: Partial<Health> = {}) {
    this.#metrics = new Metrics({
      health: () => ({
        startedAt: 0,
        time: this.clock.now(),
        version: '1.2.3',
        offset: this.hub.head,
        sessions: 0,
        viewers: [],
        journal: { state: 'durable', durable: 0, first: 1, bytes: null, lost: 0 },
        listeners: [],
        problems: [],
        refusedSamples: [],
        ...health,
      }),
      folded: () => this.hub.folded,
      sessions: () => ({ opened: 7, conflated: 8, resets: 9 }),
      tally: this.#tally,
    })
  }

  say(machine: string, type: string, payload: object = {}): void {
    const body = { machine_name: machine, type, payload }
    this.hub.append('machine', body, JSON.stringify(body))
  }

  async read(): Promise<PrometheusText> {
    return readPrometheus(await this.#metrics.text())
  }
}

test('every figure of a link is the one that its card shows', async () => {
  const stage = new Stage()
  for (let n = 1; n <= 200; n += 1) {
    stage.clock.pass(500)
    stage.say('gw', 'connection_event', {
      connection_type: 'http',
      direction: n % 2 === 0 ? 'send' : 'receive',
      data_size_bytes: n,
      response_time_ms: n * 3.5,
      error: n % 50 === 0 ? 'Reset' : null,
    })
  }
  const [link] = stage.hub.folded.links.values()
  if (!link) throw new Error('no link')
  const shown = linkView(link, stage.clock.now())
  const text = await stage.read()
  const labels = { machine: 'gw', type: 'http' }
  const figure = (name: string, more = {}): number => sampleOf(text, `andon_link_${name}`, { ...labels, ...more })
  expect({
    events: figure('events_total'),
    errors: figure('errors_total'),
    sentBytes: figure('sent_bytes_total'),
    receivedBytes: figure('received_bytes_total'),
    responses: figure('responses_total'),
    failing: figure('failing') === 1,
  }).toEqual({ events: 200, errors: 4, sentBytes: 10_100, receivedBytes: 10_000, responses: 200, failing: true })
  expect(figure('response_seconds_total')).toBeCloseTo(link.responseMs / 1000, 9)
  expect(figure('health_score')).toBe(shown.score)
  expect(figure('response_quantile_seconds', { quantile: '0.5' })).toBe((shown.median ?? 0) / 1000)
  expect(figure('response_quantile_seconds', { quantile: '0.95' })).toBe((shown.p95 ?? 0) / 1000)
})

test('what a link does not know is not there, and nothing is counted twice when it is asked for twice', async () => {
  const stage = new Stage()
  stage.say('gw', 'connection_event', { connection_type: 'mqtt', direction: 'send', data_size_bytes: 5 })
  await stage.read()
  const text = await stage.read()
  expect(sampleOf(text, 'andon_link_sent_bytes_total')).toBe(5)
  expect(text.samples.some(({ name }) => name === 'andon_link_response_quantile_seconds')).toBe(false)
  stage.clock.pass(3_600_000)
  const later = await stage.read()
  expect(later.samples.some(({ name }) => name === 'andon_link_health_score')).toBe(false)
  expect(sampleOf(later, 'andon_link_events_total')).toBe(1)
})

test('names that would break the format come out as they went in', async () => {
  const stage = new Stage()
  const names = ['a"b', 'c\\d', 'e\nf', '{x="y"} 1', 'обмен, 😀', '\\n', ' ', '# TYPE x counter']
  for (const type of names) stage.say('gw"\\', 'connection_event', { connection_type: type, direction: 'send' })
  const text = await stage.read()
  const found = text.samples.filter(({ name }) => name === 'andon_link_events_total')
  expect(found.map(({ labels }) => labels['type'])).toEqual(names)
  expect(new Set(found.map(({ labels }) => labels['machine']))).toEqual(new Set(['gw"\\']))
})

test('links beyond the first few hundred are counted together, and no event is missing', async () => {
  const stage = new Stage()
  for (let n = 0; n < MOST_NAMED_LINKS + 30; n += 1) {
    stage.say(`m${n}`, 'connection_event', { connection_type: 't', direction: 'send', data_size_bytes: 2 })
  }
  const text = await stage.read()
  const events = text.samples.filter(({ name }) => name === 'andon_link_events_total')
  expect(events.length).toBe(MOST_NAMED_LINKS + 1)
  expect(sampleOf(text, 'andon_link_events_total', { machine: 'other' })).toBe(30)
  expect(sampleOf(text, 'andon_link_sent_bytes_total', { machine: 'other' })).toBe(60)
  // Who was named once keeps the name, whoever comes and goes.
  stage.say('m0', 'connection_event', { connection_type: 'another', direction: 'send' })
  const later = await stage.read()
  expect(sampleOf(later, 'andon_link_events_total', { machine: 'm0', type: 't' })).toBe(1)
  expect(sampleOf(later, 'andon_link_events_total', { machine: 'other' })).toBe(31)
})

test('what the panel says of itself is what its health says', async () => {
  const stage = new Stage({
    sessions: 2,
    viewers: [
      viewer({ lag: 3, pending: 100, roundTrip: 12 }),
      viewer({ lag: 40, pending: 20, roundTrip: 250 }),
      viewer({ roundTrip: null }),
    ],
    journal: { state: 'memory', durable: 41, first: 1, bytes: 4_096, lost: 5 },
    listeners: [
      {
        kind: 'unix',
        address: '/tmp/a "b"\\.sock',
        state: 'listening',
        problem: null,
        received: 12,
        accepted: 9,
        refused: { not_json: 2, empty: 1 },
        errors: 4,
        lastReceivedAt: 1,
      },
      {
        kind: 'udp',
        address: '127.0.0.1:3003',
        state: 'failed',
        problem: 'x',
        received: 0,
        accepted: 0,
        refused: {},
        errors: 0,
        lastReceivedAt: null,
      },
    ],
    problems: [{ code: 'journal_io', message: 'm', remedy: 'r' }],
  })
  const text = await stage.read()
  const unix = { listener: '/tmp/a "b"\\.sock' }
  const udp = { listener: '127.0.0.1:3003' }
  const figures: [string, Record<string, string>, number][] = [
    ['ingest_received_total', unix, 12],
    ['ingest_accepted_total', unix, 9],
    ['ingest_errors_total', unix, 4],
    ['ingest_listening', unix, 1],
    ['ingest_listening', udp, 0],
    ['ingest_received_total', udp, 0],
    ['head_offset', {}, 0],
    ['journal_durable', {}, 0],
    ['journal_durable_offset', {}, 41],
    ['journal_bytes', {}, 4_096],
    ['journal_lost_total', {}, 5],
    ['problems', {}, 1],
    ['sessions', {}, 2],
    ['sessions_opened_total', {}, 7],
    ['session_lag_max', {}, 40],
    ['session_pending_bytes', {}, 120],
    ['session_round_trip_max_seconds', {}, 0.25],
    ['session_conflated_total', {}, 8],
    ['session_resets_total', {}, 9],
  ]
  for (const [name, labels, value] of figures) {
    expect([name, labels, sampleOf(text, `andon_${name}`, labels)]).toEqual([name, labels, value])
  }
  const refused = REFUSALS.map((reason) => sampleOf(text, 'andon_ingest_refused_total', { ...unix, reason }))
  expect(refused.reduce((sum, count) => sum + count, 0)).toBe(3)
  expect(sampleOf(text, 'andon_ingest_refused_total', { ...unix, reason: 'not_json' })).toBe(2)
})

test('what is not known yet is not there', async () => {
  const text = await new Stage().read()
  for (const name of ['andon_journal_bytes', 'andon_session_round_trip_max_seconds']) {
    expect(text.samples.filter((sample) => sample.name === name)).toEqual([])
  }
  expect(sampleOf(text, 'andon_session_lag_max')).toBe(0)
})

test('events are counted by family, alarms and commands by status, and every counter ends in _total', async () => {
  const stage = new Stage()
  stage.say('m', 'state_change', { to_state: 'on' })
  stage.say('m', 'log_entry', { data: 'x' })
  stage.say('m', 'log_entry', { data: 'y' })
  // A machine cannot pose as the panel.
  stage.say('m', 'command_confirmed', { command_id: 'x' })
  const text = await stage.read()
  const byFamily = Object.fromEntries(
    FAMILIES.map((family) => [family, sampleOf(text, 'andon_events_total', { family })]),
  )
  expect(byFamily).toMatchObject({ machine: 1, log: 2, command: 1, job: 0 })
  expect(sampleOf(text, 'andon_commands_total', { status: 'confirmed' })).toBe(0)
  expect(sampleOf(text, 'andon_machines')).toBe(1)
  for (const [name, kind] of text.kinds) expect([name, kind === 'counter']).toEqual([name, name.endsWith('_total')])
})
