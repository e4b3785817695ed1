import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { CLOSE_CODES } from '../../src/shared/close-codes.ts'
import { startPanel, type TestPanel } from '../support/panel.ts'
import { rest } from '../support/rest.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { RawViewer, Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

const TEXT = 0x1
const CONTINUATION = 0x0
const PING = 0x9

/** A frame as a client sends it. */
function frame(opcode: number, payload: Buffer, { fin = true, rsv1 = false } = {}): Buffer {
  const { length } = payload
  const head = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10)
  head[0] = (fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127)
  if (head.length === 4) head.writeUInt16BE(length, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2)
  // Masked with zeros.
  return Buffer.concat([head, Buffer.alloc(4), payload])
}

/** A client that writes frames byte by byte as it likes. */
class Rogue {
  bytes = Buffer.alloc(0)
  closed = false

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => (this.bytes = Buffer.concat([this.bytes, chunk])))
    socket.on('close', () => (this.closed = true))
    socket.on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
  }

  static async open(panel: TestPanel, headers = ''): Promise<Rogue> {
    const { hostname, port, host } = new URL(panel.url)
    const rogue = new Rogue(connect(Number(port), hostname))
    rogue.socket.write(
      `GET /ws HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${headers}\r\n`,
    )
    await waitFor(() => rogue.bytes.includes('\r\n\r\n') || rogue.closed)
    return rogue
  }

  hello(): void {
    this.socket.write(frame(TEXT, Buffer.from('{"type":"hello","protocol":1,"client":{"name":"rogue"},"channels":[]}')))
  }

  /** The code of the last frame, where that is a close. */
  async closeCode(): Promise<number> {
    await waitFor(() => this.closed, { what: 'the close' })
    const at = this.bytes.lastIndexOf(0x88)
    return at < 0 ? 0 : this.bytes.readUInt16BE(at + 2)
  }
}

/** Who behaves is still served. */
async function serves(panel: TestPanel, viewer: Viewer): Promise<void> {
  const before = panel.health().offset
  await unixSender(panel.socket).send(datagram('m', 'tick'))
  await viewer.at(before + 1)
  expect(viewer.snapshots).toHaveLength(1)
  expect((await rest(panel.url, '/healthz')).status).toBe(200)
  expect(panel.log.records.filter(({ level }) => level === 'error')).toEqual([])
}

async function stage(args: readonly string[] = []): Promise<{ panel: TestPanel; viewer: Viewer }> {
  const panel = await startPanel(args)
  const viewer = new Viewer(panel.url)
  await viewer.live()
  return { panel, viewer }
}

test('[L3] a page of another site gets a session under no name, scheme or port', async () => {
  const { panel, viewer } = await stage()
  const { host, hostname, port } = new URL(panel.url)
  const origins = [
    'https://evil.example',
    'null',
    `https://${host}`,
    `http://${hostname}`,
    `http://${hostname}:${Number(port) + 1}`,
    `http://localhost:${port}`,
    `http://${host}.evil.example`,
    `http://evil.example/${host}`,
    'file://',
    'chrome-extension://abc',
  ]
  for (const origin of origins) {
    const raw = new RawViewer(panel.url, { origin })
    expect([origin, (await raw.close()).code]).toEqual([origin, CLOSE_CODES.origin_refused.code])
    expect(raw.messages).toEqual([])
  }
  const silent = new RawViewer(panel.url, { headers: { 'sec-fetch-site': 'cross-site' } })
  expect((await silent.close()).code).toBe(CLOSE_CODES.origin_refused.code)
  await serves(panel, viewer)
})

test('[L1] oversize is refused before it is held, whole, announced or in pieces', async () => {
  const { panel, viewer } = await stage(['--message-kib', '8'])
  const whole = await Rogue.open(panel)
  whole.hello()
  whole.socket.write(frame(TEXT, Buffer.alloc(9_000, 'x')))
  expect(await whole.closeCode()).toBe(1009)

  const announced = await Rogue.open(panel)
  const head = frame(TEXT, Buffer.alloc(70_000)).subarray(0, 14)
  head.writeBigUInt64BE(2n ** 40n, 2)
  announced.socket.write(head)
  expect(await announced.closeCode()).toBe(1009)

  const pieces = await Rogue.open(panel)
  pieces.socket.write(frame(TEXT, Buffer.alloc(500, 'x'), { fin: false }))
  for (let i = 0; i < 20; i += 1) pieces.socket.write(frame(CONTINUATION, Buffer.alloc(500, 'x'), { fin: false }))
  expect(await pieces.closeCode()).toBe(1009)
  await serves(panel, viewer)
})

test('[L1] a message in countless empty pieces is refused', async () => {
  const { panel, viewer } = await stage()
  const rogue = await Rogue.open(panel)
  rogue.hello()
  rogue.socket.write(frame(TEXT, Buffer.from('{'), { fin: false }))
  for (let i = 0; i < 200; i += 1) rogue.socket.write(frame(CONTINUATION, Buffer.alloc(0), { fin: false }))
  expect(await rogue.closeCode()).toBe(CLOSE_CODES.too_many_fragments.code)
  await serves(panel, viewer)
})

test('compression is not agreed to, and a compressed frame is an error', async () => {
  const { panel, viewer } = await stage()
  const rogue = await Rogue.open(panel, 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n')
  expect(rogue.bytes.toString('latin1')).toMatch(/^HTTP\/1.1 101 /)
  expect(rogue.bytes.toString('latin1')).not.toMatch(/Sec-WebSocket-Extensions/i)
  rogue.socket.write(frame(TEXT, Buffer.alloc(1_000), { rsv1: true }))
  expect(await rogue.closeCode()).toBe(1002)
  await serves(panel, viewer)
})

test.each([
  ['unmasked', Buffer.from([0x81, 0x02, 0x7b, 0x7d])],
  ['with an unknown opcode', frame(0x3, Buffer.from('{}'))],
  ['with a fragmented ping', frame(PING, Buffer.from('x'), { fin: false })],
  ['with a long ping', frame(PING, Buffer.alloc(200))],
  ['that continue nothing', frame(CONTINUATION, Buffer.from('{}'))],
  ['that are not UTF-8', frame(TEXT, Buffer.from([0xff, 0xfe]))],
])('frames %s end their session and nothing else', async (_what, bytes) => {
  const { panel, viewer } = await stage()
  const rogue = await Rogue.open(panel)
  rogue.hello()
  rogue.socket.write(bytes)
  expect([1002, 1007]).toContain(await rogue.closeCode())
  await serves(panel, viewer)
})

test('[L5] a flood of messages is told, closed and not read any further', async () => {
  const { panel, viewer } = await stage()
  const raw = await new RawViewer(panel.url).open()
  raw.hello({ channels: [] })
  await raw.message('snapshot')
  for (let i = 0; i < 5_000; i += 1) raw.send({ type: 'ping', id: i })
  expect((await raw.close()).code).toBe(CLOSE_CODES.rate_limited.code)
  // It is told again where it was let through in between.
  const told = raw.messages.flatMap(({ type, error }) => (type === 'error' ? [(error as { code: string }).code] : []))
  expect(new Set(told)).toEqual(new Set(['rate_limited']))
  expect(told.length).toBeLessThan(50)
  expect(raw.messages.filter(({ type }) => type === 'pong').length).toBeLessThan(800)
  await serves(panel, viewer)
})

test('[L5] a flood of pings of WebSocket itself is closed too', async () => {
  const { panel, viewer } = await stage()
  const rogue = await Rogue.open(panel)
  rogue.hello()
  for (let i = 0; i < 500; i += 1) rogue.socket.write(frame(PING, Buffer.alloc(0)))
  expect(await rogue.closeCode()).toBe(CLOSE_CODES.rate_limited.code)
  await serves(panel, viewer)
})

test('[S5] who asks and never reads is not read any further, holds nobody up, and is closed', async () => {
  const panel = await startPanel([], { fullMs: 500 })
  const viewer = new Viewer(panel.url)
  await viewer.live()
  const sender = unixSender(panel.socket)
  const slow = Array.from({ length: 10 }, () => new RawViewer(panel.url))
  for (const raw of slow) {
    await raw.open()
    raw.hello()
    await raw.message('snapshot')
    raw.socket.pause()
  }
  const text = datagram('m', 'activity_log', { message: 'x'.repeat(8_000) })
  for (let i = 0; i < 2_000; i += 1) await sender.send(text)
  await viewer.at(2_000)
  await waitFor(() => panel.health().sessions === 1, { what: 'the end of those that do not read' })
  expect(viewer.client.status.kind).toBe('live')
  await serves(panel, viewer)
})

test('deep and huge JSON is refused in plain words', async () => {
  const { panel, viewer } = await stage()
  const raw = await new RawViewer(panel.url).open()
  raw.hello({ channels: [] })
  await raw.message('snapshot')
  const bodies = [
    '['.repeat(60_000),
    `{"type":"ping","id":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
    `{"type":"command","id":1,"command":"c","machine":"m","event":{"type":"go","payload":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}}`,
    `{"type":"ping","id":${'9'.repeat(60_000)}}`,
    `{${Array.from({ length: 4_000 }, (_, i) => `"k${i}":1`).join(',')}}`,
    `{"type":"ping","id":"${'\\ud800'.repeat(9_000)}"}`,
  ]
  for (const body of bodies) raw.send(body)
  await waitFor(() => raw.messages.filter(({ type }) => type === 'error').length === bodies.length)
  for (const text of raw.texts) expect(text).not.toMatch(/node_modules|\.ts:|at .*\(/)
  await serves(panel, viewer)
})

test('half of a surrogate pair is a name like any other, for machines and for commands', async () => {
  const { panel, viewer } = await stage()
  const sender = unixSender(panel.socket)
  const raw = await new RawViewer(panel.url).open()
  raw.hello()
  await raw.message('snapshot')
  const before = panel.health().listeners[0]?.accepted ?? 0
  await sender.send(datagram('\ud800', 'error', { message: 'It is stuck.' }))
  await sender.send(datagram('\ud800', 'device_update', { device_id: '\udc00', new_state: { '\ud800': 1 } }))
  raw.send({ type: 'command', id: 1, command: 'command-1', machine: '\ud800', event: { type: '\ud800', payload: {} } })
  raw.send({ type: 'ping', id: 'after' })
  await waitFor(() => raw.messages.some(({ id }) => id === 'after'))
  await waitFor(() => viewer.client.replica.state.alarms.get('%EF%BF%BD/error')?.active, { what: 'its alarm' })
  await waitFor(() => (panel.health().listeners[0]?.accepted ?? 0) === before + 2)
  expect(panel.health().listeners[0]).toMatchObject({ errors: 0 })
  await serves(panel, viewer)
})
