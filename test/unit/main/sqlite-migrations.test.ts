import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { Hub } from '../../../src/core/hub.ts'
import { continuation } from '../../../src/core/journal.ts'
import type { JournalError } from '../../../src/core/journal-store.ts'
import { JOURNAL_FILE } from '../../../src/main/adapters/sqlite/database.ts'
import { migrate, MIGRATIONS, SCHEMA_VERSION } from '../../../src/main/adapters/sqlite/migrations.ts'
import { type AndonEvent, viewEvent } from '../../../src/shared/event.ts'
import { foldedFrom, foldedSnapshot, type FoldedSnapshot, foldInto, newFolded } from '../../../src/shared/folded.ts'
import type { Machine } from '../../../src/shared/machine.ts'
import type { StateSnapshot } from '../../../src/shared/state.ts'
import { openDatabase } from '../../support/database.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { batch, LogMaker, sqliteStore } from '../../support/journal-kinds.ts'
import { Random } from '../../support/random.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { wholeState } from '../../support/visible.ts'

const versions = Array.from({ length: SCHEMA_VERSION + 1 }, (_, version) => version)

/** A file as the Andon of that version left it; 0: an empty one. */
function fileOf(dir: string, version: number): void {
  const file = join(dir, JOURNAL_FILE)
  if (version === 0) {
    writeFileSync(file, '')
    return
  }
  const database = openDatabase(file)
  database.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL')
  for (const step of MIGRATIONS.slice(0, version)) database.exec(step)
  database.exec(`PRAGMA user_version = ${version}`)
  // The columns of version 1, which later steps must carry over.
  database.exec(`
    INSERT INTO names (id, name) VALUES (1, 'press'), (2, 'state_change');
    INSERT INTO events (offset, time, machine, type, family, level, text) VALUES
      (1, 1000, 1, 2, 'machine', NULL,
       '{"offset":1,"time":1000,"origin":"machine","body":{"machine_name":"press","type":"state_change","payload":{"to_state":"s1"}}}'),
      (2, 1001, 1, 2, 'machine', NULL,
       '{"offset":2,"time":1001,"origin":"machine","body":{"machine_name":"press","type":"state_change","payload":{"to_state":"s2"}}}');
    INSERT INTO epochs (epoch, first) VALUES ('old', 1);
    INSERT INTO consumers (name, offset, acknowledged_at) VALUES ('mes', 1, 1001);
    UPDATE head SET offset = 2;
  `)
  database.close()
}

function schemaOf(dir: string): unknown {
  const database = openDatabase(join(dir, JOURNAL_FILE), { readOnly: true })
  const schema = database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all()
  const version = database.prepare('PRAGMA user_version').get()
  database.close()
  return { schema, version }
}

function digest(dir: string): Record<string, string> {
  // Whoever reads may leave an empty write-ahead log, and its index.
  const files = readdirSync(dir).filter((name) => !name.endsWith('-shm') && statSync(join(dir, name)).size > 0)
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(dir, name)))
        .digest('hex'),
    ]),
  )
}

test.each(versions)(
  'a journal of version %i becomes one of the present version, with all that it held',
  async (version) => {
    const dir = tempDir()
    fileOf(dir, version)
    const store = sqliteStore(dir)
    const opened = await store.open('new')
    const held = version === 0 ? 0 : 2
    expect(opened).toMatchObject({ first: 1, last: held, gapEnd: 0 })
    expect(opened.epochs).toEqual(held === 0 ? [] : [{ epoch: 'old', first: 1 }])
    expect(opened.consumers).toEqual(new Map(held === 0 ? [] : [['mes', 1]]))
    expect(opened.tail.map((entry) => entry.offset)).toEqual(held === 0 ? [] : [1, 2])

    const maker = new LogMaker()
    for (let i = 0; i < held; i += 1) maker.add({ machine_name: 'press', type: 'state_change' })
    const entries = maker.random(new Random(1), 30)
    await store.append(batch(entries, { state: maker.state() }))
    expect((await store.page(held, 100)).map((entry) => entry.text)).toEqual(entries.map((entry) => entry.text))
    const { texts } = await store.query({ order: 'asc', limit: 100, machine: 'press' })
    expect(texts).toHaveLength(held)
    await store.close()

    const fresh = tempDir()
    const other = sqliteStore(fresh)
    await other.open('new')
    await other.close()
    expect(schemaOf(dir)).toEqual(schemaOf(fresh))
  },
)

interface Kept {
  readonly dir: string
  readonly maker: LogMaker
  /** Offset and time of the stored state. */
  readonly offset: number
  readonly time: number
  readonly machines: Machine[]
}

/** As version 1 left it: events, a state in the middle, and more events. */
function kept(before: number, after: number): Kept {
  const dir = tempDir()
  const maker = new LogMaker()
  const random = new Random(31)
  const machines = ['press', 'oven']
  maker.random(random, before, machines)
  const { offset, time } = { offset: maker.hub.head, time: maker.hub.time }
  const stored = wholeState(maker.hub.folded).machines
  maker.clock.pass(1_000)
  maker.random(random, after, machines)

  const database = openDatabase(join(dir, JOURNAL_FILE))
  database.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL')
  database.exec(MIGRATIONS[0] ?? '')
  database.exec('PRAGMA user_version = 1')
  const names = [...new Set(maker.entries.flatMap((entry) => [entry.machine, entry.type]))]
  const name = database.prepare('INSERT INTO names (id, name) VALUES (?, ?)')
  for (const [i, each] of names.entries()) name.run(i + 1, each)
  const event = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)')
  for (const entry of maker.entries) {
    const [machine, type] = [entry.machine, entry.type].map((each) => names.indexOf(each) + 1)
    event.run(entry.offset, entry.time, machine ?? 0, type ?? 0, entry.family, entry.level, entry.text)
  }
  database
    .prepare('INSERT INTO states (offset, time, machines) VALUES (?, ?, ?)')
    .run(offset, time, deflateRawSync(JSON.stringify(stored), { level: 1 }))
  database.exec(`INSERT INTO epochs VALUES ('old', 1); UPDATE head SET offset = ${maker.hub.head}`)
  database.close()
  return { dir, maker, offset, time, machines: stored }
}

/** The state that is to be read: the machines as they were, the rest from nothing, then the events up to a moment. */
function expected({ maker, offset, machines }: Kept, until: number): FoldedSnapshot {
  const folded = foldedFrom({ ...foldedSnapshot(newFolded()), machines: structuredClone(machines) })
  for (const { offset: at, text } of maker.entries) {
    if (at > offset && at <= until) foldInto(folded, viewEvent(JSON.parse(text) as AndonEvent))
  }
  return wholeState(folded)
}

describe('a journal of version 1, whose stored states hold machines only', () => {
  test('goes on with those machines, and with what the events after that state say of everything else', async () => {
    const at = kept(300, 300)
    const store = sqliteStore(at.dir)
    const opened = await store.open('new')
    expect(opened).toMatchObject({ first: 1, last: 600, epochs: [{ epoch: 'old', first: 1 }] })
    expect(opened.state).toEqual({ offset: 300, time: at.time, folded: JSON.stringify(at.machines) })
    const { folded } = continuation(opened)
    expect(foldedSnapshot(folded)).toEqual(expected(at, 600))
    expect(foldedSnapshot(folded).machines).toEqual(wholeState(at.maker.hub.folded).machines)
    expect(Math.min(folded.devices.size, folded.executions.size, folded.hardware.size)).toBeGreaterThan(0)

    // What it stores itself is whole, and is what the next start begins with.
    const hub = new Hub({ clock: new FakeClock(), epoch: 'new', from: continuation(opened) })
    const state = { offset: 600, time: at.maker.hub.time, folded: hub.foldedText() }
    await store.append(batch([], { state }))
    await store.close()
    const again = await sqliteStore(at.dir).open('newer')
    expect(again.state).toEqual(state)
    expect(foldedSnapshot(continuation(again).folded)).toEqual(expected(at, 600))
  })

  test('goes on with those machines alone where nothing came after that state', async () => {
    const at = kept(50, 0)
    const { folded } = continuation(await sqliteStore(at.dir).open('new'))
    expect(foldedSnapshot(folded)).toEqual({ ...foldedSnapshot(newFolded()), machines: at.machines })
  })

  test('shows any past moment: before that state all of it, after it what is known from there', async () => {
    const at = kept(200, 200)
    const store = sqliteStore(at.dir)
    await store.open('new')
    for (const offset of [1, 60, 150, 200, 201, 260, 400]) {
      const time = at.maker.entries[offset - 1]?.time ?? 0
      const last = at.maker.entries.findLast((entry) => entry.time <= time)?.offset ?? 0
      const past = await store.stateAt(time)
      expect(past).toMatchObject({ offset: last, time })
      const { recent, ...folded } = JSON.parse(past?.state ?? '{}') as StateSnapshot
      expect({ offset, folded }).toEqual({
        offset,
        folded: last < at.offset ? expected({ ...at, offset: 0, machines: [] }, last) : expected(at, last),
      })
      expect(recent.map((event) => event.offset)).toEqual(Array.from({ length: last }, (_, i) => i + 1))
    }
  })
})

test('a migration that fails leaves the file as it was', () => {
  const database = openDatabase(':memory:')
  // In the way of the first step.
  database.exec('CREATE TABLE consumers (x)')
  expect(() => migrate(database)).toThrow(/consumers/)
  expect(database.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 0 })
  expect(database.prepare('SELECT name FROM sqlite_schema').all()).toMatchObject([{ name: 'consumers' }])
  database.close()
})

/** A file of a version that this Andon does not know; still open. */
function newerFile(dir: string, mode: string): ReturnType<typeof openDatabase> {
  const database = openDatabase(join(dir, JOURNAL_FILE))
  database.exec(`PRAGMA journal_mode = ${mode}`)
  database.exec(`CREATE TABLE later (x); INSERT INTO later VALUES (1); PRAGMA user_version = ${SCHEMA_VERSION + 1}`)
  return database
}

test.each(['WAL', 'DELETE'])(
  'a journal of a newer version (%s) is refused and left as it is, byte for byte',
  async (mode) => {
    const dir = tempDir()
    newerFile(dir, mode).close()
    expect(await opening(dir)).toEqual(['newer_version', 'newer_version', digest(dir)])
  },
)

test('so is one whose last changes are in the write-ahead log, because it was killed', async () => {
  const dir = tempDir()
  const database = newerFile(dir, 'WAL')
  // The copy is what a kill would have left.
  const killed = tempDir()
  for (const name of readdirSync(dir)) writeFileSync(join(killed, name), readFileSync(join(dir, name)))
  database.close()
  const before = digest(killed)
  expect(Object.keys(before)).toContain(`${JOURNAL_FILE}-wal`)
  expect(await opening(killed)).toEqual(['newer_version', 'newer_version', before])
})

/** What two attempts to open it come to, and its files before them. */
async function opening(dir: string): Promise<unknown[]> {
  const before = digest(dir)
  const store = sqliteStore(dir)
  const faults: unknown[] = []
  for (let i = 0; i < 2; i += 1) {
    await store.open('new').catch((error: JournalError) => faults.push(error.fault))
  }
  await store.close()
  expect(digest(dir)).toEqual(before)
  return [...faults, before]
}
