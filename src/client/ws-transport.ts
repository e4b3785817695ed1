import type { Connect } from './transport.ts'

/** The part of a browser's WebSocket that is needed here; the `ws` package has it too. */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  send(text: string): void
  close(code?: number, reason?: string): void
}
export type WebSocketConstructor = new (url: string) => WebSocketLike

/** Connects over WebSocket to `url`. The constructor is a parameter so that Node can use the `ws` package's. */
export function wsTransport(url: string, WebSocketClass: WebSocketConstructor = WebSocket): Connect {
  return (events) => {
    const socket = new WebSocketClass(url)
    let over = false
    const end = (code: number, reason: string): void => {
      if (over) return
      over = true
      events.closed(code, reason)
    }
    socket.onopen = () => {
      if (!over) events.opened()
    }
    socket.onmessage = (event: { data: unknown }) => {
      if (!over) events.frame(String(event.data))
    }
    socket.onclose = (event: { code: number; reason: string }) => end(event.code, event.reason)
    // An error is always followed by a close, which says all that a page may know.
    socket.onerror = () => undefined
    return {
      send: (text) => socket.send(text),
      close: (code, reason) => {
        socket.close(code, reason)
        // A dead link answers a close only after minutes; the session must not wait for it.
        end(code, reason)
      },
    }
  }
}
