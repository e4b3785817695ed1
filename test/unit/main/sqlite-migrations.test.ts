import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JournalError } from '../../../src/core/journal-store.ts'
import { JOURNAL_FILE } from '../../../src/main/adapters/sqlite/database.ts'
import { migrate, MIGRATIONS, SCHEMA_VERSION } from '../../../src/main/adapters/sqlite/migrations.ts'
import { openDatabase } from '../../support/database.ts'
import { batch, LogMaker, sqliteStore } from '../../support/journal-kinds.ts'
import { Random } from '../../support/random.ts'
import { tempDir } from '../../support/temp-dir.ts'

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
