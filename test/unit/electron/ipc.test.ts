import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { beforeEach, expect, test, vi } from 'vitest'
import { openSessions } from '../../../src/main/electron/ipc.ts'
import { developmentOrigin, panelOrigin } from '../../../src/main/electron/page-origin.ts'
import { OPEN_SESSION } from '../../../src/shared/bridge.ts'
import { MemoryLog } from '../../support/memory-log.ts'
import { waitFor } from '../../support/wait-for.ts'
import { BrowserWindow, FakeContents, fakeFrame, ipcMain, resetElectron } from './fake-electron.ts'
import { nodePort } from './node-port.ts'
import { RecordingCore } from './recording-core.ts'

vi.mock('electron', () => import('./fake-electron.ts'))

let core: RecordingCore
let log: MemoryLog
let window: BrowserWindow

beforeEach(() => {
  resetElectron()
  core = new RecordingCore()
  log = new MemoryLog()
  window = new BrowserWindow({})
  openSessions(core.accept, panelOrigin, log)
})

/** A port, and whether it still stands. */
function newPort(): {
  port: ReturnType<typeof nodePort>
  viewer: MessagePort
  received: unknown[]
  closed: () => boolean
} {
  const { port1, port2 } = new MessageChannel()
  const received: unknown[] = []
  let closed = false
  port2.on('message', (message: unknown) => received.push(message))
  port2.on('close', () => (closed = true))
  port2.unref()
  return { port: nodePort(port1), viewer: port2, received, closed: () => closed }
}

function ask(overrides: object = {}): ReturnType<typeof newPort> {
  const channel = newPort()
  const sender = window.webContents
  ipcMain.emit(OPEN_SESSION, { sender, senderFrame: sender.mainFrame, ports: [channel.port], ...overrides })
  return channel
}

test('the page of a window gets a session as the local display', () => {
  ask()
  expect(core.session.peer).toEqual({ kind: 'local', address: 'window', agent: 'Andon/0.1.0 Electron/45' })
  expect(log.records).toEqual([])
})

const refused: [string, () => object][] = [
  ['a frame within the page', () => ({ senderFrame: fakeFrame('andon://panel/index.html') })],
  ['no frame any more', () => ({ senderFrame: null })],
  ['a frame that is gone', () => ({ senderFrame: fakeFrame('andon://panel/index.html', { destroyed: true }) })],
  ['a frame that is being replaced', () => ({ senderFrame: fakeFrame('andon://panel/', { detached: true }) })],
  ['contents of no window', () => ({ sender: new FakeContents() })],
]
test.each(refused)('%s gets none, and its port is closed', async (_name, overrides) => {
  const { closed } = ask(overrides())
  expect(core.sessions).toEqual([])
  expect(log.records.map(({ level }) => level)).toEqual(['warn'])
  await waitFor(closed)
})

test.each([
  'https://example.org/',
  'http://localhost:5173/',
  'file:///opt/andon/out/renderer/index.html',
  'andon://elsewhere/index.html',
  'andon://panel.example.org/index.html',
  'andon://panel:80/index.html',
  'andon://user@panel/index.html',
  'andon-panel://panel/index.html',
  'data:text/html,andon://panel/',
  'about:blank',
  'andon://',
  '',
])('a page of %j gets none', async (url) => {
  window.webContents.mainFrame.url = url
  const { closed } = ask()
  expect(core.sessions).toEqual([])
  await waitFor(closed)
})

test('no port: nothing to open', () => {
  ask({ ports: [] })
  expect(core.sessions).toEqual([])
  expect(log.records).toHaveLength(1)
})

test('two ports: both are closed', async () => {
  const [first, second] = [newPort(), newPort()]
  ask({ ports: [first.port, second.port] })
  expect(core.sessions).toEqual([])
  await waitFor(() => first.closed() && second.closed())
})

test('a window has one session: a new one ends the old', async () => {
  const first = ask()
  const second = ask()
  expect(core.sessions).toHaveLength(2)
  expect(core.session.closed).toBeGreaterThan(0)
  expect(core.sessions[1]?.closed).toBe(0)
  await waitFor(first.closed)
  expect(first.received).toEqual([{ kind: 'close', code: 1001, reason: 'this window has opened another session' }])
  expect(second.closed()).toBe(false)
  // However often it asks, there is one listener for its end.
  for (let n = 0; n < 20; n += 1) ask()
  expect(window.webContents.listenerCount('destroyed')).toBe(1)
})

test('two windows have two sessions, and one that goes takes only its own', () => {
  ask()
  const other = new BrowserWindow({})
  ask({ sender: other.webContents, senderFrame: other.webContents.mainFrame })
  other.webContents.emit('destroyed')
  expect(core.sessions.map(({ closed }) => closed > 0)).toEqual([false, true])
})

test('in development the page comes from the server of Vite', () => {
  resetElectron()
  window = new BrowserWindow({})
  openSessions(core.accept, developmentOrigin('http://localhost:5173'), log)
  window.webContents.mainFrame.url = 'http://localhost:5173/#/machines'
  ask()
  expect(core.sessions).toHaveLength(1)
  window.webContents.mainFrame.url = 'http://localhost:5174/'
  ask()
  expect(core.sessions).toHaveLength(1)
})
