import { describe, expect, test } from 'vitest'
import type { Entry } from '../../src/core/entry.ts'
import { entryMatches, type EventQuery } from '../../src/core/event-query.ts'
import { continuation } from '../../src/core/journal.ts'
import type { JournalStore } from '../../src/core/journal-store.ts'
import { filterOf } from '../../src/shared/channel.ts'
import type { AndonEvent } from '../../src/shared/event.ts'
import { FAMILIES } from '../../src/shared/family.ts'
import { foldedSnapshot } from '../../src/shared/folded.ts'
import { RECENT_LIMIT } from '../../src/shared/fold/recent.ts'
import { foldState, newState, type StateSnapshot } from '../../src/shared/state.ts'
import { batch, LogMaker, MEMORY, SQLITE } from '../support/journal-kinds.ts'
import { Random } from '../support/random.ts'
import { escaped } from '../support/random-datagram.ts'
import { wholeState } from '../support/visible.ts'

const all = filterOf(['all'])

/** What a store gives back: everything but the mark for conflation, which is for new events only. */
const kept = (entries: readonly Entry[]): object[] => entries.map((entry) => ({ ...entry, tag: null }))

/** Which devices they concern. */
const concerns = (entries: readonly Entry[]): unknown[] =>
  entries.map(({ type, device, allDevices }) => [type, device, allDevices])

/** The state after folding these from nothing. */
function folded(entries: readonly Entry[]): StateSnapshot {
  const state = newState()
  for (const { text } of entries) foldState(state, JSON.parse(text) as AndonEvent, all)
  return { ...wholeState(state), recent: state.recent }
}

/** All pages of a query; none longer than its limit. */
async function pages(store: JournalStore, query: EventQuery): Promise<string[]> {
  const texts: string[] = []
  let cursor = query.cursor
  for (;;) {
    const page = await store.query({ ...query, cursor })
    expect(page.texts.length).toBeLessThanOrEqual(query.limit)
    texts.push(...page.texts)
    if (page.next === null) return texts
    expect(page.next).not.toBe(cursor)
    cursor = page.next
  }
}

async function pruneAll(store: JournalStore, limits: { before?: number; bytes?: number }): Promise<number> {
  for (;;) {
    const pruned = await store.prune({ before: limits.before ?? 0, bytes: limits.bytes ?? 2 ** 40 })
    if (!pruned.more) return pruned.first
  }
}

const offsetsOf = (texts: readonly string[]): number[] => texts.map((text) => (JSON.parse(text) as AndonEvent).offset)

describe.each([MEMORY, SQLITE])('$name', (kind) => {
  const opened = async (): Promise<JournalStore> => {
    const store = kind.make().handle()
    await store.open('e1')
    return store
  }

  test('an empty journal opens with nothing in it', async () => {
    const store = kind.make().handle()
    expect(await store.open('e1')).toEqual({
      first: 1,
      last: 0,
      epochs: [],
      gapEnd: 0,
      state: null,
      tail: [],
      consumers: new Map(),
    })
    expect(await store.page(0, 10)).toEqual([])
    expect(await store.query({ order: 'desc', limit: 10 })).toEqual({ texts: [], next: null })
    expect(await store.stateAt(5)).toMatchObject({ offset: 0, time: 5 })
  })

  test('what was appended is there after it is opened again, with the same bytes', async () => {
    const journal = kind.make()
    const maker = new LogMaker()
    const first = journal.handle()
    await first.open('e1')
    await first.append(batch(maker.random(new Random(1), 300)))
    await first.append(batch(maker.random(new Random(2), 50), { consumers: new Map([['mes', 320]]) }))
    await first.close()
    await first.close()

    const second = journal.handle()
    const again = await second.open('e2')
    expect(again).toMatchObject({ first: 1, last: 350, epochs: [{ epoch: 'e1', first: 1 }], gapEnd: 0, state: null })
    expect(again.consumers).toEqual(new Map([['mes', 320]]))
    expect(kept(again.tail)).toEqual(kept(maker.entries))
    expect(kept(await second.page(0, 1_000))).toEqual(kept(maker.entries))
    await second.close()
    expect((await journal.handle().open('e3')).epochs).toEqual([
      { epoch: 'e1', first: 1 },
      { epoch: 'e2', first: 351 },
    ])
  })

  test('opening brings the latest stored state and every event after it, and in any case the latest 500', async () => {
    const journal = kind.make()
    const maker = new LogMaker()
    const random = new Random(3)
    const store = journal.handle()
    await store.open('e1')
    await store.append(batch(maker.random(random, 700), { state: maker.state() }))
    const early = maker.state()
    await store.append(batch(maker.random(random, 600)))
    await store.close()
    const one = journal.handle()
    const middle = await one.open('e2')
    expect(middle.state).toEqual(early)
    expect(kept(middle.tail)).toEqual(kept(maker.entries.slice(700)))
    await one.append(batch(maker.random(random, 1), { state: maker.state() }))
    await one.close()
    const late = await journal.handle().open('e3')
    expect(late.state).toEqual(maker.state())
    expect(kept(late.tail)).toEqual(kept(maker.entries.slice(-RECENT_LIMIT)))
  })

  test.each([1, 2, 3])('the whole folded state goes on over restarts (seed %i)', async (seed) => {
    const journal = kind.make()
    const maker = new LogMaker()
    const random = new Random(seed)
    for (let life = 1; life <= 5; life += 1) {
      const store = journal.handle()
      const from = continuation(await store.open(`e${life}`))
      expect(from.head).toBe(maker.hub.head)
      expect(foldedSnapshot(from.folded)).toEqual(wholeState(maker.hub.folded))
      await store.append(batch(maker.random(random, 150), { state: random.chance(0.5) ? maker.state() : null }))
      await store.append(batch(maker.random(random, 150)))
      await store.close()
    }
    const { machines, devices, executions, hardware, commands, control } = wholeState(maker.hub.folded)
    for (const list of [machines, devices, executions, hardware, commands, control]) expect(list).not.toEqual([])
  })

  test('what is read back says which device it concerns, as it did when it was new', async () => {
    const store = await opened()
    const maker = new LogMaker()
    const entries = maker.random(new Random(18), 600)
    await store.append(batch(entries))
    expect(concerns(await store.page(0, 1_000))).toEqual(concerns(entries))
    expect(entries.filter(({ device }) => device !== null).length).toBeGreaterThan(50)
    expect(entries.filter(({ allDevices }) => allDevices).length).toBeGreaterThan(10)
  })

  test('a batch that comes again, because its answer was lost, changes nothing', async () => {
    const store = await opened()
    const maker = new LogMaker()
    const entries = maker.random(new Random(4), 20)
    await store.append(batch(entries))
    await store.append(batch(entries))
    expect(kept(await store.page(0, 100))).toEqual(kept(entries))
    await store.append(batch(maker.random(new Random(5), 5)))
    expect(kept(await store.page(0, 100))).toEqual(kept(maker.entries))
  })

  test('a page holds the next events, oldest first, and no more than asked for', async () => {
    const store = await opened()
    const maker = new LogMaker()
    await store.append(batch(maker.random(new Random(6), 30)))
    expect((await store.page(10, 5)).map((entry) => entry.offset)).toEqual([11, 12, 13, 14, 15])
    expect(kept(await store.page(28, 5))).toEqual(kept(maker.entries.slice(28)))
    expect(await store.page(30, 5)).toEqual([])
  })

  test('queries by machine, type, family, level, text and time give what looking at every event gives', async () => {
    const store = await opened()
    const maker = new LogMaker()
    const random = new Random(7)
    await store.append(batch(maker.random(random, 400)))
    const { entries } = maker
    const maybe = <T>(value: T): T | undefined => (random.chance(0.3) ? value : undefined)
    for (let i = 0; i < 150; i += 1) {
      const from = maybe(random.pick(entries).time)
      const query: EventQuery = {
        machine: maybe(random.pick(['press_001', 'oven', 'Лампа', 'nobody'])),
        type: maybe(random.pick(['state_change', 'job_started', 'tag_update', 'never'])),
        family: maybe(random.pick(FAMILIES)),
        level: maybe(random.pick(['warning', 'error', 'debug'] as const)),
        text: maybe(random.pick(['няма ХАРТИЯ', 'ЛАМПА', 'no paper', 's7', 'температура', 'nonsense', '%', '_'])),
        from,
        to: maybe(random.pick(entries).time + random.integer(-1, 1)),
        cursor: maybe(random.integer(0, 401)),
        order: random.pick(['asc', 'desc'] as const),
        limit: random.integer(1, 60),
      }
      const ascending = query.order === 'asc'
      const expected = entries.filter(
        ({ offset, time, ...entry }) =>
          entryMatches(query, entry) &&
          time >= (query.from ?? 0) &&
          time <= (query.to ?? Infinity) &&
          (query.cursor === undefined || (ascending ? offset > query.cursor : offset < query.cursor)),
      )
      const ordered = ascending ? expected : expected.toReversed()
      expect({ query, texts: await pages(store, query) }).toEqual({ query, texts: ordered.map((entry) => entry.text) })
    }
  })

  test('a text is found in upper and lower case, and where it was sent as \\uXXXX', async () => {
    const store = await opened()
    const maker = new LogMaker()
    const body = { machine_name: 'm', type: 'activity_log', payload: { message: 'Прочетен Код É' } }
    maker.add(body)
    maker.add(body, escaped(JSON.stringify(body)))
    maker.add(
      body,
      escaped(JSON.stringify(body)).replaceAll(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`),
    )
    maker.add({ machine_name: 'm', type: 'activity_log', payload: { message: 'nothing of the kind' } })
    await store.append(batch(maker.entries))
    for (const text of ['Прочетен', 'прочетен код', 'ПРОЧЕТЕН', 'é', 'É']) {
      const { texts } = await store.query({ text, order: 'asc', limit: 10 })
      expect({ text, offsets: offsetsOf(texts) }).toEqual({ text, offsets: [1, 2, 3] })
    }
    // The frame around the body is no part of it.
    expect((await store.query({ text: '"origin"', order: 'asc', limit: 10 })).texts).toEqual([])
  })

  test('both ends of a time range are part of it', async () => {
    const store = await opened()
    const maker = new LogMaker()
    const times = [0, 1, 2, 3].map(() => {
      maker.clock.pass(10)
      maker.add({ machine_name: 'm', type: 'x' })
      return maker.add({ machine_name: 'm', type: 'x' }).time
    })
    await store.append(batch(maker.entries))
    const between = async (from: number, to: number): Promise<number[]> =>
      offsetsOf((await store.query({ from, to, order: 'asc', limit: 100 })).texts)
    const [first = 0, second = 0, third = 0, fourth = 0] = times
    expect(await between(second, third)).toEqual([3, 4, 5, 6])
    expect(await between(second + 1, third)).toEqual([5, 6])
    expect(await between(second, third - 1)).toEqual([3, 4])
    expect(await between(0, first - 1)).toEqual([])
    expect(await between(fourth + 1, fourth + 9)).toEqual([])
    expect(await between(third, second)).toEqual([])
  })

  test('paging backwards neither repeats nor misses an event while others are appended', async () => {
    const store = await opened()
    const maker = new LogMaker()
    const random = new Random(8)
    await store.append(batch(maker.random(random, 100)))
    const seen: number[] = []
    let cursor: number | undefined
    for (;;) {
      const page = await store.query({ order: 'desc', limit: 7, cursor })
      seen.push(...offsetsOf(page.texts))
      await store.append(batch(maker.random(random, 9)))
      if (page.next === null) break
      cursor = page.next
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => 100 - i))
  })

  test('paging forwards goes on into what is appended meanwhile', async () => {
    const store = await opened()
    const maker = new LogMaker()
    const random = new Random(9)
    await store.append(batch(maker.random(random, 40)))
    const one = await store.query({ order: 'asc', limit: 30 })
    await store.append(batch(maker.random(random, 40)))
    const rest = await pages(store, { order: 'asc', limit: 30, cursor: one.next ?? 0 })
    expect(offsetsOf([...one.texts, ...rest])).toEqual(Array.from({ length: 80 }, (_, i) => i + 1))
  })

  test('the state at any moment is that of folding everything up to it', async () => {
    const store = await opened()
    const maker = new LogMaker()
    const random = new Random(10)
    for (let i = 0; i < 12; i += 1) {
      const entries = maker.random(random, random.integer(20, 120))
      await store.append(batch(entries, { state: i % 4 === 1 ? maker.state() : null }))
    }
    const { entries } = maker
    const start = entries[0]?.time ?? 0
    const moments = Array.from({ length: 25 }, () => random.pick(entries).time + random.integer(-1, 1))
    for (const at of [start - 1, start, ...moments, maker.hub.time, maker.hub.time + 1_000]) {
      const until = entries.filter((entry) => entry.time <= at)
      const past = await store.stateAt(at)
      expect(past).toMatchObject({ offset: until.length, time: until.at(-1)?.time ?? at })
      expect(JSON.parse(past?.state ?? '')).toEqual(folded(until))
    }
  })

  test('events that are too old are deleted, and what comes after them stays', async () => {
    const store = await opened()
    const maker = new LogMaker()
    const random = new Random(11)
    await store.append(batch(maker.random(random, 200)))
    maker.clock.pass(60_000)
    const boundary = maker.clock.now()
    await store.append(batch(maker.random(random, 100), { state: maker.state() }))
    expect(await pruneAll(store, { before: boundary })).toBe(201)
    expect(kept(await store.page(0, 1_000))).toEqual(kept(maker.entries.slice(200)))
    expect(await pages(store, { order: 'asc', limit: 70 })).toHaveLength(100)
    await store.append(batch(maker.random(random, 1)))
    expect((await store.page(300, 10)).map((entry) => entry.offset)).toEqual([301])
  })

  test('a journal that is too large loses its oldest events until it is not', async () => {
    const store = await opened()
    const maker = new LogMaker()
    for (let i = 0; i < 40; i += 1) {
      const message = 'x'.repeat(2_000)
      const entries = Array.from({ length: 25 }, () =>
        maker.add({ machine_name: 'm', type: 'log_entry', payload: { message } }),
      )
      await store.append(batch(entries, { state: maker.state() }))
    }
    const first = await pruneAll(store, { bytes: 1_000_000 })
    expect(first).toBeGreaterThan(1)
    expect(first).toBeLessThanOrEqual(1_001)
    const pruned = await store.prune({ before: 0, bytes: 1_000_000 })
    expect(pruned.bytes).toBeLessThanOrEqual(1_000_000)
    expect((await store.page(0, 1)).map((entry) => entry.offset)).toEqual(first > 1_000 ? [] : [first])
  })

  test('events that the latest stored state does not hold yet are not deleted', async () => {
    const journal = kind.make()
    const store = journal.handle()
    await store.open('e1')
    const maker = new LogMaker()
    const random = new Random(12)
    await store.append(batch(maker.random(random, 50)))
    expect(await pruneAll(store, { before: maker.hub.time + 1 })).toBe(1)
    await store.append(batch(maker.random(random, 10), { state: maker.state() }))
    const state = maker.state()
    await store.append(batch(maker.random(random, 30)))
    expect(await pruneAll(store, { before: maker.hub.time + 1 })).toBe(61)
    await store.close()
    const again = await journal.handle().open('e2')
    expect(again).toMatchObject({ first: 61, last: 90, state })
    expect(kept(again.tail)).toEqual(kept(maker.entries.slice(60)))
  })

  test('where everything was deleted, offsets and state go on all the same', async () => {
    const journal = kind.make()
    const store = journal.handle()
    await store.open('e1')
    const maker = new LogMaker()
    const random = new Random(13)
    await store.append(batch(maker.random(random, 50), { state: maker.state() }))
    expect(await pruneAll(store, { before: maker.hub.time + 1 })).toBe(51)
    expect(await store.query({ order: 'desc', limit: 10 })).toEqual({ texts: [], next: null })
    const past = await store.stateAt(maker.hub.time + 5)
    expect(past).toMatchObject({ offset: 50, time: maker.hub.time })
    expect(JSON.parse(past?.state ?? '')).toEqual({ ...wholeState(maker.hub.folded), recent: [] })
    await store.close()
    const again = await journal.handle().open('e2')
    expect(again).toMatchObject({ first: 51, last: 50, state: maker.state(), tail: [] })
  })

  test('the state of a moment before what is still held is not known', async () => {
    const store = await opened()
    const maker = new LogMaker()
    const random = new Random(14)
    await store.append(batch(maker.random(random, 100), { state: maker.state() }))
    maker.clock.pass(1_000)
    const boundary = maker.clock.now()
    await store.append(batch(maker.random(random, 50)))
    maker.clock.pass(1_000)
    await store.append(batch(maker.random(random, 50), { state: maker.state() }))
    await pruneAll(store, { before: boundary })
    expect(await store.stateAt(maker.entries[20]?.time ?? 0)).toBeNull()
    const at = maker.entries[120]?.time ?? 0
    const { recent: _, ...past } = JSON.parse((await store.stateAt(at))?.state ?? '') as StateSnapshot
    const until = maker.entries.filter((entry) => entry.time <= at)
    expect({ ...past, recent: [] }).toEqual({ ...folded(until), recent: [] })
  })

  test('a gap is remembered, and what lies on both sides of it is kept', async () => {
    const journal = kind.make()
    const store = journal.handle()
    await store.open('e1')
    const maker = new LogMaker()
    const random = new Random(15)
    await store.append(batch(maker.random(random, 40)))
    maker.random(random, 60)
    await store.append(batch(maker.random(random, 5), { gapEnd: 100 }))
    expect((await store.page(38, 10)).map((entry) => entry.offset)).toEqual([39, 40, 101, 102, 103, 104, 105])
    expect(offsetsOf(await pages(store, { order: 'desc', limit: 4 }))).toEqual([
      105,
      104,
      103,
      102,
      101,
      ...Array.from({ length: 40 }, (_, i) => 40 - i),
    ])
    await store.append(batch(maker.random(random, 5), { state: maker.state() }))
    await store.close()
    expect(await journal.handle().open('e2')).toMatchObject({
      first: 1,
      last: 110,
      gapEnd: 100,
      state: { offset: 110 },
    })
  })

  test('[R2] after a gap with no state behind it, no earlier epoch can be continued any more', async () => {
    const journal = kind.make()
    const store = journal.handle()
    await store.open('e1')
    const maker = new LogMaker()
    const random = new Random(17)
    await store.append(batch(maker.random(random, 10), { state: maker.state() }))
    maker.random(random, 10)
    await store.append(batch(maker.random(random, 10), { gapEnd: 20 }))
    await store.close()
    const again = journal.handle()
    expect((await again.open('e2')).epochs).toEqual([])
    await again.append(batch(maker.random(random, 5), { state: maker.state() }))
    await again.close()
    expect((await journal.handle().open('e3')).epochs).toEqual([{ epoch: 'e2', first: 31 }])
  })

  test('a consumer’s latest position is kept', async () => {
    const journal = kind.make()
    const store = journal.handle()
    await store.open('e1')
    const maker = new LogMaker()
    await store.append(batch(maker.random(new Random(16), 9), { consumers: new Map([['a', 3]]) }))
    await store.append(batch([], { consumers: new Map([['b', 5]]) }))
    await store.append(batch([], { consumers: new Map([['a', 7]]) }))
    await store.close()
    expect((await journal.handle().open('e2')).consumers).toEqual(
      new Map([
        ['a', 7],
        ['b', 5],
      ]),
    )
  })
})
