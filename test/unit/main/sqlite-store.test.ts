import { closeSync, openSync, readdirSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Entry } from '../../../src/core/entry.ts'
import { SqliteStore } from '../../../src/main/adapters/sqlite/sqlite-store.ts'
import { openDatabase } from '../../support/database.ts'
import { FaultyThread } from '../../support/faulty-thread.ts'
import { batch, LogMaker, sqliteStore } from '../../support/journal-kinds.ts'
import { MemoryLog } from '../../support/memory-log.ts'
import { JOURNAL_THREAD } from '../../support/panel.ts'
import { Random } from '../../support/random.ts'
import { tempDir } from '../../support/temp-dir.ts'

// What every journal does is in test/integration/journal-contract.test.ts; this is what only this one does.

/** Destroys everything behind the header, in a way that makes whoever has it open read it again. */
function damage(dir: string): void {
  const file = join(dir, 'journal.db')
  const database = openDatabase(file)
  database.exec('CREATE TABLE other (x); PRAGMA wal_checkpoint(TRUNCATE)')
  const handle = openSync(file, 'r+')
  writeSync(handle, new Random(5).bytes(statSync(file).size - 4_096), 0, null, 4_096)
  closeSync(handle)
  database.close()
}

const aside = (dir: string): string[] => readdirSync(dir).filter((name) => /^journal-damaged-.*\.db$/.test(name))

test.each(['append', 'prune'] as const)(
  'after damage that %s finds, nothing goes into the new file until it has been opened',
  async (call) => {
    const dir = tempDir()
    const store = sqliteStore(dir)
    const maker = new LogMaker()
    await store.open('e1')
    await store.append(batch(maker.random(new Random(1), 300), { state: maker.state() }))
    damage(dir)
    const next = batch(maker.random(new Random(2), 5))
    const found = call === 'append' ? store.append(next) : store.prune({ before: Infinity, bytes: 0 })
    await expect(found).rejects.toMatchObject({ fault: 'corrupt' })
    expect(aside(dir)).toHaveLength(1)
    await expect(store.append(next)).rejects.toMatchObject({ fault: 'corrupt' })
    await expect(store.prune({ before: 0, bytes: 0 })).rejects.toMatchObject({ fault: 'corrupt' })
    expect(await store.open('e2')).toMatchObject({ first: 1, last: 0, epochs: [], state: null })
    await store.append({ ...next, gapEnd: 300 })
    expect((await store.page(0, 10)).map((entry) => entry.offset)).toEqual([301, 302, 303, 304, 305])
    expect(aside(dir)).toHaveLength(1)
  },
)

test('a thread that died and comes back to a damaged file does not go on in the new one unasked', async () => {
  const dir = tempDir()
  const thread = new FaultyThread()
  const store = new SqliteStore({ dataDir: dir, threadFile: thread.file, log: new MemoryLog() })
  onTestFinished(() => store.close())
  const maker = new LogMaker()
  await store.open('e1')
  await store.append(batch(maker.random(new Random(1), 300)))
  thread.fail('exit')
  const next = batch(maker.random(new Random(2), 5))
  await expect(store.append(next)).rejects.toMatchObject({ fault: 'defect' })
  thread.mend()
  damage(dir)
  await expect(store.append(next)).rejects.toMatchObject({ fault: 'corrupt' })
  expect(aside(dir)).toHaveLength(1)
  expect(await store.open('e2')).toMatchObject({ last: 0, epochs: [] })
})

test('what has the wrong shape is a defect of ours and not one of the disk; what it is stands in the log', async () => {
  const log = new MemoryLog()
  const store = new SqliteStore({ dataDir: tempDir(), threadFile: JOURNAL_THREAD, log })
  onTestFinished(() => store.close())
  await store.open('e1')
  const [entry, ...others] = new LogMaker().random(new Random(1), 3)
  for (const wrong of [
    { ...entry, text: undefined },
    { ...entry, family: null },
  ]) {
    const append = store.append(batch([wrong as unknown as Entry, ...others]))
    await expect(append).rejects.toMatchObject({ fault: 'defect', message: 'Andon has made a mistake.' })
  }
  expect(log.records.map(({ fields }) => fields)).toMatchObject([
    { fault: 'defect', cause: expect.stringContaining('cannot be bound') as string },
    { fault: 'defect', cause: expect.stringContaining('NOT NULL constraint failed: events.family') as string },
  ])
  expect(await store.page(0, 10)).toEqual([])
})

test('a second damaged file is set aside beside the first', async () => {
  const dir = tempDir()
  for (const count of [1, 2]) {
    const store = sqliteStore(dir)
    const maker = new LogMaker()
    await store.open('e1')
    await store.append(batch(maker.random(new Random(1), 300)))
    await store.close()
    damage(dir)
    await sqliteStore(dir)
      .open('e2')
      .catch(() => undefined)
    expect(aside(dir)).toHaveLength(count)
    for (const name of aside(dir)) expect(statSync(join(dir, name)).size).toBeGreaterThan(50_000)
  }
})

test('a page of large events is cut after about a mebibyte, and the next one goes on there', async () => {
  const store = sqliteStore(tempDir())
  const maker = new LogMaker()
  await store.open('e1')
  for (let i = 0; i < 60; i += 1) {
    maker.add({ machine_name: 'm', type: 'log_entry', payload: { message: 'x'.repeat(60_000) } })
  }
  await store.append(batch(maker.entries))
  const first = await store.page(0, 1_000)
  expect(first).toHaveLength(18)
  expect((await store.page(18, 1_000))[0]?.offset).toBe(19)
})

test('a search that takes long says where to go on before it has found anything', async () => {
  const store = sqliteStore(tempDir())
  const maker = new LogMaker()
  await store.open('e1')
  // More than one window of the search; the text is in the oldest event only.
  maker.add({ machine_name: 'm', type: 'log_entry', payload: { message: 'needle' } })
  for (let i = 1; i < 45_000; i += 1) maker.add({ machine_name: 'm', type: 'log_entry', payload: { message: 'hay' } })
  for (let i = 0; i < 45_000; i += 5_000) await store.append(batch(maker.entries.slice(i, i + 5_000)))
  const found: string[] = []
  let cursor: number | undefined
  for (;;) {
    const page = await store.query({ order: 'desc', limit: 10, text: 'needle', cursor })
    found.push(...page.texts)
    if (page.next === null) break
    expect(page.next).toBeLessThan(cursor ?? Infinity)
    cursor = page.next
  }
  expect(found).toEqual([maker.entries[0]?.text])
})

test('a closed store is closed: it says so, and closing it again does nothing', async () => {
  const store = sqliteStore(tempDir())
  await store.open('e1')
  await store.page(0, 1)
  await store.close()
  await store.close()
  for (const call of [store.append(batch([])), store.page(0, 1), store.stateAt(0), store.open('e2')]) {
    await expect(call).rejects.toMatchObject({ fault: 'io', message: 'The journal is closed.' })
  }
})

test('a thread that is not there is a fault like any other', async () => {
  const log = new MemoryLog()
  const store = new SqliteStore({ dataDir: tempDir(), threadFile: '/nowhere/journal.js', log })
  await expect(store.open('e1')).rejects.toMatchObject({ fault: 'defect' })
  await store.close()
  expect(log.records).toMatchObject([{ level: 'error', message: 'a journal thread died' }])
})
