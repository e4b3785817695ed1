import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { AndonEvent } from '../../src/shared/event.ts'
import type { StateSnapshot } from '../../src/shared/state.ts'
import { startPanel, type TestPanel } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'

interface Page {
  readonly events: AndonEvent[]
  readonly next: string | null
}

const at = (panel: TestPanel, path: string): URL => new URL(path, panel.url)

async function events(panel: TestPanel, query = ''): Promise<Page> {
  return (await (await fetch(at(panel, `api/v1/events${query}`))).json()) as Page
}

const offsets = (page: Page): number[] => page.events.map((event) => event.offset)

/** Thirty events of three machines, durable. */
async function plant(dir?: string): Promise<TestPanel> {
  const panel = await startPanel([], dir === undefined ? {} : { dir })
  const sender = unixSender(panel.socket)
  for (let i = 1; i <= 30; i += 1) {
    const type = i % 3 === 0 ? 'activity_log' : 'state_change'
    const payload =
      type === 'activity_log'
        ? { message: `Прочетен ${i}`, level: i % 2 === 0 ? 'warn' : 'info' }
        : { to_state: `s${i}` }
    // As Python writes it.
    const text = datagram(`m${i % 3}`, type, payload).replaceAll(
      /[\u0080-\uffff]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    await sender.send(text)
  }
  await waitFor(() => panel.health().journal.durable === 30)
  return panel
}

test('events are paged newest first by default, with a cursor that stays right while new ones come in', async () => {
  const panel = await plant()
  const first = await events(panel, '?limit=10')
  expect(offsets(first)).toEqual([30, 29, 28, 27, 26, 25, 24, 23, 22, 21])
  await unixSender(panel.socket).send(datagram('late', 'tick'))
  await waitFor(() => panel.health().journal.durable === 31)
  const second = await events(panel, `?limit=10&cursor=${first.next}`)
  expect(offsets(second)).toEqual([20, 19, 18, 17, 16, 15, 14, 13, 12, 11])
  const third = await events(panel, `?limit=10&cursor=${second.next}`)
  expect(offsets(third)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
  expect(third.next).toBeNull()
  expect(offsets(await events(panel, '?order=asc&limit=3&cursor=12'))).toEqual([13, 14, 15])
})

test('whoever searches without end takes no turns from those who hear and tell: the reader stands back', async () => {
  const panel = await startPanel()
  await fetch(new URL('api/v1/events?text=x', panel.url))
  // Only there it is counted by the thread.
  if (process.platform !== 'linux') return
  const tasks = readdirSync('/proc/self/task')
  // The 19th field of proc(5), counted behind the name, which may hold anything.
  const nicenesses = tasks.map(
    (task) => readFileSync(`/proc/self/task/${task}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[16],
  )
  expect(nicenesses).toEqual(expect.arrayContaining(['0', '10']))
})

test('events are found by machine, type, level, and by text however it was escaped', async () => {
  const panel = await plant()
  expect((await events(panel, '?machine=m1')).events).toHaveLength(10)
  expect((await events(panel, '?type=activity_log&level=warning')).events).toHaveLength(5)
  expect(offsets(await events(panel, `?text=${encodeURIComponent('прочетен 27')}`))).toEqual([27])
  expect((await events(panel, '?machine=nobody')).events).toEqual([])
  const [middle] = (await events(panel, '?cursor=16&limit=1')).events
  const until = await events(panel, `?to=${middle?.time}`)
  expect(offsets(until).every((offset) => offset >= 1)).toBe(true)
  expect(offsets(until)).toContain(15)
})

test('a query that is not right is refused with a sentence that names the key', async () => {
  const panel = await startPanel()
  for (const [query, word] of [
    ['?limit=0', 'limit'],
    ['?limit=5000', 'limit'],
    ['?level=loud', 'level'],
    ['?from=yesterday', 'yesterday'],
    ['?nonsense=1', 'additional'],
    ['?cursor=-1', 'cursor'],
  ] as const) {
    const answer = await fetch(at(panel, `api/v1/events${query}`))
    const text = await answer.text()
    expect([query, answer.status]).toEqual([query, 400])
    expect(text).toContain(word)
    expect(text).not.toMatch(/node_modules|\.ts|\.js|at \w/)
  }
})

test('the state at a past moment is that of the events up to then, also after a restart', async () => {
  const dir = tempDir()
  const before = await plant(dir)
  const all = (await events(before, '?order=asc&limit=1000')).events
  await before.close()
  const panel = await startPanel([], { dir })
  for (const event of [all[3], all[14], all[29]]) {
    const answer = await fetch(at(panel, `api/v1/state?at=${event?.time}`))
    const past = (await answer.json()) as { offset: number; state: StateSnapshot }
    const until = all.filter((other) => other.time <= (event?.time ?? 0))
    expect(past.offset).toBe(until.at(-1)?.offset)
    const count = past.state.machines.reduce((sum, machine) => sum + machine.events, 0)
    expect(count).toBe(until.length)
    expect(past.state.recent.map((recent) => recent.offset)).toEqual(until.map((other) => other.offset))
  }
})

test('the ends of the journal are told, for whoever wants to scrub through it', async () => {
  const panel = await plant()
  const journal = (await (await fetch(at(panel, 'api/v1/journal'))).json()) as Record<string, unknown>
  expect(journal).toMatchObject({ first: { offset: 1 }, last: { offset: 30 }, state: 'durable', durable: 30, lost: 0 })
})

test('an export as NDJSON holds every event of the query, one a line, with the ends in the headers', async () => {
  const panel = await plant()
  await unixSender(panel.socket).send('{"machine_name":"m1",\n "type":"broken line"}')
  await waitFor(() => panel.health().journal.durable === 31)
  const answer = await fetch(at(panel, 'api/v1/export?machine=m1'))
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="andon-events-[\w-]+\.ndjson"$/)
  expect(answer.headers.get('x-andon-first-offset')).toBe('1')
  expect(answer.headers.get('x-andon-last-offset')).toBe('31')
  const lines = (await answer.text()).trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as AndonEvent).body.machine_name)).toEqual(
    Array.from({ length: 11 }, () => 'm1'),
  )
})

test('an export as CSV quotes what must be quoted and defuses what a spreadsheet would run', async () => {
  const panel = await startPanel()
  const sender = unixSender(panel.socket)
  await sender.send(datagram('=cmd|calc', '@sum', { text: 'a "quoted", word\nand a line' }))
  await waitFor(() => panel.health().journal.durable === 1)
  const text = await (await fetch(at(panel, 'api/v1/export?format=csv'))).text()
  const [head, line, rest] = text.split('\r\n')
  expect(head).toBe('offset,time,origin,machine,type,family,level,source_time,payload')
  expect(line).toMatch(
    /^1,\d{4}-\d\d-\d\dT[\d:.]+Z,machine,'=cmd\|calc,'@sum,other,,,"\{""text"":""a \\""quoted\\"", word\\nand a line""\}"$/,
  )
  expect(rest).toBe('')
})

test('two exports may run at a time; a third is told to come later, and an abandoned one makes room', async () => {
  const panel = await startPanel()
  const sender = unixSender(panel.socket)
  const text = datagram('m', 'activity_log', { message: 'x'.repeat(4_000) })
  for (let i = 0; i < 8_000; i += 1) await sender.send(text)
  await waitFor(() => panel.health().journal.durable === 8_000)
  const controllers = [new AbortController(), new AbortController()]
  for (const { signal } of controllers) expect((await fetch(at(panel, 'api/v1/export'), { signal })).status).toBe(200)
  expect((await fetch(at(panel, 'api/v1/export'))).status).toBe(429)
  controllers[0]?.abort()
  const status = await waitFor(async () => {
    const free = await fetch(at(panel, 'api/v1/export?type=none'))
    await free.body?.cancel()
    return free.status === 200 && free.status
  })
  expect(status).toBe(200)
  controllers[1]?.abort()
})
