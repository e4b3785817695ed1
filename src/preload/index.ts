import { contextBridge, ipcRenderer } from 'electron'
import { type Bridge, BRIDGE_KEY, OPEN_SESSION, SESSION_PORT } from '../shared/bridge.ts'

// Functions are copied to the page one by one: it sees neither this world's objects nor Electron's.
const bridge: Bridge = {
  openSession() {
    // A MessagePort cannot pass through the context bridge, but it can through the window that both worlds share.
    const { port1, port2 } = new MessageChannel()
    ipcRenderer.postMessage(OPEN_SESSION, null, [port1])
    window.postMessage(SESSION_PORT, window.location.origin, [port2])
  },
}

contextBridge.exposeInMainWorld(BRIDGE_KEY, bridge)
