import { expect, test } from 'vitest'
import { wsTransport, type WebSocketLike } from '../../../src/client/ws-transport.ts'

class FakeWebSocket implements WebSocketLike {
  static last: FakeWebSocket | undefined
  onopen: ((event: never) => void) | null = null
  onmessage: ((event: never) => void) | null = null
  onclose: ((event: never) => void) | null = null
  onerror: ((event: never) => void) | null = null
  readonly sent: string[] = []
  readonly closes: unknown[] = []

  constructor(readonly url: string) {
    FakeWebSocket.last = this
  }
  send(text: string): void {
    this.sent.push(text)
  }
  close(code?: number, reason?: string): void {
    this.closes.push({ code, reason })
  }
}

const start = () => {
  const heard: unknown[] = []
  const transport = wsTransport(
    'ws://127.0.0.1/ws',
    FakeWebSocket,
  )({
    opened: () => heard.push('opened'),
    frame: (text) => heard.push(text),
    closed: (code, reason) => heard.push({ code, reason }),
  })
  const socket = FakeWebSocket.last
  if (!socket) throw new Error('no socket')
  return { heard, transport, socket }
}

test('it hands over what the socket says', () => {
  const { heard, transport, socket } = start()
  socket.onopen?.({} as never)
  socket.onmessage?.({ data: 'text' } as never)
  transport.send('mine')
  socket.onerror?.({} as never)
  socket.onclose?.({ code: 1006, reason: '' } as never)
  expect(heard).toEqual(['opened', 'text', { code: 1006, reason: '' }])
  expect(socket).toMatchObject({ url: 'ws://127.0.0.1/ws', sent: ['mine'] })
})

test('closing does not wait for the other side, and is said exactly once', () => {
  const { heard, transport, socket } = start()
  transport.close(4408, 'no sign of life')
  expect(heard).toEqual([{ code: 4408, reason: 'no sign of life' }])
  expect(socket.closes).toEqual([{ code: 4408, reason: 'no sign of life' }])
  socket.onopen?.({} as never)
  socket.onmessage?.({ data: 'late' } as never)
  socket.onclose?.({ code: 1006, reason: '' } as never)
  expect(heard).toHaveLength(1)
})
