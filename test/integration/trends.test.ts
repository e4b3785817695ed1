import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { TrendStore } from '../../src/core/trend-store.ts'
import { eventText } from '../../src/shared/event.ts'
import type { RecordedTag, TrendAnswer, TrendSeries } from '../../src/shared/trend-answer.ts'
import { trendReference } from '../../src/shared/trend-tag.ts'
import { Child } from '../support/child.ts'
import { openDatabase } from '../support/database.ts'
import { FaultyThread } from '../support/faulty-thread.ts'
import { startPanel, type TestPanel } from '../support/panel.ts'
import { fuzzSeed, Random } from '../support/random.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { naive, type Said, said, TAG, trendStore } from '../support/trend-stage.ts'
import { waitFor } from '../support/wait-for.ts'

const START = 1_795_200_000_000
const HOUR = 3_600_000
const DAY = 24 * HOUR

async function ask(store: TrendStore, from: number, to: number, points: number): Promise<TrendAnswer> {
  return JSON.parse(await store.query({ tags: [TAG], from, to, points })) as TrendAnswer
}

function seriesOf(
  answer: TrendAnswer,
): Omit<TrendSeries, 'tag' | 'boolean' | 'interval'> & { interval: number | null } {
  const [series] = answer.series
  if (!series) throw new Error('no series')
  const { tag, boolean, ...rest } = series
  expect([tag, boolean]).toEqual([trendReference(TAG), false])
  return rest
}

/** Samples about every `every` milliseconds, with pauses, doubts and missing values. */
function randomSamples(random: Random, count: number, every: number): Said[] {
  const samples: Said[] = []
  let time = START
  let value = 20
  let missing = false
  for (let i = 0; i < count; i += 1) {
    time += random.chance(0.004)
      ? random.integer(every * 4, every * 400)
      : Math.round(every * (0.9 + random.next() / 5))
    value += random.next() - 0.5
    const isBad = random.chance(0.01)
    const isNone = random.chance(0.01)
    // The end of values is said once.
    if (isNone && missing) continue
    missing = isNone
    samples.push({
      time,
      value: isNone ? null : random.chance(0.2) ? value : Math.round(value * 10) / 10,
      quality: isNone || isBad ? 'bad' : random.chance(0.02) ? 'uncertain' : 'good',
    })
  }
  return samples
}

const position = (samples: readonly Said[], offset: number) => ({
  epoch: 'e1',
  offset,
  time: samples[offset - 1]?.time ?? 0,
})

async function append(store: TrendStore, samples: readonly Said[], from = 0, to = samples.length): Promise<void> {
  await store.append({ texts: said(samples.slice(from, to), from + 1), position: position(samples, to) })
}

test.each([
  ['a day at 10 s', 8_000, 10_000],
  ['two hours at 1 s', 7_000, 1_000],
  ['two months at 15 min', 5_000, 900_000],
])('every bucket of %s holds exactly what the samples say, at every zoom', async (_name, count, every) => {
  const random = new Random(fuzzSeed())
  const samples = randomSamples(random, count, every)
  const store = trendStore(tempDir())
  await store.open()
  // In commits of any size, with a restart here and there.
  for (let at = 0; at < samples.length;) {
    const next = Math.min(samples.length, at + random.integer(1, 900))
    await append(store, samples, at, next)
    at = next
  }
  const first = samples[0]?.time ?? 0
  const last = samples.at(-1)?.time ?? 0
  const levels = new Set<string>()
  for (let i = 0; i < 40; i += 1) {
    const width = Math.max(1_000, (last - first) * 2 ** -random.integer(0, 12))
    const from = Math.round(first - width / 4 + random.next() * (last - first))
    const answer = await ask(store, from, from + width, random.integer(2, 700))
    levels.add(answer.level)
    const { interval, ...series } = seriesOf(answer)
    expect(series).toEqual(naive(samples, answer, interval))
    expect(answer.from).toBeLessThanOrEqual(from)
    expect(answer.to).toBeGreaterThanOrEqual(from + width)
  }
  const whole = await ask(store, first, last, 20)
  levels.add(whole.level)
  const { interval, ...series } = seriesOf(whole)
  expect(series).toEqual(naive(samples, whole, interval))
  expect(interval).toBeGreaterThan(every * 0.9)
  expect(interval).toBeLessThan(every * 1.1)
  expect([...levels].toSorted().join()).toContain(',')
})

test('silence is a gap for a tag that is sent by the clock, and none for one that is sent when it changes', async () => {
  const store = trendStore(tempDir())
  await store.open()
  const regular: Said[] = Array.from({ length: 60 }, (_, i) => ({
    time: START + i * 1_000 + (i >= 30 ? 20_000 : 0),
    value: i,
    quality: 'good',
  }))
  await append(store, regular)
  const answer = seriesOf(await ask(store, START, START + 90_000, 1_000))
  expect(answer.interval).toBe(1_000)
  expect(answer.gaps).toEqual([[START + 29_000, START + 50_000]])

  const valve = { machine: 'cell_1', device: 'valve', tag: 'value' }
  const times = [0, 1, 90, 91, 95, 400, 2_000, 2_001, 9_000, 9_500, 20_000, 20_100]
  const rare = times.map((seconds): Said => ({ time: START + seconds * 1_000, value: seconds % 2, quality: 'good' }))
  await store.append({ texts: said(rare, 100, valve), position: { epoch: 'e1', offset: 112, time: START } })
  const { series } = JSON.parse(
    await store.query({ tags: [valve], from: START, to: START + 30_000_000, points: 1_000 }),
  ) as TrendAnswer
  expect(series[0]).toMatchObject({ interval: null, gaps: [] })
})

test('a restart goes on where it stopped: nothing twice, nothing missing, whether in chunks or not yet', async () => {
  const dir = tempDir()
  const random = new Random(fuzzSeed())
  const samples = randomSamples(random, 5_000, 2_000)
  let at = 0
  for (let i = 0; i < 6; i += 1) {
    const store = trendStore(dir)
    const opened = await store.open()
    expect(opened?.offset ?? 0).toBe(at)
    const next = i === 5 ? samples.length : Math.min(samples.length, at + random.integer(200, 1_200))
    await append(store, samples, at, next)
    at = next
    await store.close()
  }
  const store = trendStore(dir)
  await store.open()
  const answer = await ask(store, START, samples.at(-1)?.time ?? 0, 4_000)
  const { interval, ...series } = seriesOf(answer)
  expect(series).toEqual(naive(samples, answer, interval))
})

test('what is older than it may be goes, tag by tag, and a tag without values goes with them', async () => {
  const dir = tempDir()
  const store = trendStore(dir)
  await store.open()
  const old = { machine: 'cell_1', device: 'old', tag: 'value' }
  const samples: Said[] = Array.from({ length: 4 * 24 * 6 }, (_, i) => ({
    time: START + i * 600_000,
    value: i,
    quality: 'good',
  }))
  await store.append({
    texts: said(samples.slice(0, 12), 1, old),
    position: { epoch: 'e1', offset: 12, time: START },
  })
  for (let at = 0; at < samples.length; at += 6) await append(store, samples, at, at + 6)
  const before = START + 2 * DAY
  while (await store.prune(before));
  const answer = seriesOf(await ask(store, START, START + 4 * DAY, 4_000))
  expect(answer.from[0]).toBeGreaterThan(before - 2 * HOUR)
  expect(answer.from[0]).toBeLessThanOrEqual(before)
  expect(answer.last.at(-1)).toBe(samples.length - 1)
  const { tags } = JSON.parse(await store.tags()) as { tags: RecordedTag[] }
  expect(tags.map(({ tag, first }) => [tag, first])).toEqual([[trendReference(TAG), answer.from[0]]])
  await store.close()
  const database = openDatabase(join(dir, 'trends.db'), { readOnly: true })
  const { chunks } = database.prepare('SELECT count(*) AS chunks FROM chunks WHERE end < ?').get(before) as {
    chunks: number
  }
  database.close()
  expect(chunks).toBe(0)
})

test('a damaged file goes aside under its own name, and recording begins anew', async () => {
  const dir = tempDir()
  const store = trendStore(dir)
  await store.open()
  await append(store, [{ time: START, value: 1, quality: 'good' }])
  await store.close()
  rmSync(join(dir, 'trends.db-wal'), { force: true })
  writeFileSync(join(dir, 'trends.db'), 'this is no database, by any means whatever')
  const next = trendStore(dir)
  expect(await next.open()).toBeNull()
  await append(next, [{ time: START, value: 2, quality: 'good' }])
  expect(seriesOf(await ask(next, START, START + 1_000, 10)).last).toEqual([2])
})

/* The whole panel. */

const url = (panel: TestPanel, query: string): URL => new URL(`api/v1/trends${query}`, panel.url)

async function get(panel: TestPanel, query: string): Promise<TrendAnswer> {
  const answer = await fetch(url(panel, query))
  expect(answer.status).toBe(200)
  return (await answer.json()) as TrendAnswer
}

/** Values that the panel has taken in. */
async function send(panel: TestPanel, values: readonly (number | boolean)[]): Promise<void> {
  const sender = unixSender(panel.socket)
  const before = panel.health().offset
  for (const value of values) {
    await sender.send(datagram('cell_1', 'device_update', { device_id: 'motor_01', new_state: { speed: value } }))
  }
  await waitFor(() => panel.health().offset >= before + values.length)
}

const numbers = (answer: TrendAnswer): number[] => answer.series[0]?.last ?? []

test('what came in is in the answer at once, with the tags and their times', async () => {
  const panel = await startPanel()
  await send(panel, [10, 20, 30])
  const answer = await get(panel, '?tag=cell_1/motor_01/speed&tag=cell_1/nothing/here&points=4000')
  expect(numbers(answer).at(-1)).toBe(30)
  expect(Math.min(...(answer.series[0]?.min ?? []))).toBe(10)
  expect(answer.series[1]).toMatchObject({ tag: 'cell_1/nothing/here', last: [] })
  const { tags } = (await (await fetch(url(panel, '/tags'))).json()) as { tags: RecordedTag[] }
  expect(tags).toMatchObject([{ tag: 'cell_1/motor_01/speed', machine: 'cell_1', boolean: false }])
})

test('names with slashes and percent signs are tags like any other', async () => {
  const panel = await startPanel()
  const sender = unixSender(panel.socket)
  await sender.send(datagram('50 % / x', 'tag_update', { device_id: 'a/b', tag: 'on?&', value: true }))
  await waitFor(() => panel.health().offset === 1)
  const reference = trendReference({ machine: '50 % / x', device: 'a/b', tag: 'on?&' })
  const answer = await get(panel, `?${new URLSearchParams({ tag: reference }).toString()}`)
  expect(answer.series).toMatchObject([{ tag: reference, boolean: true, last: [1] }])
})

test('a query that is not right is refused with a sentence', async () => {
  const panel = await startPanel()
  for (const [query, word] of [
    ['', 'tag'],
    ['?tag=cell_1', 'cell_1'],
    ['?tag=a/b/c&points=1', 'points'],
    ['?tag=a/b/c&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'before'],
    ['?tag=a/b/c&from=never', 'never'],
    [`?${Array.from({ length: 13 }, (_, i) => `tag=a/b/${i}`).join('&')}`, 'tag'],
    ['?tag=a/b/c&nonsense=1', 'nonsense'],
  ] as const) {
    const answer = await fetch(url(panel, query))
    expect([query, answer.status]).toEqual([query, 400])
    expect(await answer.text()).toContain(word)
  }
})

test('an export holds every value as it came, in order, and a name is never a formula', async () => {
  const panel = await startPanel()
  await send(panel, [1, 2.5, 3])
  const sender = unixSender(panel.socket)
  await sender.send(datagram('=cmd()', 'tag_update', { device_id: 'd', tag: 't,"x"', value: 7, quality: 'Bad' }))
  await waitFor(() => panel.health().offset === 4)
  const query = new URLSearchParams({ format: 'csv' })
  query.append('tag', 'cell_1/motor_01/speed')
  query.append('tag', trendReference({ machine: '=cmd()', device: 'd', tag: 't,"x"' }))
  const answer = await fetch(url(panel, `?${query.toString()}`))
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="andon-trends-[\w-]+\.csv"$/)
  const lines = (await answer.text()).trimEnd().split('\r\n')
  expect(lines.map((line) => line.replace(/^[^,]*,/, ''))).toEqual([
    'machine,device,tag,value,quality',
    'cell_1,motor_01,speed,1,good',
    'cell_1,motor_01,speed,2.5,good',
    'cell_1,motor_01,speed,3,good',
    `'=cmd(),d,"t,""x""",7,bad`,
  ])
})

test('what was taken in while the trends were not recorded is caught up from the journal', async () => {
  const dir = tempDir()
  const first = await startPanel([], { dir })
  await send(first, [1, 2, 3])
  await waitFor(() => first.health().journal.durable === 3)
  await first.close()
  rmSync(join(first.config.dataDir, 'trends.db'))
  const panel = await startPanel([], { dir })
  await waitFor(async () => numbers(await get(panel, '?tag=cell_1/motor_01/speed&points=4000')).at(-1) === 3)
  await send(panel, [4])
  const csv = await (await fetch(url(panel, '?tag=cell_1/motor_01/speed&format=csv'))).text()
  expect(csv.match(/speed,\d/g)).toEqual(['speed,1', 'speed,2', 'speed,3', 'speed,4'])
})

test('a new journal under old trends is recorded from its first event', async () => {
  const dir = tempDir()
  const store = trendStore(join(dir, 'data'))
  await store.open()
  const before: Said[] = [{ time: Date.now() - 60_000, value: 1, quality: 'good' }]
  await store.append({ texts: said(before), position: { epoch: 'before', offset: 2_000, time: Date.now() - 60_000 } })
  await store.close()
  const panel = await startPanel([], { dir })
  await send(panel, [5, 6])
  const csv = await (await fetch(url(panel, '?tag=cell_1/motor_01/speed&format=csv'))).text()
  expect(csv.match(/speed,\d/g)).toEqual(['speed,5', 'speed,6'])
})

test('a panel that was killed goes on where it stopped, in its own process', async () => {
  const dir = tempDir()
  const socket = join(dir, 'events.sock')
  const start = async (): Promise<{ child: Child; url: string }> => {
    const args = ['--port', '0', '--events-socket', socket, '--data-dir', join(dir, 'data'), '--log-level', 'info']
    const child = new Child(process.execPath, ['out/main/headless.js', ...args])
    return { child, url: (await child.printed(/Andon is at (\S+)\n/))[1] ?? '' }
  }
  const say = async (value: number): Promise<void> => {
    await unixSender(socket).send(datagram('cell_1', 'device_update', { device_id: 'm', new_state: { speed: value } }))
  }
  const values = async (at: string): Promise<number[]> => {
    const csv = await (await fetch(new URL('api/v1/trends?tag=cell_1/m/speed&format=csv', at))).text()
    return [...csv.matchAll(/speed,(\d+)/g)].map(([, value]) => Number(value))
  }
  const first = await start()
  for (let i = 1; i <= 5; i += 1) await say(i)
  await waitFor(async () => (await values(first.url)).length === 5)
  // What is durable in the journal is recorded, whether it was before the kill or is caught up after it.
  await say(6)
  await waitFor(async () => {
    const journal = (await (await fetch(new URL('api/v1/journal', first.url))).json()) as { durable: number }
    return journal.durable === 6
  })
  first.child.process.kill('SIGKILL')
  await first.child.ended()
  const second = await start()
  await say(7)
  await waitFor(async () => (await values(second.url)).length >= 7)
  expect(await values(second.url)).toEqual([1, 2, 3, 4, 5, 6, 7])
})

test('a value of bad quality is in the file but not on the curve, which has a gap there', async () => {
  const panel = await startPanel()
  const sender = unixSender(panel.socket)
  const says = [
    [1, 'Good'],
    [900, 'Bad'],
    [2, 'Uncertain'],
  ] as const
  for (const [value, quality] of says) {
    await sender.send(datagram('cell_1', 'tag_update', { device_id: 'd', tag: 't', value, quality }))
  }
  await waitFor(() => panel.health().offset === 3)
  const { series } = await get(panel, '?tag=cell_1/d/t&points=4000')
  expect(Math.max(...(series[0]?.max ?? []))).toBe(2)
  expect(Math.max(...(series[0]?.quality ?? []))).toBeGreaterThan(0)
  const csv = await (await fetch(url(panel, '?tag=cell_1/d/t&format=csv'))).text()
  expect(csv.match(/t,\d+,\w+/g)).toEqual(['t,1,good', 't,900,bad', 't,2,uncertain'])
})

test('while the disk fails it is a problem and nothing else; then everything is recorded after all', async () => {
  const thread = new FaultyThread('trends')
  const panel = await startPanel([], { journalThread: thread.file })
  await send(panel, [1])
  await get(panel, '?tag=cell_1/motor_01/speed')
  thread.fail('disk_full')
  await send(panel, [2, 3])
  await waitFor(() => panel.health().problems.some(({ code }) => code === 'trends_failed'))
  expect(panel.health().journal.state).toBe('durable')
  expect((await fetch(url(panel, '?tag=cell_1/motor_01/speed'))).status).toBe(503)
  thread.mend()
  await waitFor(() => panel.health().problems.length === 0)
  thread.fail('exit')
  await send(panel, [4])
  await waitFor(() => panel.health().problems.some(({ code }) => code === 'trends_failed'))
  thread.mend()
  await waitFor(() => panel.health().problems.length === 0)
  const csv = await (await fetch(url(panel, '?tag=cell_1/motor_01/speed&format=csv'))).text()
  expect(csv.match(/speed,\d/g)).toEqual(['speed,1', 'speed,2', 'speed,3', 'speed,4'])
})

test('so many ask for tags and curves at a time from one address, and the others are told that it is busy', async () => {
  const thread = new FaultyThread('trends')
  const panel = await startPanel([], { journalThread: thread.file })
  await send(panel, [1])
  await get(panel, '?tag=cell_1/motor_01/speed')
  thread.fail('hold')
  const refused: string[] = []
  const statuses: number[] = []
  const asked = Array.from({ length: 20 }, async () => {
    const answer = await fetch(url(panel, '/tags'))
    statuses.push(answer.status)
    const text = await answer.text()
    if (answer.status === 429) refused.push(text)
  })
  // Sixteen wait for the reader, whichever of them came first.
  await waitFor(() => refused.length === 4)
  expect(statuses).toEqual([429, 429, 429, 429])
  expect(refused[0]).toContain('Other searches are running')
  expect((await fetch(url(panel, '?tag=cell_1/motor_01/speed'))).status).toBe(429)
  thread.mend()
  await Promise.all(asked)
  expect(statuses.slice(4)).toEqual(Array.from({ length: 16 }, () => 200))
  expect((await fetch(url(panel, '/tags'))).status).toBe(200)
})

test('a stale or ended machine has no value from then on', async () => {
  const panel = await startPanel()
  await send(panel, [5])
  await unixSender(panel.socket).send(datagram('cell_1', 'machine_terminated'))
  await waitFor(() => panel.health().offset === 2)
  const answer = await get(panel, '?tag=cell_1/motor_01/speed')
  expect(answer.series[0]?.gaps).toEqual([[expect.any(Number), null]])
})

test('names that the database cannot tell apart are one tag, also after a start; the others are recorded all the while', async () => {
  const dir = tempDir()
  const names = ['d', 'd\0', 'd\ud800', 'd\udfff', 'd\n', '__proto__', '😀']
  const all = names.flatMap((machine) => names.flatMap((device) => names.map((tag) => ({ machine, device, tag }))))
  let offset = 0
  for (let run = 0; run < 2; run += 1) {
    const store = trendStore(dir)
    await store.open()
    const time = START + run * HOUR
    const texts = all.flatMap((tag) => said([{ time, value: run, quality: 'good' }], (offset += 1), tag))
    texts.push(
      eventText((offset += 1), time, 'panel', '{"machine_name":"d\\ud800","type":"machine_stale","payload":{}}'),
    )
    await store.append({ texts, position: { epoch: 'e', offset, time } })
    const { tags } = JSON.parse(await store.tags()) as { readonly tags: readonly unknown[] }
    // One of the two halves stands for both.
    expect(tags).toHaveLength(6 ** 3)
    const asked = [{ machine: '😀', device: 'd\ud800', tag: 'd\0' }]
    const { series } = JSON.parse(
      await store.query({ tags: asked, from: START - HOUR, to: START + 3 * HOUR, points: 10 }),
    ) as TrendAnswer
    expect(series[0]?.last.at(-1)).toBe(run)
    await store.close()
  }
})
