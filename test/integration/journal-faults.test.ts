import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SCHEMA_VERSION } from '../../src/main/adapters/sqlite/migrations.ts'
import { PANEL_MACHINE } from '../../src/shared/alarm.ts'
import type { EventView } from '../../src/shared/event.ts'
import type { JournalHealth } from '../../src/shared/health.ts'
import { Child } from '../support/child.ts'
import { openDatabase } from '../support/database.ts'
import { FaultyThread } from '../support/faulty-thread.ts'
import { startPanel } from '../support/panel.ts'
import { Random } from '../support/random.ts'
import { datagram, type Sender, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

const WAIT = { timeout: 20_000 }

async function send(sender: Sender, count: number, message = ''): Promise<void> {
  for (let i = 0; i < count; i += 1)
    await sender.send(datagram(`m${i % 3}`, 'activity_log', { message: `${i} ${message}` }))
}

async function ready(url: string): Promise<{ status: number; reasons: string[] }> {
  const response = await fetch(new URL('readyz', url))
  const { reasons } = (await response.json()) as { reasons: string[] }
  return { status: response.status, reasons }
}

/** What is in the journal, as another process sees it: every offset, and how many of them machines sent. */
function held(dataDir: string): { offsets: number[]; sent: number } {
  const database = openDatabase(join(dataDir, 'journal.db'), { readOnly: true })
  const rows = database
    .prepare('SELECT offset, name FROM events JOIN names ON names.id = events.machine ORDER BY offset')
    .all() as unknown as { offset: number; name: string }[]
  database.close()
  // The panel's own events are its alarms about the journal.
  return {
    offsets: rows.map((row) => row.offset),
    sent: rows.filter((row) => row.name !== PANEL_MACHINE).length,
  }
}

/** Whether anything is missing between what machines sent and what the panel said itself. */
function kept(dataDir: string): { gapless: boolean; sent: number } {
  const { offsets, sent } = held(dataDir)
  return { gapless: offsets.every((offset, i) => offset === i + 1), sent }
}

const fromMachines = (viewer: Viewer): EventView[] => viewer.events.filter(({ origin }) => origin === 'machine')

/** Waits until this viewer has seen so many events of machines. */
const sees = (viewer: Viewer, sent: number): Promise<unknown> =>
  waitFor(() => fromMachines(viewer).length >= sent, { ...WAIT, what: `${sent} events of machines` })

const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i)

const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

/** The panel says to everybody that nothing is being made durable. */
async function saysSo(viewer: Viewer, url: string, code: string): Promise<JournalHealth> {
  const health = await waitFor(
    () =>
      viewer.health?.journal.state === 'memory' && viewer.health.problems.some((p) => p.code === code) && viewer.health,
    { ...WAIT, what: `the problem ${code}` },
  )
  const { status, reasons } = await ready(url)
  expect(status).toBe(503)
  expect(reasons.join(' ')).toContain('Events are kept in memory only.')
  return health.journal
}

/** The panel says to everybody that all is well again, and all that this viewer saw of machines is durable. */
async function saysAllIsWell(viewer: Viewer, url: string): Promise<JournalHealth> {
  const durable = fromMachines(viewer).at(-1)?.offset ?? 0
  const health = await waitFor(
    () =>
      viewer.health?.journal.state === 'durable' &&
      viewer.health.journal.durable >= durable &&
      viewer.health.problems.length === 0 &&
      viewer.health,
    { ...WAIT, what: `everything durable up to ${durable}` },
  )
  expect((await ready(url)).status).toBe(200)
  return health.journal
}

const machines = (viewer: Viewer): unknown[] => [...viewer.client.replica.state.machines.values()]

test.each(['disk_full', 'io'] as const)(
  '%s while running: events go on reaching viewers, everybody is told, and nothing is lost',
  async (fault) => {
    const thread = new FaultyThread()
    const panel = await startPanel([], { journalThread: thread.file })
    const viewer = new Viewer(panel.url)
    await viewer.live()
    const sender = unixSender(panel.socket)
    await send(sender, 50)
    await waitFor(() => panel.health().journal.durable === 50, WAIT)
    thread.fail(fault)
    await send(sender, 50)
    expect(await saysSo(viewer, panel.url, `journal_${fault}`)).toMatchObject({ durable: 50, lost: 0 })
    await send(sender, 50)
    await sees(viewer, 150)
    expect(kept(panel.config.dataDir)).toEqual({ gapless: true, sent: 50 })
    thread.mend()
    expect(await saysAllIsWell(viewer, panel.url)).toMatchObject({ lost: 0 })
    expect(kept(panel.config.dataDir)).toEqual({ gapless: true, sent: 150 })
    expect(viewer.snapshots).toHaveLength(1)
  },
)

test.each(['exit', 'throw'] as const)(
  'a journal thread that dies (%s) is replaced, and nothing is lost',
  async (how) => {
    const thread = new FaultyThread()
    const panel = await startPanel([], { journalThread: thread.file })
    const viewer = new Viewer(panel.url)
    await viewer.live()
    const sender = unixSender(panel.socket)
    await send(sender, 50)
    await waitFor(() => panel.health().journal.durable === 50, WAIT)
    thread.fail(how)
    await send(sender, 50)
    await saysSo(viewer, panel.url, 'journal_defect')
    await sees(viewer, 100)
    thread.mend()
    await saysAllIsWell(viewer, panel.url)
    expect(kept(panel.config.dataDir)).toEqual({ gapless: true, sent: 100 })
  },
)

test('[R5] where memory overflowed while the disk failed, the loss is counted and nobody is resumed across it', async () => {
  const thread = new FaultyThread()
  const dir = tempDir()
  const panel = await startPanel([], { journalThread: thread.file, dir })
  const [stays, goes] = [new Viewer(panel.url), new Viewer(panel.url)]
  await Promise.all([stays.live(), goes.live()])
  const sender = unixSender(panel.socket)
  await send(sender, 20)
  await Promise.all([sees(stays, 20), sees(goes, 20)])
  await waitFor(() => panel.health().journal.durable === 20, WAIT)
  goes.client.close()
  const position = goes.client.replica.position
  thread.fail('disk_full')
  // More than the 32 MiB of the ring.
  await send(sender, 700, 'x'.repeat(60_000))
  await sees(stays, 720)
  const { journal } = panel.health()
  expect(journal).toMatchObject({ state: 'memory', durable: 20 })
  // What was on its way to the disk before memory overflowed must not come to it after all.
  const { refused } = thread
  await waitFor(() => thread.refused > refused, WAIT)
  thread.mend()
  const { lost } = await saysAllIsWell(stays, panel.url)
  // A commit that was on its way when the disk came back may have saved some more.
  expect(lost).toBeGreaterThan(0)
  expect(lost).toBeLessThanOrEqual(journal.lost)
  const { offsets } = held(panel.config.dataDir)
  expect(offsets).toEqual([...upTo(20), ...upTo(offsets.at(-1) ?? 0, 21 + lost)])

  const back = new Viewer(panel.url)
  back.client.replica.position = position
  await back.live()
  expect(back.snapshots).toHaveLength(1)
  await back.at(stays.client.replica.position?.offset ?? 0)
  expect(machines(back)).toEqual(machines(stays))
  await panel.close()
  const again = await startPanel([], { dir })
  const after = new Viewer(again.url)
  await after.live()
  expect(machines(after)).toEqual(machines(stays))
})

test('a data folder that cannot be written: the panel runs in memory, and writes as soon as it can', async () => {
  const dir = tempDir()
  const dataDir = join(dir, 'data')
  writeFileSync(dataDir, 'a file in place of the folder')
  const panel = await startPanel([], { dir })
  const viewer = new Viewer(panel.url)
  await viewer.live()
  const sender = unixSender(panel.socket)
  await send(sender, 30)
  await sees(viewer, 30)
  expect(await saysSo(viewer, panel.url, 'journal_read_only')).toMatchObject({ durable: 0, lost: 0 })
  rmSync(dataDir)
  await saysAllIsWell(viewer, panel.url)
  expect(kept(dataDir)).toEqual({ gapless: true, sent: 30 })
  expect(viewer.snapshots).toHaveLength(1)
})

/** The one file that was set aside. */
function aside(dataDir: string): string {
  const found = readdirSync(dataDir).filter((name) => /^journal-damaged-[-\dTZ]+\.db$/.test(name))
  expect(found).toHaveLength(1)
  return found[0] ?? ''
}

/** Overwrites a file from `from` on. */
function destroy(file: string, from: number): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, new Random(5).bytes(statSync(file).size - from), 0, null, from)
  closeSync(handle)
}

test('a journal of random bytes is set aside as it is, and the panel begins a new one', async () => {
  const dir = tempDir()
  const dataDir = join(dir, 'data')
  mkdirSync(dataDir)
  const file = join(dataDir, 'journal.db')
  writeFileSync(file, new Random(1).bytes(50_000))
  const before = digest(file)
  const panel = await startPanel([], { dir })
  await send(unixSender(panel.socket), 10)
  await waitFor(() => panel.health().journal.durable === 10, WAIT)
  expect(digest(join(dataDir, aside(dataDir)))).toBe(before)
  expect(kept(dataDir)).toEqual({ gapless: true, sent: 10 })
  expect(panel.log.records.some((record) => record.level === 'error' && record.message.includes('set aside'))).toBe(
    true,
  )
})

test('a journal whose pages are destroyed behind a good header is set aside as it is', async () => {
  const dir = tempDir()
  const first = await startPanel([], { dir })
  await send(unixSender(first.socket), 500, 'x'.repeat(200))
  await first.close()
  const { dataDir } = first.config
  const file = join(dataDir, 'journal.db')
  destroy(file, 4_096)
  const before = digest(file)
  const panel = await startPanel([], { dir })
  const viewer = new Viewer(panel.url)
  await viewer.live()
  await send(unixSender(panel.socket), 10)
  await sees(viewer, 10)
  await saysAllIsWell(viewer, panel.url)
  expect(digest(join(dataDir, aside(dataDir)))).toBe(before)
  expect(kept(dataDir)).toEqual({ gapless: true, sent: 10 })
})

test('[R2] a journal that is damaged while the panel runs is set aside; what is in memory goes into a new one', async () => {
  const panel = await startPanel()
  const viewer = new Viewer(panel.url)
  await viewer.live()
  const sender = unixSender(panel.socket)
  await send(sender, 300, 'x'.repeat(200))
  await waitFor(() => panel.health().journal.durable === 300, WAIT)
  const { dataDir } = panel.config
  // A change by someone else makes the panel read the file again; then it is destroyed.
  const other = openDatabase(join(dataDir, 'journal.db'))
  other.exec('CREATE TABLE other (x); PRAGMA wal_checkpoint(TRUNCATE)')
  destroy(join(dataDir, 'journal.db'), 4_096)
  other.close()
  await send(sender, 10)
  await sees(viewer, 310)
  await saysAllIsWell(viewer, panel.url)
  expect(aside(dataDir)).not.toBe('')
  expect(kept(dataDir)).toEqual({ gapless: true, sent: 310 })
  await send(sender, 5)
  await sees(viewer, 315)
  await saysAllIsWell(viewer, panel.url)
  expect(kept(dataDir)).toEqual({ gapless: true, sent: 315 })
  expect(viewer.snapshots).toHaveLength(1)
})

test('a journal of a newer version stays untouched; the panel runs in memory, and on disk when the file is moved away', async () => {
  const dir = tempDir()
  const dataDir = join(dir, 'data')
  mkdirSync(dataDir)
  const file = join(dataDir, 'journal.db')
  const database = openDatabase(file)
  database.exec(`PRAGMA journal_mode = WAL; CREATE TABLE later (x); PRAGMA user_version = ${SCHEMA_VERSION + 1}`)
  database.close()
  const before = digest(file)
  const panel = await startPanel([], { dir })
  const viewer = new Viewer(panel.url)
  await viewer.live()
  await send(unixSender(panel.socket), 10)
  await saysSo(viewer, panel.url, 'journal_newer_version')
  await sees(viewer, 10)
  expect(digest(file)).toBe(before)
  renameSync(file, join(dataDir, 'kept.db'))
  await saysAllIsWell(viewer, panel.url)
  expect(kept(dataDir)).toEqual({ gapless: true, sent: 10 })
  expect(digest(join(dataDir, 'kept.db'))).toBe(before)
})

/** A panel in a process of its own, whose command is run by a shell after `prelude`. */
async function spawned(
  dir: string,
  dataDir: string,
  shell: readonly string[],
  prelude: string,
): Promise<Child & { url: string }> {
  const panel = `exec ${process.execPath} out/main/headless.js --data-dir ${dataDir} --events-socket ${dir}/events.sock --port 0 --log-level silent`
  const child = new Child(shell[0] ?? '', [...shell.slice(1), `${prelude}; ${panel}`])
  const [, url = ''] = await child.printed(/Andon is at (\S+)/)
  return Object.assign(child, { url })
}

async function fillsAndRecovers(
  panel: Child & { url: string },
  dir: string,
  codes: readonly string[],
  mend: () => void,
): Promise<number> {
  const viewer = new Viewer(panel.url)
  await viewer.live()
  const sender = unixSender(join(dir, 'events.sock'))
  let sent = 0
  await waitFor(
    async () => {
      await send(sender, 20, 'x'.repeat(2_000))
      sent += 20
      return viewer.health?.journal.state === 'memory'
    },
    { ...WAIT, what: 'a disk that is full' },
  )
  expect(codes).toContain(viewer.health?.problems[0]?.code)
  expect((await ready(panel.url)).status).toBe(503)
  await send(sender, 50)
  sent += 50
  await sees(viewer, sent)
  mend()
  expect(await saysAllIsWell(viewer, panel.url)).toMatchObject({ lost: 0 })
  const offsets = viewer.events.map((event) => event.offset)
  expect(offsets).toEqual(upTo(offsets.at(-1) ?? 0, offsets[0]))
  return sent
}

test('files that may not grow: the panel runs in memory until they may, and nothing is lost', async () => {
  const dir = tempDir()
  const panel = await spawned(dir, join(dir, 'data'), ['bash', '-c'], 'ulimit -S -f 400')
  const sent = await fillsAndRecovers(panel, dir, ['journal_io', 'journal_disk_full'], () => {
    const pid = String(panel.process.pid)
    expect(spawnSync('prlimit', ['--pid', pid, '--fsize=unlimited:']).status).toBe(0)
  })
  expect(kept(join(dir, 'data'))).toEqual({ gapless: true, sent })
})

test('a disk that is full: the panel runs in memory until there is room, and nothing is lost', async () => {
  const dir = tempDir()
  const disk = join(dir, 'disk')
  mkdirSync(disk)
  // A file system of its own, which goes with its process; where that is not allowed, a limit does the same.
  const mayMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]).status === 0
  const panel = mayMount
    ? await spawned(
        dir,
        join(disk, 'data'),
        ['unshare', '-rm', 'bash', '-c'],
        `mount -t tmpfs -o size=24m tmpfs ${disk} && head -c 21000000 /dev/zero > ${disk}/ballast`,
      )
    : await spawned(dir, join(disk, 'data'), ['bash', '-c'], 'ulimit -S -f 400')
  const sent = await fillsAndRecovers(
    panel,
    dir,
    mayMount ? ['journal_disk_full'] : ['journal_io', 'journal_disk_full'],
    () => {
      const pid = String(panel.process.pid)
      if (mayMount) rmSync(`/proc/${pid}/root${disk}/ballast`)
      else spawnSync('prlimit', ['--pid', pid, '--fsize=unlimited:'])
    },
  )
  const root = mayMount ? `/proc/${panel.process.pid}/root` : ''
  // SQLite does not find its way there.
  for (const name of ['journal.db', 'journal.db-wal']) copyFileSync(`${root}${disk}/data/${name}`, join(dir, name))
  expect(kept(dir)).toEqual({ gapless: true, sent })
})
