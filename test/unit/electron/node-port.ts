import type { MessagePort } from 'node:worker_threads'
import type { PortLike } from '../../../src/main/electron/port-socket.ts'

/** One end of a real channel in the shape of Electron's MessagePortMain. */
export function nodePort(port: MessagePort): PortLike {
  function on(event: 'message', listener: (event: { data: unknown; ports: readonly [] }) => void): unknown
  function on(event: 'close', listener: () => void): unknown
  function on(event: string, listener: (event: { data: unknown; ports: readonly [] }) => void): unknown {
    return port.on(event, (data: unknown) => listener({ data, ports: [] }))
  }
  return {
    on,
    start: () => port.start(),
    postMessage: (frame) => port.postMessage(frame, []),
    close: () => port.close(),
  }
}
