import { beforeEach, describe, expect, test, vi } from 'vitest'
import { hardenApplication, hardenSession } from '../../../src/main/electron/hardening.ts'
import { developmentOrigin, panelOrigin } from '../../../src/main/electron/page-origin.ts'
import { asSession } from './as-electron.ts'
import { app, FakeContents, FakeSession, resetElectron } from './fake-electron.ts'

vi.mock('electron', () => import('./fake-electron.ts'))

beforeEach(resetElectron)

/** A page as Electron would make one, after the application was hardened. */
function page(origin = panelOrigin): FakeContents {
  hardenApplication(origin)
  const contents = new FakeContents()
  app.emit('web-contents-created', {}, contents)
  return contents
}

/** True where the page may go there. */
function mayGo(contents: FakeContents, event: string, url: string, isMainFrame = true): boolean {
  let prevented = false
  contents.emit(event, { url, isMainFrame, preventDefault: () => (prevented = true) })
  return !prevented
}

test('the sandbox is on for every renderer', () => {
  hardenApplication(panelOrigin)
  expect(app.enableSandbox).toHaveBeenCalledOnce()
})

test('who starts it with --no-sandbox is not overruled: such a process could make no renderer that has one', () => {
  app.switches.add('no-sandbox')
  hardenApplication(panelOrigin)
  expect(app.enableSandbox).not.toHaveBeenCalled()
})

describe.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])('%s', (event) => {
  test('to ourselves is allowed, for the main frame', () => {
    expect(mayGo(page(), event, 'andon://panel/index.html#/machines')).toBe(true)
    expect(mayGo(page(), event, 'andon://panel/index.html', false)).toBe(false)
  })

  test.each([
    'https://example.org/',
    'http://127.0.0.1:3002/',
    'andon://elsewhere/',
    'file:///etc/passwd',
    'data:text/html,x',
    'javascript:alert(1)',
    'about:blank',
    'blob:andon://panel/4f0c',
    'chrome://gpu',
    'not a url',
    '',
  ])('to %s is denied', (url) => {
    expect(mayGo(page(), event, url)).toBe(false)
  })

  test('in development, ourselves is the server of Vite', () => {
    const contents = page(developmentOrigin('http://localhost:5173/'))
    expect(mayGo(contents, event, 'http://localhost:5173/index.html')).toBe(true)
    expect(mayGo(contents, event, 'http://localhost:5173.example.org/')).toBe(false)
    expect(mayGo(contents, event, 'andon://panel/index.html')).toBe(false)
  })
})

test('a page opens no window and attaches no webview', () => {
  const contents = page()
  expect(contents.windowOpen?.()).toEqual({ action: 'deny' })
  const preventDefault = vi.fn<() => void>()
  contents.emit('will-attach-webview', { preventDefault }, {}, {})
  expect(preventDefault).toHaveBeenCalledOnce()
})

test('a kiosk downloads nothing, until it is left', () => {
  const session = new FakeSession()
  let kiosk = true
  hardenSession(asSession(session), () => kiosk)
  const preventDefault = vi.fn<() => void>()
  session.emit('will-download', { preventDefault })
  expect(preventDefault).toHaveBeenCalledOnce()
  kiosk = false
  session.emit('will-download', { preventDefault })
  expect(preventDefault).toHaveBeenCalledOnce()
})

test('a page is granted nothing', () => {
  const session = new FakeSession()
  hardenSession(asSession(session), () => false)
  const { request, check, device, display } = session.handlers as Record<string, (...args: unknown[]) => unknown>
  const granted: unknown[] = []
  for (const permission of ['media', 'geolocation', 'notifications', 'midi', 'openExternal', 'fileSystem', 'unknown']) {
    request?.({}, permission, (grant: unknown) => granted.push(grant))
    granted.push(check?.({}, permission, 'andon://panel', {}))
  }
  granted.push(device?.({ deviceType: 'usb' }))
  expect(granted).toHaveLength(15)
  expect(granted.every((grant) => grant === false)).toBe(true)
  expect(display).toBeUndefined()
})
