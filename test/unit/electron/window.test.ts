import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { restrictDevelopmentServer } from '../../../src/main/electron/development.ts'
import { developmentOrigin, panelOrigin } from '../../../src/main/electron/page-origin.ts'
import { openWindow, windowOptions } from '../../../src/main/electron/window.ts'
import { RELOAD_WAITS } from '../../../src/main/shell/reload-policy.ts'
import { MemoryLog } from '../../support/memory-log.ts'
import { asSession } from './as-electron.ts'
import { BrowserWindow, FakeSession, order, resetElectron } from './fake-electron.ts'

vi.mock('electron', () => import('./fake-electron.ts'))

const OPTIONS = {
  url: panelOrigin.url,
  preload: '/opt/andon/out/preload/index.cjs',
  development: false,
  kiosk: false,
  place: null,
}
const nothing = () => undefined
const EVENTS = {
  opened: nothing,
  placed: nothing,
  paged: nothing,
  closed: nothing,
  mayClose: () => true,
  inKiosk: () => true,
  systemEnds: nothing,
  givenUp: () => 'andon://panel/recovery',
}

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
  const window = await openWindow(OPTIONS, EVENTS, new MemoryLog())
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
  await expect(openWindow(OPTIONS, EVENTS, new MemoryLog())).rejects.toThrow('ERR_FILE_NOT_FOUND')
})

describe('a page whose process died', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('is loaded again after a moment, and that is logged', async () => {
    const log = new MemoryLog()
    await openWindow(OPTIONS, EVENTS, log)
    const { webContents } = BrowserWindow.windows[0] ?? new BrowserWindow({})
    webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 139 })
    expect(webContents.reload).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(webContents.reload).toHaveBeenCalledOnce()
    expect(log.records).toMatchObject([{ level: 'error', fields: { reason: 'crashed', exitCode: 139 } }])
    webContents.emit('render-process-gone', {}, { reason: 'clean-exit', exitCode: 0 })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(webContents.reload).toHaveBeenCalledOnce()
  })

  test('that dies again and again is given up, with a page that says why; who tries again from there begins anew', async () => {
    const reasons: string[] = []
    const givenUp = (reason: string) => (reasons.push(reason), 'andon://panel/recovery')
    await openWindow(OPTIONS, { ...EVENTS, givenUp }, new MemoryLog())
    const { webContents } = BrowserWindow.windows[0] ?? new BrowserWindow({})
    const die = async () => {
      webContents.emit('render-process-gone', {}, { reason: 'oom', exitCode: 5 })
      await vi.advanceTimersByTimeAsync(30_000)
    }
    for (let i = 0; i < RELOAD_WAITS.length; i += 1) await die()
    expect([webContents.reload.mock.calls.length, reasons]).toEqual([RELOAD_WAITS.length, []])
    await die()
    expect([webContents.reload.mock.calls.length, reasons]).toEqual([RELOAD_WAITS.length, ['oom (5)']])
    expect(order.at(-1)).toBe('load andon://panel/recovery')
    await die()
    expect(webContents.reload).toHaveBeenCalledTimes(RELOAD_WAITS.length + 1)
  })

  test('a page that hangs for long is ended, one that only paused is not', async () => {
    const window = await openWindow(OPTIONS, EVENTS, new MemoryLog())
    const { webContents } = BrowserWindow.windows[0] ?? new BrowserWindow({})
    window.emit('unresponsive')
    await vi.advanceTimersByTimeAsync(20_000)
    window.emit('responsive')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(webContents.forcefullyCrashRenderer).not.toHaveBeenCalled()
    window.emit('unresponsive')
    await vi.advanceTimersByTimeAsync(30_000)
    expect(webContents.forcefullyCrashRenderer).toHaveBeenCalledOnce()
  })
})

describe('where the window is', () => {
  const place = { x: 300, y: 40, width: 900, height: 600, maximized: true }

  test('it opens where it was, and says where it is when it goes', async () => {
    const placed = vi.fn<(window: unknown) => void>()
    const window = await openWindow({ ...OPTIONS, place }, { ...EVENTS, placed }, new MemoryLog())
    const fake = BrowserWindow.windows[0] ?? new BrowserWindow({})
    expect(fake.options).toMatchObject({ x: 300, y: 40, width: 900, height: 600 })
    window.emit('ready-to-show')
    expect(fake.maximize).toHaveBeenCalledOnce()
    window.emit('close', { preventDefault: () => undefined })
    window.emit('moved')
    expect(placed.mock.calls).toEqual([[fake], [fake]])
  })

  test('it stays where it may not be closed', async () => {
    await openWindow(OPTIONS, { ...EVENTS, mayClose: () => false }, new MemoryLog())
    BrowserWindow.windows[0]?.close()
    expect(BrowserWindow.windows.length).toBe(1)
  })

  test('it says which page it shows', async () => {
    const pages: string[] = []
    await openWindow(OPTIONS, { ...EVENTS, paged: (_, page) => pages.push(page) }, new MemoryLog())
    const { webContents } = BrowserWindow.windows[0] ?? new BrowserWindow({})
    webContents.emit('did-navigate-in-page', {}, 'andon://panel/index.html#/alarms', true)
    webContents.emit('did-navigate-in-page', {}, 'andon://panel/frame.html#/trends', false)
    expect(pages).toEqual(['/alarms'])
  })
})

describe('a kiosk', () => {
  test('takes the display, has no developer tools, and forgets no place', async () => {
    expect(windowOptions({ ...OPTIONS, kiosk: true, development: true })).toMatchObject({
      kiosk: true,
      closable: false,
      webPreferences: { devTools: false },
    })
  })

  test.each([
    ['F5', {}, false],
    ['F11', {}, false],
    ['F12', {}, false],
    ['F4', { alt: true }, false],
    ['F4', {}, true],
    ['r', { control: true }, false],
    ['R', { control: true, shift: true }, false],
    ['w', { control: true }, false],
    ['q', { meta: true }, false],
    ['I', { control: true, shift: true }, false],
    ['i', { meta: true, alt: true }, false],
    ['c', { control: true }, true],
    ['Tab', {}, true],
    ['Enter', {}, true],
    ['ArrowLeft', {}, true],
    ['ArrowLeft', { alt: true }, false],
  ])('key %s with %o reaches the page: %s', async (key, modifiers, reaches) => {
    await openWindow({ ...OPTIONS, kiosk: true }, EVENTS, new MemoryLog())
    const { webContents } = BrowserWindow.windows[0] ?? new BrowserWindow({})
    const preventDefault = vi.fn<() => void>()
    const none = { control: false, meta: false, alt: false, shift: false }
    webContents.emit('before-input-event', { preventDefault }, { key, ...none, ...modifiers })
    expect(preventDefault).toHaveBeenCalledTimes(reaches ? 0 : 1)
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
