import { beforeEach, expect, test, vi } from 'vitest'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { helpActs } from '../../../src/main/electron/help.ts'
import { HELP_WORDS } from '../../../src/main/shell/help-words.ts'
import type { Language } from '../../../src/shared/language.ts'
import { endWithCommand } from '../../../src/main/electron/command-line.ts'
import { type Updater, UpdateWatch } from '../../../src/main/shell/update-watch.ts'
import { asWindow } from './as-electron.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { MemoryLog } from '../../support/memory-log.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'
import { app, BrowserWindow, dialog, order, resetElectron, shell } from './fake-electron.ts'

vi.mock('electron', () => import('./fake-electron.ts'))

beforeEach(() => {
  resetElectron()
  dialog.showMessageBox.mockReset().mockResolvedValue({ response: 0 })
  shell.openPath.mockClear()
})

const said = (): (string | undefined)[] =>
  dialog.showMessageBox.mock.calls.map(([, box]) => (box as { message: string }).message)

function help({
  updater = null,
  commands = 0,
  platform = 'linux',
  language = 'en',
}: { updater?: Updater | null; commands?: number; platform?: NodeJS.Platform; language?: Language } = {}) {
  const underWay = () => ({ commands, controlled: 0 })
  const log = new MemoryLog()
  const updates = new UpdateWatch({ updater, clock: new FakeClock(), log, underWay, kiosk: () => false })
  const window = asWindow(new BrowserWindow({}))
  const choose = helpActs({
    window: () => window,
    show: (page) => order.push(`show ${page}`),
    diagnose: (file) => Promise.resolve({ kind: 'written', file, refused: null }),
    updates,
    underWay,
    platform,
    words: HELP_WORDS[language],
    log,
  })
  return { choose, brought: () => waitFor(() => updates.state.kind === 'ready') }
}

test('About leads to its page; diagnostics go where they are wanted, or nowhere', async () => {
  const { choose } = help()
  choose('about')
  expect(order.at(-1)).toBe('show /about')
  choose('diagnose')
  dialog.showSaveDialog.mockResolvedValueOnce({ filePath: '/a/b.zip' })
  choose('diagnose')
  await waitFor(() => said().length > 0)
  expect(said()).toEqual([expect.stringMatching(/^The diagnostics are in \/a\/b\.zip\./)])
  expect(dialog.showSaveDialog.mock.calls[0]?.[1]).toMatchObject({
    defaultPath: expect.stringMatching(/^andon-diagnostics-\d{8}-\d{6}\.zip$/) as string,
  })
})

test('updates that are off say so, in the language of the system', async () => {
  help().choose('updates')
  await waitFor(() => said().length === 1)
  expect(said()[0]).toMatch(/not looked for/)
  help({ language: 'de' }).choose('updates')
  await waitFor(() => said().length === 2)
  expect(said()[1]).toMatch(/wird nicht gesucht/)
})

test('nobody waits for a download; what is ready is installed when that is chosen, and not while a command runs', async () => {
  const install = vi.fn<() => void>()
  const updating = async (commands = 0) => {
    const loads: (() => void)[] = []
    const load = () => new Promise<void>((resolve) => loads.push(resolve))
    const updater = { look: () => Promise.resolve('0.2.0'), load, install }
    const { choose, brought } = help({ updater, commands })
    const before = said().length
    choose('updates')
    await waitFor(() => said().length === before + 1)
    expect(said().at(-1)).toMatch(/being downloaded/)
    loads[0]?.()
    await brought()
    return () => choose('updates')
  }
  const busy = await updating(1)
  busy()
  await waitFor(() => said().length === 3)
  expect(said()[2]).toMatch(/under way/)
  const idle = await updating()
  dialog.showMessageBox.mockResolvedValueOnce({ response: 1 })
  idle()
  await waitFor(() => said().length === 5)
  expect(install).not.toHaveBeenCalled()
  idle()
  await waitFor(() => install.mock.calls.length === 1)
})

test('a file is opened where it is whole and nothing is under way', async () => {
  const dir = tempDir()
  const file = join(dir, 'andon.exe')
  const sha512 = createHash('sha512').update('package').digest('base64')
  writeFileSync(file, 'package')
  writeFileSync(join(dir, 'latest.yml'), `version: 0.2.0\nfiles: [{ url: andon.exe, sha512: ${sha512} }]\n`)
  dialog.showOpenDialog.mockResolvedValue({ filePaths: [file] })
  help({ platform: 'win32', commands: 1 }).choose('updateFile')
  await waitFor(() => said().length === 1)
  expect(shell.openPath).not.toHaveBeenCalled()
  help({ platform: 'win32' }).choose('updateFile')
  await waitFor(() => shell.openPath.mock.calls.length === 1)
  expect(shell.openPath).toHaveBeenCalledWith(file)
  writeFileSync(file, 'another')
  help({ platform: 'win32' }).choose('updateFile')
  await waitFor(() => said().length === 2)
  expect(said()[1]).toMatch(/damaged/)
  dialog.showOpenDialog.mockResolvedValue({ filePaths: [] })
})

test('a command ends the program with its own code, and never opens a window', async () => {
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((_text, done?: unknown) => {
    if (typeof done === 'function') done()
    return true
  })
  await endWithCommand(Promise.resolve({ code: 2, text: 'andon: no\n' }))
  expect(app.exit).toHaveBeenCalledWith(2)
  await endWithCommand(Promise.reject(new Error('defect')))
  expect(write.mock.calls.at(-1)?.[0]).toBe('andon: defect\n')
  expect(app.exit).toHaveBeenCalledWith(1)
  expect(order).not.toContain('window')
  write.mockRestore()
})
