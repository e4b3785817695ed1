import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LOG_FILE, OLD_LOG_FILE, openLogFile } from '../../../src/main/adapters/log-file.ts'
import { createLog } from '../../../src/main/adapters/logger.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')

test('the log goes on in the file that is there, and into a folder that is not there yet', async () => {
  const dir = join(tempDir(), 'data')
  for (const text of ['one', 'two']) {
    const log = openLogFile(dir)
    log?.write(`${text}\n`)
    await waitFor(() => read(join(dir, LOG_FILE)).includes(text))
  }
  expect(read(join(dir, LOG_FILE))).toBe('one\ntwo\n')
  expect(statSync(join(dir, LOG_FILE)).mode & 0o007).toBe(0)
})

test('it is bounded: one full file is kept beside the one that is written, and no line is lost between them', async () => {
  const dir = tempDir()
  const log = openLogFile(dir, 1_000)
  const lines = Array.from({ length: 100 }, (_, i) => `${String(i).padStart(48, '.')}\n`)
  for (const line of lines) {
    log?.write(line)
    // As far apart as lines are: a burst may well lie in the newer file altogether.
    await waitFor(() => read(join(dir, LOG_FILE)).endsWith(line))
  }
  const [old, now] = [OLD_LOG_FILE, LOG_FILE].map((name) => read(join(dir, name)))
  expect(old?.length).toBeLessThanOrEqual(1_000)
  expect(now?.length).toBeLessThanOrEqual(1_000)
  expect(lines.join('').endsWith(`${old}${now}`)).toBe(true)
  expect(`${old}${now}`.length).toBeGreaterThan(1_000)
})

test('a file that cannot be written is no reason not to log, nor to end', () => {
  const file = join(tempDir(), 'file')
  writeFileSync(file, '')
  expect(openLogFile(join(file, 'data'))).toBeNull()
  expect(() => createLog('error', join(file, 'data'))).not.toThrow()
  const silent = tempDir()
  createLog('silent', silent)
  expect(existsSync(join(silent, LOG_FILE))).toBe(false)
})

test('a log that is closed leaves nothing behind in the process, and loses none of its lines', async () => {
  const dir = tempDir()
  const listeners = process.listenerCount('exit')
  for (let i = 0; i < 3; i += 1) {
    const log = openLogFile(dir)
    log?.write(`${i}\n`)
    log?.close()
    log?.close()
    log?.write('too late\n')
    await waitFor(() => read(join(dir, LOG_FILE)).endsWith(`${i}\n`))
  }
  expect(read(join(dir, LOG_FILE))).toBe('0\n1\n2\n')
  expect(process.listenerCount('exit')).toBe(listeners)
})
