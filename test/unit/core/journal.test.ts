import { expect, test } from 'vitest'
import { continuation } from '../../../src/core/journal.ts'
import { JOURNAL_FAULTS, type JournalFault } from '../../../src/core/journal-store.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { JournalStage, type JournalStageOptions } from '../../support/journal-stage.ts'
import { Disk, ManualStore, type Outcome } from '../../support/manual-store.ts'
import { ManualViewer } from '../../support/manual-viewer.ts'

const RETRY_MS = 2_000

interface Scene {
  readonly disk: Disk
  readonly store: ManualStore
  readonly stage: JournalStage
}

async function scene(
  options: Partial<JournalStageOptions> & { readonly ringEntries?: number; readonly start?: Outcome } = {},
  disk = new Disk(),
): Promise<Scene> {
  const { ringEntries = 100_000, start = 'ok', ...rest } = options
  const store = new ManualStore(disk)
  const ring = { entries: ringEntries, characters: 100_000_000 }
  const starting = JournalStage.start({ store, ring, ...rest })
  await store.answerWrite(start)
  const stage = await starting
  // The look for old events that every start begins with.
  if (start === 'ok') await store.answerWrite()
  return { disk, store, stage }
}

function events({ stage }: Scene, count: number, machine = 'm'): void {
  for (let i = 0; i < count; i += 1) stage.event(machine, 'state_change', { to_state: `s${i}` })
}

/** Everything that can be made durable is. */
async function written({ stage, store }: Scene): Promise<void> {
  for (let i = 0; i < 30; i += 1) {
    stage.clock.pass(20)
    await store.answerAll()
  }
}

async function fail(at: Scene, fault: JournalFault): Promise<void> {
  at.stage.clock.pass(20)
  expect(await at.store.answerWrite(fault)).toBe(true)
}

const appends = ({ store }: Scene): number => store.writes.filter((call) => call.name === 'append').length

test('events of the same 20 ms are one commit, and durable only when the disk has said so', async () => {
  const at = await scene()
  events(at, 1)
  at.stage.clock.turn()
  expect(appends(at)).toBe(1)
  events(at, 300)
  at.stage.clock.pass(100)
  expect(appends(at)).toBe(1)
  expect(at.stage.journal.health).toMatchObject({ state: 'durable', durable: 0 })
  await at.store.answerWrite()
  expect(at.stage.journal.health.durable).toBe(1)
  at.stage.clock.pass(20)
  expect(appends(at)).toBe(1)
  await at.store.answerWrite()
  expect(at.stage.journal.health).toMatchObject({ durable: 301, first: 1, lost: 0 })
  expect(await at.disk.store.page(0, 1_000)).toHaveLength(301)
  at.stage.clock.pass(100)
  expect(at.store.writes).toHaveLength(0)
})

test('a disk that was slow is caught up with in batches of at most 5,000', async () => {
  const at = await scene()
  events(at, 12_000)
  const durable: number[] = []
  for (let i = 0; i < 3; i += 1) {
    at.stage.clock.pass(20)
    await at.store.answerWrite()
    durable.push(at.stage.journal.health.durable)
  }
  expect(durable).toEqual([5_000, 10_000, 12_000])
})

test.each(JOURNAL_FAULTS)('%s: it says so, keeps what is in memory, and goes on by itself', async (fault) => {
  const at = await scene()
  events(at, 10)
  await written(at)
  events(at, 10)
  await fail(at, fault)
  expect(at.stage.journal.health).toMatchObject({ state: 'memory', lost: 0 })
  expect(at.stage.journal.problem).toMatchObject({ code: `journal_${fault}` })
  expect(at.stage.journal.problem?.message).toMatch(/\. Events are kept in memory only\.$/)
  events(at, 10)
  at.stage.clock.pass(RETRY_MS)
  if (fault !== 'corrupt') await at.store.answerWrite(fault)
  expect(at.stage.log.records.filter(({ level }) => level === 'error')).toHaveLength(1)
  at.stage.clock.pass(RETRY_MS)
  await written(at)
  expect(at.stage.journal.problem).toBeNull()
  expect(at.stage.journal.health).toMatchObject({ state: 'durable', durable: 30, lost: 0 })
  expect(await at.disk.store.page(0, 100)).toHaveLength(30)
})

test('a fault is over when the disk answers again, also where nothing more is to be written', async () => {
  const at = await scene({ start: 'read_only' })
  expect(at.stage.journal.problem).toMatchObject({ code: 'journal_read_only' })
  at.stage.clock.pass(RETRY_MS)
  await at.store.answerWrite()
  await at.store.answerWrite('disk_full')
  expect(at.stage.journal.problem).toMatchObject({ code: 'journal_disk_full' })
  at.stage.clock.pass(RETRY_MS)
  await at.store.answerAll()
  expect(at.stage.journal.problem).toBeNull()
})

test('[R5] what the ring lets go of while the disk fails is counted as lost once, and nobody is resumed across it', async () => {
  const at = await scene({ ringEntries: 100 })
  events(at, 50)
  await written(at)
  const away = new ManualViewer()
  away.connect(at.stage.sessions.accept)
  away.take()
  away.cut()
  events(at, 200)
  await fail(at, 'disk_full')
  expect(at.stage.journal.health).toMatchObject({ state: 'memory', durable: 50, lost: 100 })
  for (let i = 0; i < 5; i += 1) {
    at.stage.clock.pass(RETRY_MS)
    await at.store.answerWrite('disk_full')
  }
  events(at, 10)
  expect(at.stage.journal.health.lost).toBe(110)
  at.stage.clock.pass(RETRY_MS)
  await written(at)
  expect(at.stage.journal.health).toMatchObject({ state: 'durable', durable: 260, lost: 110 })
  const kept = (await at.disk.store.page(0, 1_000)).map((entry) => entry.offset)
  expect(kept).toEqual([
    ...Array.from({ length: 50 }, (_, i) => i + 1),
    ...Array.from({ length: 100 }, (_, i) => 161 + i),
  ])
  expect([50, 159].map((offset) => at.stage.journal.covers(offset))).toEqual([false, false])
  expect(at.stage.journal.covers(160)).toBe(true)
  away.messages.length = 0
  away.connect(at.stage.sessions.accept)
  away.take()
  expect(away.messages.at(-1)).toMatchObject({ type: 'snapshot', reset: true })
  expect(away.machines).toEqual(at.stage.machines())
})

test('after a gap the state is stored as soon as the disk has caught up, and the next start goes on behind it', async () => {
  const at = await scene({ ringEntries: 6_000 })
  events(at, 50)
  await written(at)
  events(at, 7_000)
  await fail(at, 'io')
  // Killed in the middle of catching up: events on both sides of the gap, and no state yet.
  at.stage.clock.pass(RETRY_MS)
  await at.store.answerWrite()
  const opened = await at.disk.store.open('next')
  expect(opened).toMatchObject({ last: 6_050, gapEnd: 1_050, state: null, epochs: [] })
  expect(continuation(opened).tail[0]?.offset).toBe(1_051)
  expect(continuation(opened).folded.machines.get('m')?.events).toBe(5_050)
  const early = await scene({ ringEntries: 6_000 }, at.disk)
  expect(early.stage.hub.head).toBe(6_050)

  await written(at)
  expect((await at.disk.store.open('after')).state).toMatchObject({ offset: 7_050 })
})

test('a damaged journal is replaced by a new one that begins with what is in memory', async () => {
  const at = await scene({ ringEntries: 20 })
  for (let i = 0; i < 5; i += 1) {
    events(at, 10)
    await written(at)
  }
  events(at, 5)
  await fail(at, 'corrupt')
  expect(at.disk.aside).toHaveLength(1)
  expect(await at.disk.aside[0]?.page(0, 100)).toHaveLength(50)
  at.stage.clock.pass(RETRY_MS)
  await written(at)
  // The fifty were durable, and are in the file that was set aside: not lost for want of a disk.
  expect(at.stage.journal.health).toMatchObject({ state: 'durable', durable: 55, lost: 0 })
  expect((await at.disk.store.page(0, 100)).map((entry) => entry.offset)).toEqual(
    Array.from({ length: 20 }, (_, i) => 36 + i),
  )
  expect(await at.disk.store.open('next')).toMatchObject({ gapEnd: 35, state: { offset: 55 } })
})

test('damage that shows when old events are deleted is dealt with in the same way', async () => {
  const at = await scene()
  events(at, 10)
  await written(at)
  at.stage.clock.pass(60_000)
  expect(at.store.writes.map((call) => call.name)).toEqual(['prune'])
  await at.store.answerWrite('corrupt')
  expect(at.stage.journal.problem).toMatchObject({ code: 'journal_corrupt' })
  at.stage.clock.pass(RETRY_MS)
  await written(at)
  expect(at.stage.journal.problem).toBeNull()
  expect(await at.disk.store.page(0, 100)).toHaveLength(10)
})

test('[R2] a journal that turns up late goes first; what came in meanwhile follows, and every viewer is reset', async () => {
  const disk = new Disk()
  const before = await scene({ life: 'one' }, disk)
  events(before, 30, 'old')
  await written(before)
  const at = await scene({ life: 'two', start: 'newer_version', ringEntries: 8 }, disk)
  const viewer = new ManualViewer()
  viewer.connect(at.stage.sessions.accept)
  events(at, 10, 'new')
  at.stage.clock.pass(20)
  viewer.take()
  expect(at.stage.journal.health).toMatchObject({ state: 'memory', durable: 0, lost: 2 })
  at.stage.clock.pass(RETRY_MS)
  await written(at)
  viewer.take()
  expect(at.stage.hub.head).toBe(38)
  expect(at.stage.journal.health).toMatchObject({ state: 'durable', durable: 38, lost: 2 })
  expect(viewer.messages.at(-1)).toMatchObject({
    type: 'snapshot',
    reset: true,
    position: { epoch: 'two.3', offset: 38 },
  })
  expect(viewer.machines).toEqual(at.stage.machines())
  expect(viewer.machines).toMatchObject([
    { name: 'old', events: 30 },
    { name: 'new', events: 8 },
  ])
})

test('[R2] a journal that turns up late and ends where memory ended gives its own snapshots', async () => {
  const disk = new Disk()
  const before = await scene({ life: 'one' }, disk)
  events(before, 2, 'old')
  await written(before)
  const at = await scene({ life: 'two', start: 'io', ringEntries: 8 }, disk)
  events(at, 10, 'new')
  const viewer = new ManualViewer()
  viewer.replica.position = { epoch: 'of another', offset: 3 }
  viewer.connect(at.stage.sessions.accept)
  viewer.take()
  expect(viewer.messages.at(-1)).toMatchObject({
    type: 'snapshot',
    reset: true,
    position: { epoch: 'two.2', offset: 10 },
  })
  at.stage.clock.pass(RETRY_MS)
  await written(at)
  viewer.take()
  expect(viewer.messages.at(-1)).toMatchObject({
    type: 'snapshot',
    reset: true,
    position: { epoch: 'two.3', offset: 10 },
  })
  expect(viewer.machines).toMatchObject([
    { name: 'old', events: 2 },
    { name: 'new', events: 8 },
  ])
})

test('[R2] viewers see a journal that turned up late even where nothing came in meanwhile', async () => {
  const disk = new Disk()
  const before = await scene({ life: 'one' }, disk)
  events(before, 3)
  await written(before)
  const at = await scene({ life: 'two', start: 'io' }, disk)
  const viewer = new ManualViewer()
  viewer.connect(at.stage.sessions.accept)
  viewer.take()
  expect(viewer.machines).toEqual([])
  at.stage.clock.pass(RETRY_MS)
  await written(at)
  viewer.take()
  expect(viewer.machines).toMatchObject([{ name: 'm', events: 3 }])
})

test('[R2] an epoch that the store took down before it failed does not cover what memory calls by the same offsets', async () => {
  const disk = new Disk()
  const before = await scene({ life: 'one' }, disk)
  events(before, 3)
  await written(before)
  const at = await scene({ life: 'two', start: 'lost' }, disk)
  events(at, 2, 'other')
  const viewer = new ManualViewer()
  viewer.connect(at.stage.sessions.accept)
  viewer.take()
  viewer.cut()
  at.stage.clock.pass(RETRY_MS)
  await written(at)
  viewer.connect(at.stage.sessions.accept)
  viewer.take()
  expect(viewer.machines).toEqual(at.stage.machines())
})

test('[A1] an acknowledged position is kept with what it names, and not before', async () => {
  const at = await scene()
  const consumer = new ManualViewer()
  consumer.connect(at.stage.sessions.accept, { consumer: 'mes' })
  events(at, 10)
  at.stage.clock.turn()
  at.stage.clock.pass(4)
  consumer.take()
  consumer.acknowledge()
  expect(at.stage.journal.acknowledged('mes')).toBe(10)
  // The first event's commit is still on its way.
  await fail(at, 'io')
  expect((await at.disk.store.open('x')).consumers).toEqual(new Map())
  at.stage.clock.pass(RETRY_MS)
  await written(at)
  expect((await at.disk.store.open('y')).consumers).toEqual(new Map([['mes', 10]]))
})

test('[A1] positions that were acknowledged before a late journal turned up are forgotten for those it holds', async () => {
  const disk = new Disk()
  const before = await scene({ life: 'one' }, disk)
  events(before, 30)
  before.stage.journal.acknowledge('mes', 12)
  await written(before)
  const at = await scene({ life: 'two', start: 'io' }, disk)
  events(at, 20)
  at.stage.journal.acknowledge('mes', 20)
  at.stage.journal.acknowledge('other', 5)
  at.stage.clock.pass(RETRY_MS)
  await written(at)
  expect(at.stage.journal.acknowledged('mes')).toBe(12)
  expect(at.stage.journal.acknowledged('other')).toBeUndefined()
  expect((await disk.store.open('x')).consumers).toEqual(new Map([['mes', 12]]))
})

test('[A1] positions survive a journal that had to be replaced', async () => {
  const at = await scene()
  events(at, 30)
  at.stage.journal.acknowledge('mes', 12)
  await written(at)
  events(at, 1)
  await fail(at, 'corrupt')
  at.stage.clock.pass(RETRY_MS)
  await written(at)
  expect((await at.disk.store.open('x')).consumers).toEqual(new Map([['mes', 12]]))
})

test('the state is stored every 20,000 events', async () => {
  const at = await scene()
  events(at, 19_999)
  await written(at)
  expect((await at.disk.store.open('x')).state).toBeNull()
  events(at, 1)
  await written(at)
  expect((await at.disk.store.open('y')).state).toMatchObject({ offset: 20_000 })
})

test('the state is stored after ten minutes, also where nothing happens any more', async () => {
  const at = await scene()
  events(at, 3)
  await written(at)
  at.stage.clock.pass(9 * 60_000)
  await at.store.answerAll()
  expect((await at.disk.store.open('x')).state).toBeNull()
  at.stage.clock.pass(61_000)
  await at.store.answerAll()
  expect((await at.disk.store.open('y')).state).toMatchObject({ offset: 3, folded: at.stage.hub.foldedText() })
  at.stage.clock.pass(30 * 60_000)
  expect(at.store.writes.filter((call) => call.name === 'append')).toHaveLength(0)
})

test('old events are deleted step by step; what waits for the state gets one', async () => {
  const at = await scene({ retentionBytes: 2_000 })
  events(at, 100)
  await written(at)
  at.stage.clock.pass(60_000)
  await at.store.answerAll()
  expect(at.stage.journal.health.first).toBe(1)
  await written(at)
  at.stage.clock.pass(60_000)
  await at.store.answerAll()
  const { first, bytes } = at.stage.journal.health
  expect(first).toBeGreaterThan(1)
  expect(bytes).toBeLessThanOrEqual(2_000)
  expect(at.stage.journal.covers(first - 1)).toBe(true)
  expect(at.stage.journal.covers(first - 2)).toBe(false)
})

test('deleting that fails is only logged', async () => {
  const at = await scene()
  at.stage.clock.pass(60_000)
  await at.store.answerWrite('io')
  expect(at.stage.journal.problem).toBeNull()
  expect(at.stage.log.records).toMatchObject([{ level: 'warn', message: 'old events could not be deleted' }])
})

test('[R5] a page in which offsets are missing is no page', async () => {
  const at = await scene({ ringEntries: 10 })
  for (let i = 0; i < 5; i += 1) {
    events(at, 10)
    await written(at)
  }
  const good = at.stage.journal.page(20)
  await at.store.answerRead()
  expect((await good).map((entry) => entry.offset)).toEqual(Array.from({ length: 30 }, (_, i) => 21 + i))
  const late = at.stage.journal.page(20)
  // Asked for while everything was there; answered when a gap lies in it.
  events(at, 30)
  await fail(at, 'io')
  at.stage.clock.pass(RETRY_MS)
  while (await at.store.answerWrite());
  expect((await at.disk.store.open('x')).gapEnd).toBe(70)
  await at.store.answerRead()
  expect(await late).toEqual([])
  const failed = at.stage.journal.page(20)
  await at.store.answerRead('io')
  expect(await failed).toEqual([])
})

test('queries are answered from the store where there is one, else from memory', async () => {
  const at = await scene()
  events(at, 5)
  await written(at)
  const page = at.stage.journal.query({ order: 'desc', limit: 2 })
  await at.store.answerRead()
  expect((await page).next).toBe(4)

  const without = await scene({ start: 'io' })
  events(without, 5)
  expect(await without.stage.journal.query({ order: 'asc', limit: 2 })).toMatchObject({ next: 2 })
  expect(await without.stage.journal.stateAt(without.stage.clock.now())).toBeNull()
})

test('closing makes everything durable, with the state, and leaves no timer', async () => {
  const at = await scene({ clock: new FakeClock() })
  events(at, 7_000)
  at.stage.clock.pass(20)
  const closing = at.stage.journal.close()
  await at.store.answerAll()
  await closing
  expect(await at.disk.store.open('x')).toMatchObject({ last: 7_000, state: { offset: 7_000 } })
  expect(await at.stage.journal.close()).toBeUndefined()
  at.stage.sessions.close()
  expect(at.stage.clock.waiting).toBe(0)
  at.stage.clock.pass(120_000)
  expect(at.store.writes).toHaveLength(0)
})

test('closing does not wait for a disk that fails', async () => {
  const at = await scene()
  events(at, 10)
  await fail(at, 'disk_full')
  const closing = at.stage.journal.close()
  await at.store.answerAll()
  await closing
  expect(await at.disk.store.page(0, 100)).toHaveLength(0)
})
