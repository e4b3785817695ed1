import { expect, test } from 'vitest'
import { portTransport } from '../../../src/client/port-transport.ts'
import { type PortFrame, SESSION_PORT } from '../../../src/shared/bridge.ts'

class FakePort {
  onmessage: ((event: { data: PortFrame }) => void) | null = null
  readonly posted: PortFrame[] = []
  closed = false

  postMessage(frame: PortFrame): void {
    this.posted.push(frame)
  }
  close(): void {
    this.closed = true
  }
  say(frame: PortFrame): void {
    this.onmessage?.({ data: frame })
  }
}

const start = () => {
  const window = new EventTarget() as Window
  const port = new FakePort()
  const heard: unknown[] = []
  let asked = 0
  const transport = portTransport(
    { openSession: () => (asked += 1) },
    window,
  )({
    opened: () => heard.push('opened'),
    frame: (text) => heard.push(text),
    closed: (code, reason) => heard.push({ code, reason }),
  })
  /** The preload hands a port to the window, or somebody else sends something. */
  const arrive = (data: unknown = SESSION_PORT, source: unknown = window, ports: unknown[] = [port]): void => {
    window.dispatchEvent(Object.assign(new Event('message'), { data, source, ports }))
  }
  return { heard, transport, port, arrive, asked: () => asked }
}

test('it asks the bridge for a session and opens with the port that arrives', () => {
  const { heard, transport, port, arrive, asked } = start()
  expect(asked()).toBe(1)
  arrive()
  transport.send('mine')
  port.say({ kind: 'frame', text: 'theirs' })
  expect(heard).toEqual(['opened', 'theirs'])
  expect(port.posted).toContainEqual({ kind: 'message', text: 'mine' })
})

test('messages of other windows, other kinds and without a port open nothing', () => {
  const { heard, arrive } = start()
  arrive(SESSION_PORT, null)
  arrive('something else')
  arrive(SESSION_PORT, undefined, [])
  expect(heard).toEqual([])
  arrive()
  expect(heard).toEqual(['opened'])
})

test('a second port is not taken', () => {
  const { heard, arrive } = start()
  arrive()
  arrive()
  expect(heard).toEqual(['opened'])
})

test('the server is told of every frame that was taken in', () => {
  const { port, arrive } = start()
  arrive()
  for (let i = 0; i < 20; i += 1) port.say({ kind: 'frame', text: String(i) })
  expect(port.posted.reduce((sum, frame) => sum + (frame.kind === 'taken' ? frame.count : 0), 0)).toBe(20)
})

test('either side may close, and it is said exactly once', () => {
  const server = start()
  server.arrive()
  server.port.say({ kind: 'close', code: 1001, reason: 'the panel is shutting down' })
  server.transport.close(1000, 'closed')
  server.port.say({ kind: 'frame', text: 'late' })
  expect(server.heard).toEqual(['opened', { code: 1001, reason: 'the panel is shutting down' }])
  expect(server.port.closed).toBe(true)

  const ours = start()
  ours.transport.close(1000, 'closed')
  ours.arrive()
  expect(ours.heard).toEqual([{ code: 1000, reason: 'closed' }])
})
