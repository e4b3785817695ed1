import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DataDirInUse, lockDataDir } from '../../src/main/adapters/data-dir-lock.ts'
import { Child } from '../support/child.ts'
import { startPanel, testConfig } from '../support/panel.ts'
import { tempDir } from '../support/temp-dir.ts'

function spawnPanel(dir: string, socket: string): Child {
  return new Child(process.execPath, [
    join('out', 'main', 'headless.js'),
    '--data-dir',
    join(dir, 'data'),
    '--events-socket',
    join(dir, socket),
    '--port',
    '0',
    '--log-level',
    'silent',
  ])
}

test('a second process is told who holds the data folder, and ends with code 1', async () => {
  const dir = tempDir()
  const first = spawnPanel(dir, 'one.sock')
  await first.printed(/Andon is at/)
  const second = spawnPanel(dir, 'two.sock')
  expect((await second.ended()).code).toBe(1)
  expect(second.errors).toContain(`The data folder ${join(dir, 'data')} is in use`)
  expect(second.errors).toContain(`process ${first.process.pid}`)
  expect(second.errors).toMatch(/, at http:\/\/127\.0\.0\.1:\d+\/\)/)
  expect(second.errors.trim().split('\n')).toHaveLength(1)
  expect(first.exit).toBeNull()
})

test('while the first one is still starting, and has no address yet, the second is told so', async () => {
  const dir = tempDir()
  const lock = lockDataDir(join(dir, 'data'))
  const second = spawnPanel(dir, 'two.sock')
  expect((await second.ended()).code).toBe(1)
  expect(second.errors).toContain(`another Andon that is still starting (process ${process.pid}, since `)
  expect(second.errors.trim().split('\n')).toHaveLength(1)
  lock?.found({ url: 'http://127.0.0.1:3002/', window: false })
  const third = spawnPanel(dir, 'two.sock')
  expect((await third.ended()).code).toBe(1)
  expect(third.errors).toMatch(/started \S+, at http:\/\/127\.0\.0\.1:3002\/\)/)
  lock?.release()
})

test('kill -9 frees the data folder', async () => {
  const dir = tempDir()
  const first = spawnPanel(dir, 'one.sock')
  await first.printed(/Andon is at/)
  first.process.kill('SIGKILL')
  await first.ended()
  const second = spawnPanel(dir, 'one.sock')
  await second.printed(/Andon is at/)
  const { pid } = JSON.parse(readFileSync(join(dir, 'data', 'holder.json'), 'utf8')) as { pid: number }
  expect(pid).toBe(second.process.pid)
})

test('a panel that is closed in order frees the data folder', async () => {
  const dir = tempDir()
  const panel = await startPanel([], { dir })
  await expect(startPanel([], { dir })).rejects.toThrow(DataDirInUse)
  await panel.close()
  await startPanel([], { dir })
})

test('two panels with a folder each do not mind each other', async () => {
  const [one, two] = [await startPanel(), await startPanel()]
  expect(one.config.dataDir).not.toBe(two.config.dataDir)
})

test('the lock holds also where nobody could write down whose it is', () => {
  const dir = tempDir()
  // In place of the file.
  mkdirSync(join(dir, 'holder.json'))
  const lock = lockDataDir(dir)
  expect(lock).not.toBeNull()
  expect(() => lockDataDir(dir)).toThrow(/in use by another Andon\. Stop it/)
  lock?.release()
  lock?.release()
  lockDataDir(dir)?.release()
})

test('a folder that cannot be written has no lock; the journal says why', () => {
  const dir = tempDir()
  writeFileSync(join(dir, 'data'), 'a file')
  expect(lockDataDir(join(dir, 'data'))).toBeNull()
  rmSync(join(dir, 'data'))
  const lock = lockDataDir(testConfig([], dir).dataDir)
  expect(lock).not.toBeNull()
  lock?.release()
})
