import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { JournalError } from '../../src/core/journal-store.ts'
import { JOURNAL_FILE } from '../../src/main/adapters/sqlite/database.ts'
import { backUp, backupName } from '../../src/main/adapters/sqlite/journal-backup.ts'
import { MIGRATIONS, SCHEMA_VERSION, versionOf } from '../../src/main/adapters/sqlite/migrations.ts'
import { openDatabase } from '../support/database.ts'
import { startPanel } from '../support/panel.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'

const OLD = SCHEMA_VERSION - 1

/** A journal of the version before the present one, with one event; still in its write-ahead log. */
function oldJournal(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true })
  const database = openDatabase(join(dataDir, JOURNAL_FILE))
  database.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL')
  for (const step of MIGRATIONS.slice(0, OLD)) database.exec(step)
  const text = '{"offset":1,"time":1000,"origin":"machine","body":{"machine_name":"press","type":"hello"}}'
  database.exec(`
    PRAGMA user_version = ${OLD};
    INSERT INTO names (id, name) VALUES (1, 'press'), (2, 'hello');
    INSERT INTO events (offset, time, machine, type, family, level, text) VALUES (1, 1000, 1, 2, 'other', NULL, '${text}');
    INSERT INTO epochs (epoch, first) VALUES ('old', 1);
    UPDATE head SET offset = 1;
  `)
  database.close()
}

/** Version, events and soundness of a file. */
function look(dataDir: string, name: string): unknown {
  const database = openDatabase(join(dataDir, name), { readOnly: true })
  const found = {
    version: versionOf(database),
    events: database.prepare("SELECT offset FROM events WHERE text LIKE '%press%'").all(),
    check: database.prepare('PRAGMA integrity_check').all(),
  }
  database.close()
  return found
}

const whole = (version: number) => ({ version, events: [{ offset: 1 }], check: [{ integrity_check: 'ok' }] })

test('a journal of an older version is copied before it is changed; the copy is what the older Andon left', async () => {
  const dir = tempDir()
  const dataDir = join(dir, 'data')
  oldJournal(dataDir)
  const panel = await startPanel([], { dir })
  expect(panel.health()).toMatchObject({ problems: [], journal: { state: 'durable', first: 1 } })
  await panel.close()
  expect(look(dataDir, backupName(OLD))).toEqual(whole(OLD))
  expect(look(dataDir, JOURNAL_FILE)).toEqual(whole(SCHEMA_VERSION))
})

test('nothing is copied where nothing is changed', async () => {
  const dir = tempDir()
  const first = await startPanel([], { dir })
  await first.close()
  const second = await startPanel([], { dir })
  await second.close()
  expect(readdirSync(join(dir, 'data')).filter((name) => name.includes('version'))).toEqual([])
})

test('going back: the copy in the journal’s place is a journal again, and is taken over once more', async () => {
  const dir = tempDir()
  const dataDir = join(dir, 'data')
  oldJournal(dataDir)
  await (await startPanel([], { dir })).close()
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDir, JOURNAL_FILE + suffix), { force: true })
  const copy = openDatabase(join(dataDir, backupName(OLD)))
  copy.prepare('VACUUM INTO ?').run(join(dataDir, JOURNAL_FILE))
  copy.close()
  const panel = await startPanel([], { dir })
  expect(panel.health()).toMatchObject({ problems: [], journal: { state: 'durable', first: 1 } })
  await panel.close()
  expect(look(dataDir, JOURNAL_FILE)).toEqual(whole(SCHEMA_VERSION))
})

test('where the copy cannot be made the journal stays as it is, the panel runs in memory and says why, and goes on by itself', async () => {
  const dir = tempDir()
  const dataDir = join(dir, 'data')
  oldJournal(dataDir)
  const inTheWay = join(dataDir, `${backupName(OLD)}.part`)
  mkdirSync(join(inTheWay, 'folder'), { recursive: true })
  const panel = await startPanel([], { dir })
  expect(panel.health()).toMatchObject({
    journal: { state: 'memory' },
    problems: [{ code: 'journal_no_backup', remedy: expect.stringContaining('Free') as string }],
  })
  expect(look(dataDir, JOURNAL_FILE)).toEqual(whole(OLD))
  rmSync(inTheWay, { recursive: true })
  await waitFor(() => panel.health().journal.state === 'durable', { timeout: 20_000 })
  expect(panel.health().problems).toEqual([])
  expect(look(dataDir, backupName(OLD))).toEqual(whole(OLD))
})

test('too little room is seen before anything is written', () => {
  const dataDir = tempDir()
  oldJournal(dataDir)
  const database = openDatabase(join(dataDir, JOURNAL_FILE))
  expect(() => backUp(database, dataDir, OLD, () => 64 * 1024 * 1024)).toThrow(
    expect.objectContaining({ fault: 'no_backup' }) as JournalError,
  )
  expect(readdirSync(dataDir).filter((name) => name.includes('version'))).toEqual([])
  backUp(database, dataDir, OLD, () => 128 * 1024 * 1024)
  expect(readdirSync(dataDir)).toContain(backupName(OLD))
  database.close()
})

test('what an attempt that was cut off has left is replaced; the two latest versions are kept', () => {
  const dataDir = tempDir()
  oldJournal(dataDir)
  for (const version of [3, 10, 12]) writeFileSync(join(dataDir, backupName(version)), 'older')
  writeFileSync(join(dataDir, `${backupName(11)}.part`), 'half of it')
  const database = openDatabase(join(dataDir, JOURNAL_FILE))
  backUp(database, dataDir, 11)
  database.close()
  expect(readdirSync(dataDir).filter((name) => name.startsWith('journal-version'))).toEqual([
    backupName(11),
    backupName(12),
  ])
  expect(look(dataDir, backupName(11))).toEqual(whole(OLD))
})
