import { beforeEach, describe, expect, test, vi } from 'vitest'
import { restrictDevelopmentServer } from '../../../src/main/electron/development.ts'
import { installMenu } from '../../../src/main/electron/menu.ts'
import { developmentOrigin, panelOrigin } from '../../../src/main/electron/page-origin.ts'
import { openWindow, windowOptions } from '../../../src/main/electron/window.ts'
import { MemoryLog } from '../../support/memory-log.ts'
import { asSession } from './as-electron.ts'
import { BrowserWindow, FakeSession, Menu, order, resetElectron } from './fake-electron.ts'

vi.mock('electron', () => import('./fake-electron.ts'))

const OPTIONS = { origin: panelOrigin, preload: '/opt/andon/out/preload/index.cjs', development: false }

beforeEach(resetElectron)

test('the page is shut in, whatever the defaults are', () => {
  expect(windowOptions(OPTIONS).webPreferences).toEqual({
    preload: '/opt/andon/out/preload/index.cjs',
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    navigateOnDragDrop: false,
    spellcheck: false,
    devTools: false,
  })
})

test('developer tools are for development', () => {
  expect(windowOptions({ ...OPTIONS, development: true }).webPreferences?.devTools).toBe(true)
})

test('it loads the page, fits on a small display, and shows itself when it has something to show', async () => {
  const window = await openWindow(OPTIONS, new MemoryLog())
  expect(order).toEqual(['window', 'load andon://panel/index.html'])
  const fake = BrowserWindow.windows[0]
  expect(fake).toBe(window)
  expect(fake?.options).toMatchObject({ show: false, autoHideMenuBar: true, minWidth: 390, minHeight: 480 })
  expect(fake?.show).not.toHaveBeenCalled()
  fake?.emit('ready-to-show')
  expect(fake?.show).toHaveBeenCalledOnce()
})

test('a page that cannot be loaded is said to be so', async () => {
  BrowserWindow.loading = () => Promise.reject(new Error('ERR_FILE_NOT_FOUND (-6)'))
  await expect(openWindow(OPTIONS, new MemoryLog())).rejects.toThrow('ERR_FILE_NOT_FOUND')
})

describe('a page whose process died', () => {
  test('is loaded again after a moment, and that is logged', async () => {
    vi.useFakeTimers()
    const log = new MemoryLog()
    await openWindow(OPTIONS, log)
    const { webContents } = BrowserWindow.windows[0] ?? new BrowserWindow({})
    webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 139 })
    expect(webContents.reload).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(webContents.reload).toHaveBeenCalledOnce()
    expect(log.records).toMatchObject([{ level: 'error', fields: { reason: 'crashed', exitCode: 139 } }])
    webContents.emit('render-process-gone', {}, { reason: 'clean-exit', exitCode: 0 })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(webContents.reload).toHaveBeenCalledOnce()
    vi.useRealTimers()
  })
})

test('the development server is bound by nearly the same policy', () => {
  const session = new FakeSession()
  restrictDevelopmentServer(asSession(session), developmentOrigin('http://localhost:5173/').url)
  const { headers, headersFilter } = session.handlers as Record<string, (...args: unknown[]) => unknown>
  expect(headersFilter?.()).toEqual({ urls: ['http://localhost:5173/*'] })
  const answers: { responseHeaders: Record<string, string[]> }[] = []
  headers?.({ responseHeaders: { 'content-type': ['text/html'] } }, (answer: (typeof answers)[number]) =>
    answers.push(answer),
  )
  const [{ responseHeaders } = { responseHeaders: {} as Record<string, string[]> }] = answers
  expect(responseHeaders['content-type']).toEqual(['text/html'])
  expect(responseHeaders['Content-Security-Policy']?.[0]).toContain("script-src 'self';")
  expect(responseHeaders['Content-Security-Policy']?.[0]).toContain("style-src 'self' 'unsafe-inline'")
})

test('there is a menu only where the keyboard needs one', () => {
  installMenu('linux')
  installMenu('win32')
  installMenu('darwin')
  const roles = [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }]
  expect(Menu.setApplicationMenu.mock.calls).toEqual([[null], [null], [{ template: roles }]])
})
