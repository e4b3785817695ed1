import { MessageChannel, type MessagePort } from 'node:worker_threads'
import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { acceptPort, MESSAGE_BYTES, type PortLike } from '../../../src/main/electron/port-socket.ts'
import { CLOSE_CODES } from '../../../src/shared/close-codes.ts'
import { waitFor } from '../../support/wait-for.ts'
import { nodePort } from './node-port.ts'
import { frame, RecordingCore } from './recording-core.ts'

const PEER = { kind: 'local', address: 'window', agent: 'test' } as const

/** The viewer's end of a real channel, its other end given to a core. */
function connect(core = new RecordingCore()) {
  const { port1, port2 } = new MessageChannel()
  const received: unknown[] = []
  port2.on('message', (message: unknown) => received.push(message))
  const end = acceptPort(nodePort(port1), PEER, core.accept)
  onTestFinished(() => port2.close())
  return { core, viewer: port2, received, end, session: core.session }
}

function send(port: MessagePort, message: unknown): void {
  port.postMessage(message, [])
}

describe('frames and messages', () => {
  test('pass in order, in both directions', async () => {
    const { session, viewer, received } = connect()
    session.socket.send(frame('{"n":1}'))
    session.socket.send(frame('{"n":2}'))
    send(viewer, { kind: 'message', text: 'one' })
    send(viewer, { kind: 'message', text: 'two' })
    await waitFor(() => received.length === 2 && session.received.length === 2)
    expect(received).toEqual([
      { kind: 'frame', text: '{"n":1}' },
      { kind: 'frame', text: '{"n":2}' },
    ])
    expect(session.received).toEqual(['one', 'two'])
    expect(session.peer).toEqual(PEER)
  })

  test('what was sent before the core listened is not lost', async () => {
    const { port1, port2 } = new MessageChannel()
    onTestFinished(() => port2.close())
    send(port2, { kind: 'message', text: 'early' })
    const core = new RecordingCore()
    acceptPort(nodePort(port1), PEER, core.accept)
    await waitFor(() => core.session.received.length === 1)
    expect(core.session.received).toEqual(['early'])
  })
})

describe('flow control', () => {
  test('pending is what was sent and not yet taken', async () => {
    const { session, viewer } = connect()
    session.socket.send(frame('x'.repeat(100)))
    session.socket.send(frame('x'.repeat(20)))
    session.socket.send(frame('x'.repeat(3)))
    expect(session.socket.pending).toBe(123)

    send(viewer, { kind: 'taken', count: 1 })
    await waitFor(() => session.drained === 1)
    expect(session.socket.pending).toBe(23)
    send(viewer, { kind: 'taken', count: 2 })
    await waitFor(() => session.drained === 2)
    expect(session.socket.pending).toBe(0)
  })

  test('a viewer that takes nothing fills it', () => {
    const { session } = connect()
    for (let n = 0; n < 100; n += 1) session.socket.send(frame('x'.repeat(10_000)))
    expect(session.socket.pending).toBe(1_000_000)
  })

  test('more taken than was sent is a broken viewer', async () => {
    const { session, viewer, received } = connect()
    session.socket.send(frame('a'))
    send(viewer, { kind: 'taken', count: 2 })
    await waitFor(() => session.closed > 0)
    await waitFor(() => received.some((message) => (message as { code?: number }).code === 4400))
    expect(session.drained).toBe(0)
  })
})

describe('limits', () => {
  test('a message of exactly the limit passes, one byte more closes with 1009', async () => {
    const { session, viewer, received } = connect()
    send(viewer, { kind: 'message', text: 'x'.repeat(MESSAGE_BYTES) })
    await waitFor(() => session.received.length === 1)
    send(viewer, { kind: 'message', text: 'x'.repeat(MESSAGE_BYTES + 1) })
    await waitFor(() => session.closed > 0)
    expect(session.received).toHaveLength(1)
    await waitFor(() => received.length === 1)
    expect(received[0]).toMatchObject({ kind: 'close', code: 1009 })
  })

  test('bytes are counted, not characters', async () => {
    const { session, viewer } = connect()
    send(viewer, { kind: 'message', text: '€'.repeat(MESSAGE_BYTES / 3 + 1) })
    await waitFor(() => session.closed > 0)
    expect(session.received).toEqual([])
  })
})

describe('closing', () => {
  test('by the core: the viewer reads why, and nothing is sent or received after it', async () => {
    const { session, viewer, received } = connect()
    const gone = new Promise((resolve) => viewer.once('close', resolve))
    session.socket.send(frame('last'))
    session.socket.close(CLOSE_CODES.going_away.code, CLOSE_CODES.going_away.reason)
    session.socket.close(4500, 'again')
    session.socket.send(frame('too late'))
    await gone
    expect(received).toEqual([
      { kind: 'frame', text: 'last' },
      { kind: 'close', code: 1001, reason: CLOSE_CODES.going_away.reason },
    ])
    expect(session.socket.pending).toBe(0)
  })

  test('by the viewer, and by its death', async () => {
    const polite = connect()
    send(polite.viewer, { kind: 'close', code: 1000, reason: 'done' })
    await waitFor(() => polite.session.closed > 0)
    const dead = connect()
    dead.viewer.close()
    await waitFor(() => dead.session.closed > 0)
    dead.session.socket.send(frame('to nobody'))
    expect(dead.session.socket.pending).toBe(0)
  })

  test('by the house, once', async () => {
    const { session, received, end } = connect()
    end(CLOSE_CODES.normal)
    end(CLOSE_CODES.internal)
    expect(session.closed).toBeGreaterThan(0)
    await waitFor(() => received.length > 0)
    expect(received).toEqual([{ kind: 'close', code: 1000, reason: 'closed' }])
  })

  test('a core that refuses at once', async () => {
    const { port1, port2 } = new MessageChannel()
    const received: unknown[] = []
    port2.on('message', (message: unknown) => received.push(message))
    acceptPort(nodePort(port1), PEER, (socket) => {
      socket.close(4429, 'full')
      return { receive: () => undefined, drained: () => undefined, closed: () => undefined }
    })
    await waitFor(() => received.length === 1)
    expect(received).toEqual([{ kind: 'close', code: 4429, reason: 'full' }])
  })
})

describe('what does not follow the protocol', () => {
  const broken: [string, unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['text', 'hello'],
    ['an array', ['message', 'x']],
    ['an unknown kind', { kind: 'shout', text: 'x' }],
    ['a frame, which only the server sends', { kind: 'frame', text: 'x' }],
    ['a message without text', { kind: 'message' }],
    ['a message that is no text', { kind: 'message', text: 42 }],
    ['taken without a count', { kind: 'taken' }],
    ['nothing taken', { kind: 'taken', count: 0 }],
    ['less than nothing taken', { kind: 'taken', count: -1 }],
    ['half a frame taken', { kind: 'taken', count: 1.5 }],
    ['endlessly many taken', { kind: 'taken', count: Number.POSITIVE_INFINITY }],
    ['a close without a reason', { kind: 'close', code: 1000 }],
    ['a close with a text for a code', { kind: 'close', code: '1000', reason: 'x' }],
  ]
  test.each(broken)('%s closes with 4400', async (_name, message) => {
    const { session, viewer, received } = connect()
    session.socket.send(frame('a'))
    send(viewer, message)
    await waitFor(() => session.closed > 0)
    await waitFor(() => received.length === 2)
    expect(received[1]).toMatchObject({ kind: 'close', code: 4400 })
    expect(session.received).toEqual([])
  })

  test('anything at all: the core gets text or nothing, and nothing throws', () => {
    fc.assert(
      fc.property(fc.array(fc.anything({ withNullPrototype: true, withBigInt: true, withMap: true })), (messages) => {
        const core = new RecordingCore()
        const fake = fakePort()
        acceptPort(fake.port, PEER, core.accept)
        for (const message of messages) fake.deliver(message)
        expect(core.session.received.every((text) => typeof text === 'string')).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('a port that came along is closed, and so is the session', () => {
    const core = new RecordingCore()
    const fake = fakePort()
    acceptPort(fake.port, PEER, core.accept)
    let strayClosed = 0
    fake.deliver({ kind: 'message', text: 'x' }, [{ close: () => (strayClosed += 1) }])
    expect(strayClosed).toBe(1)
    expect(core.session.received).toEqual([])
    expect(core.session.closed).toBeGreaterThan(0)
  })
})

/** A port into which a test puts what no real channel could carry. */
function fakePort() {
  const listeners: ((event: { data: unknown; ports: { close(): void }[] }) => void)[] = []
  const port: PortLike = {
    on: (event: string, listener: (typeof listeners)[number]) => {
      if (event === 'message') listeners.push(listener)
    },
    start: () => undefined,
    postMessage: () => undefined,
    close: () => undefined,
  }
  return {
    port,
    deliver: (data: unknown, ports: { close(): void }[] = []) => {
      for (const listener of listeners) listener({ data, ports })
    },
  }
}
