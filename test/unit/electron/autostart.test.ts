import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { setAutostart } from '../../../src/main/electron/autostart.ts'
import { MemoryLog } from '../../support/memory-log.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { app, resetElectron } from './fake-electron.ts'

vi.mock('electron', () => import('./fake-electron.ts'))

let dir: string
let log: MemoryLog

beforeEach(() => {
  resetElectron()
  app.isPackaged = true
  dir = tempDir()
  log = new MemoryLog()
  vi.stubEnv('XDG_CONFIG_HOME', dir)
  vi.stubEnv('APPIMAGE', '/home/a/Andon.AppImage')
})
afterEach(() => void vi.unstubAllEnvs())

test('on Linux an entry is written, and taken away again', () => {
  const file = join(dir, 'autostart', 'andon.desktop')
  setAutostart(true, '/etc/andon.yaml', log, 'linux')
  expect(readFileSync(file, 'utf8')).toContain('Exec="/home/a/Andon.AppImage" "--config=/etc/andon.yaml"')
  setAutostart(true, join(dir, 'andon', 'andon.yaml'), log, 'linux')
  expect(readFileSync(file, 'utf8')).toContain('Exec="/home/a/Andon.AppImage"\n')
  setAutostart(false, '/etc/andon.yaml', log, 'linux')
  setAutostart(false, '/etc/andon.yaml', log, 'linux')
  expect(existsSync(file)).toBe(false)
  expect(log.records).toEqual([])
})

test.each(['win32', 'darwin'] as const)('on %s the system is told', (platform) => {
  setAutostart(true, '/etc/andon.yaml', log, platform)
  setAutostart(false, '/etc/andon.yaml', log, platform)
  const command = { path: '/home/a/Andon.AppImage', args: ['--config=/etc/andon.yaml'] }
  expect(app.setLoginItemSettings.mock.calls).toEqual([
    [{ openAtLogin: true, ...command }],
    [{ openAtLogin: false, ...command }],
  ])
  expect(existsSync(join(dir, 'autostart'))).toBe(false)
})

test('what is run from its source is left out', () => {
  app.isPackaged = false
  setAutostart(true, '/etc/andon.yaml', log, 'linux')
  expect(existsSync(join(dir, 'autostart'))).toBe(false)
})

test('a folder that cannot be written is logged, and no more', () => {
  writeFileSync(join(dir, 'autostart'), '')
  setAutostart(true, '/etc/andon.yaml', log, 'linux')
  expect(log.records).toMatchObject([{ level: 'warn' }])
})
