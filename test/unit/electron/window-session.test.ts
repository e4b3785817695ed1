import type { MessagePort } from 'node:worker_threads'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { portTransport } from '../../../src/client/port-transport.ts'
import { SessionClient } from '../../../src/client/session-client.ts'
import { openSessions } from '../../../src/main/electron/ipc.ts'
import { panelOrigin } from '../../../src/main/electron/page-origin.ts'
import type { Bridge } from '../../../src/shared/bridge.ts'
import { MemoryLog } from '../../support/memory-log.ts'
import { startPanel } from '../../support/panel.ts'
import { datagram, unixSender } from '../../support/sender.ts'
import { waitFor } from '../../support/wait-for.ts'
import { BrowserWindow, contextBridge, ipcMain, ipcRenderer, resetElectron } from './fake-electron.ts'
import { nodePort } from './node-port.ts'

vi.mock('electron', () => import('./fake-electron.ts'))

/** The window that the page and the preload share: what is posted to it arrives as a message of its own. */
class SharedWindow extends EventTarget {
  readonly location = { origin: 'andon://panel' }
  postMessage(data: unknown, origin: string, ports: MessagePort[]): void {
    if (origin !== this.location.origin) return
    const message = Object.assign(new Event('message'), { data, ports, source: this })
    queueMicrotask(() => this.dispatchEvent(message))
  }
}
const shared = new SharedWindow()
vi.stubGlobal('window', shared)

await import('../../../src/preload/index.ts')
const bridge = contextBridge.exposeInMainWorld.mock.calls[0]?.[1] as Bridge
const ports: MessagePort[] = []

beforeEach(() => {
  resetElectron()
  const window = new BrowserWindow({})
  ipcRenderer.postMessage.mockImplementation((channel, _message, transferred) => {
    const [port] = transferred as MessagePort[]
    if (!port) return
    ports.push(port)
    const sender = window.webContents
    ipcMain.emit(channel, { sender, senderFrame: sender.mainFrame, ports: [nodePort(port)] })
  })
})

afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

function viewer(): SessionClient {
  const client = new SessionClient({
    connect: portTransport(bridge, shared as unknown as Window),
    client: { name: 'window' },
  })
  onTestFinished(() => client.close())
  return client
}

test('the window is a session of the same core: snapshot, events, resume', async () => {
  const panel = await startPanel()
  openSessions(panel.accept, panelOrigin, new MemoryLog())
  const sender = unixSender(panel.socket)
  await sender.send(datagram('press', 'machine_registered'))
  await waitFor(() => panel.health().offset === 1)

  const client = viewer()
  const welcomes: boolean[] = []
  client.listen({ welcome: (welcome) => welcomes.push(welcome.capabilities.localDisplay, welcome.resumed) })
  await waitFor(() => client.status.kind === 'live')
  expect([...client.replica.state.machines.keys()]).toEqual(['press'])
  expect(welcomes).toEqual([true, false])

  for (let n = 0; n < 500; n += 1) await sender.send(datagram('lathe', 'log_entry', { message: `line ${n}` }))
  await waitFor(() => client.replica.position?.offset === 501)

  // The page is loaded again: its port dies with it, and the panel forgets the session.
  for (const port of ports.splice(0)) port.close()
  await waitFor(() => panel.health().sessions === 0)
})

test('a state larger than the port may hold arrives, and so does what comes after it', async () => {
  const panel = await startPanel()
  openSessions(panel.accept, panelOrigin, new MemoryLog())
  const sender = unixSender(panel.socket)
  const message = 'x'.repeat(8_000)
  for (let n = 0; n < 200; n += 1) await sender.send(datagram(`machine_${n}`, 'log_entry', { message }))
  await waitFor(() => panel.health().offset === 200)

  const client = viewer()
  await waitFor(() => client.status.kind === 'live')
  expect(client.replica.state.machines.size).toBe(200)
  await sender.send(datagram('machine_0', 'state_change', { from_state: null, to_state: 'running' }))
  await waitFor(() => client.replica.position?.offset === 201)
})

test('a window that asks again has one session, the new one', async () => {
  const panel = await startPanel()
  openSessions(panel.accept, panelOrigin, new MemoryLog())
  const first = viewer()
  await waitFor(() => first.status.kind === 'live')
  first.close()
  const second = viewer()
  await waitFor(() => second.status.kind === 'live')
  await waitFor(() => panel.health().sessions === 1)
  expect(second.status.kind).toBe('live')
})

test('the panel closes: the page knows why and will try again', async () => {
  const panel = await startPanel()
  openSessions(panel.accept, panelOrigin, new MemoryLog())
  const client = viewer()
  await waitFor(() => client.status.kind === 'live')
  await panel.close()
  await waitFor(() => client.status.kind === 'reconnecting')
  expect(client.status).toMatchObject({ reason: 'the panel is shutting down' })
})
