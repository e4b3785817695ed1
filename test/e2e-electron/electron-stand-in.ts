import type { PortLike } from '../../src/main/electron/port-socket.ts'

/**
 * The two halves of Electron that a preload uses, for a page in a plain Chromium: the bridge becomes a property of the
 * window, and a port for the main process is given to whoever plays it.
 */
export const contextBridge = {
  exposeInMainWorld: (key: string, value: unknown) => Object.assign(window, { [key]: value }),
}

export const ipcRenderer = {
  postMessage: (_channel: string, _message: unknown, [port]: readonly MessagePort[]) => {
    if (port) main.open(mainPort(port))
  },
}

/** Plays the main process. */
export const main = {
  open(_port: PortLike): void {
    throw new Error('nobody plays the main process')
  },
}

/** A page's port in the shape of Electron's MessagePortMain. */
function mainPort(port: MessagePort): PortLike {
  return {
    on(event: string, listener: (event: { data: unknown; ports: readonly MessagePort[] }) => void) {
      port.addEventListener(event, (raised) => listener(raised as MessageEvent))
    },
    start: () => port.start(),
    postMessage: (frame) => port.postMessage(frame, []),
    close: () => port.close(),
  }
}
