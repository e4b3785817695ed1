import { type Bridge, type PortFrame, SESSION_PORT } from '../shared/bridge.ts'
import type { Connect } from './transport.ts'

/** Connects through the Electron window's bridge: the main process hands a MessagePort to this window. */
export function portTransport(bridge: Bridge, window: Window): Connect {
  return (events) => {
    let port: MessagePort | undefined
    let over = false

    const end = (code: number, reason: string): void => {
      if (over) return
      over = true
      window.removeEventListener('message', receivePort)
      port?.close()
      events.closed(code, reason)
    }
    const post = (frame: PortFrame): void => port?.postMessage(frame)
    const receive = (event: MessageEvent): void => {
      if (over) return
      const frame = event.data as PortFrame
      switch (frame.kind) {
        case 'frame':
          events.frame(frame.text)
          post({ kind: 'taken', count: 1 })
          break
        case 'close':
          end(frame.code, frame.reason)
          break
        case 'message':
        case 'taken':
          break
        default:
          frame satisfies never
      }
    }
    const receivePort = (event: MessageEvent): void => {
      const [received] = event.ports
      if (over || event.source !== window || event.data !== SESSION_PORT || !received) return
      window.removeEventListener('message', receivePort)
      port = received
      port.onmessage = receive
      events.opened()
    }

    window.addEventListener('message', receivePort)
    bridge.openSession()
    return {
      send: (text) => post({ kind: 'message', text }),
      close: (code, reason) => {
        post({ kind: 'close', code, reason })
        end(code, reason)
      },
    }
  }
}
