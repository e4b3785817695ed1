import { MessagePort } from 'node:worker_threads'
import { expect, test, vi } from 'vitest'
import type { Bridge } from '../../../src/shared/bridge.ts'
import { contextBridge, ipcRenderer } from './fake-electron.ts'

vi.mock('electron', () => import('./fake-electron.ts'))

const posted: [unknown, string, readonly MessagePort[]][] = []

vi.stubGlobal('window', {
  location: { origin: 'andon://panel' },
  postMessage: (message: unknown, origin: string, ports: MessagePort[]) => posted.push([message, origin, ports]),
})

// As in Electron: it runs once for the page.
await import('../../../src/preload/index.ts')
const exposed = [...contextBridge.exposeInMainWorld.mock.calls]
const bridge = exposed[0]?.[1] as Bridge

test('the page sees the bridge and nothing else', () => {
  expect(exposed.map(([key]) => key)).toEqual(['andon'])
  expect(Object.entries(bridge).map(([key, value]) => [key, typeof value])).toEqual([['openSession', 'function']])
  expect(ipcRenderer.postMessage).not.toHaveBeenCalled()
})

test('a session: one end of a channel to the main process, the other to the page, and only to its own origin', async () => {
  expect(bridge.openSession()).toBeUndefined()
  const [[channel, message, [there, ...more]] = ['', '', []]] = ipcRenderer.postMessage.mock.calls
  expect([channel, message, more]).toEqual(['andon:open-session', null, []])
  const [[data, origin, [here, ...others]] = ['', '', []]] = posted
  expect([data, origin, others]).toEqual(['andon:session-port', 'andon://panel', []])
  const ends = [there, here] as MessagePort[]
  expect(ends.every((end) => end instanceof MessagePort)).toBe(true)
  const heard = new Promise((resolve) => ends[1]?.once('message', resolve))
  ends[0]?.postMessage('hello', [])
  expect(await heard).toBe('hello')
  for (const end of ends) end.close()
})
