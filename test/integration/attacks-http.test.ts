import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ControlMachine, startControlPanel } from '../support/control-machine.ts'
import { startPanel, type TestPanel } from '../support/panel.ts'
import { rest } from '../support/rest.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { RawViewer, Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

const HALF_OPEN = 10_000

/** A bare connection, of which everything that comes is kept. */
class Line {
  readonly socket: Socket
  text = ''
  opened = false
  closed = false

  constructor(url: string) {
    const { hostname, port } = new URL(url)
    this.socket = connect(Number(port), hostname)
    this.socket.on('data', (chunk: Buffer) => (this.text += chunk.toString('latin1')))
    this.socket.on('connect', () => (this.opened = true))
    this.socket.on('close', () => (this.closed = true))
    this.socket.on('error', () => undefined)
    onTestFinished(() => void this.socket.destroy())
  }
}

const alive = async (panel: TestPanel): Promise<void> => {
  expect((await rest(panel.url, '/healthz')).status).toBe(200)
  expect(panel.log.records.filter(({ level }) => level === 'error')).toEqual([])
}

test('cross-site requests change nothing and learn nothing, as a form, an image, a fetch', async () => {
  const panel = await startControlPanel()
  const machine = await ControlMachine.start(panel, 'cell_1', {
    devices: { motor_01: { type: 'motor', state: { speed: 0 } } },
  })
  const device = '/api/v1/devices/motor_01'
  const from = (site: string, mode: string, extra: Record<string, string> = {}) => ({
    'sec-fetch-site': site,
    'sec-fetch-mode': mode,
    ...extra,
  })
  const attacks = [
    { headers: from('cross-site', 'navigate', { origin: 'https://evil.example' }), body: { speed: 1 } },
    { headers: from('cross-site', 'no-cors', { 'content-type': 'text/plain' }), body: '{"speed":1}' },
    { headers: from('same-site', 'cors', { origin: 'http://127.0.0.1:9' }), body: { speed: 1 } },
    { headers: { origin: 'null' }, body: { speed: 1 } },
    { headers: from('cross-site', 'no-cors') },
    { headers: from('cross-site', 'cors', { origin: 'https://evil.example' }) },
  ]
  for (const attack of attacks) {
    const answer = await rest(panel.url, device, attack)
    expect([attack, answer.status]).toEqual([attack, 403])
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    expect(answer.text).not.toContain('motor')
  }
  expect(machine.received).toEqual([])
  // A link from elsewhere may be followed.
  expect((await rest(panel.url, '/api/docs', { headers: from('cross-site', 'navigate') })).status).toBe(200)
})

test('[L3] a name that was re-bound to this address gets nothing, over any door', async () => {
  const panel = await startPanel(['--allowed-host', 'panel.example'])
  const { port } = new URL(panel.url)
  for (const host of [`evil.example:${port}`, `127.0.0.1.nip.io:${port}`, `panel.example.evil.example`, '0.0.0.0']) {
    for (const path of ['/', '/healthz', '/api/v1/devices', '/ca.crt', '/metrics']) {
      expect([host, path, (await rest(panel.url, path, { headers: { host } })).status]).toEqual([host, path, 421])
    }
    const viewer = new RawViewer(panel.url, { headers: { host }, origin: `http://${host}` })
    expect([host, (await viewer.close()).code]).toEqual([host, 1006])
  }
  expect((await rest(panel.url, '/healthz', { headers: { host: 'panel.example' } })).status).toBe(200)
  const own = new RawViewer(panel.url, { headers: { host: 'panel.example' }, origin: 'http://panel.example' })
  await own.open()
  own.hello()
  await own.message('welcome')
})

test('no encoding of a path leads out of the folder', async () => {
  const panel = await startPanel()
  const ups = ['..', '%2e%2e', '.%2e', '%2E.', '%252e%252e', '..%00', '%c0%ae%c0%ae', '..;', '%u002e%u002e', '\u2025']
  const slashes = ['/', '%2f', '%2F', '\\', '%5c', '//', '%252f', '%c0%af']
  const targets = ['package.json', 'etc/passwd', 'out/main/headless.js']
  for (const up of ups) {
    for (const slash of slashes) {
      for (const target of targets) {
        const path = `/${encodeURI(`assets${slash}`).replaceAll('%25', '%')}${`${up}${slash}`.repeat(6)}${target}`
        const answer = await rest(panel.url, path.replaceAll('\u2025', '%E2%80%A5'))
        expect([path, [400, 403, 404].includes(answer.status)]).toEqual([path, true])
        expect(answer.text).not.toMatch(/root:|"devDependencies"|node_modules|ENOENT/)
      }
    }
  }
  await alive(panel)
})

test('headers that trickle in are cut, and a body that does not come is not waited for', async () => {
  const panel = await startPanel([], { times: { headersMs: 300 } })
  const lines = Array.from({ length: 50 }, () => new Line(panel.url))
  for (const { socket } of lines) socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n')
  const trickle = setInterval(() => {
    for (const { socket } of lines) if (socket.writable) socket.write('X-A: b\r\n')
  }, 50)
  onTestFinished(() => clearInterval(trickle))
  await alive(panel)
  await waitFor(() => lines.every(({ closed }) => closed), { what: 'the end of the slow ones' })
  expect(lines.every(({ text }) => text === '' || text.startsWith('HTTP/1.1 408 '))).toBe(true)
  await alive(panel)
})

test('headers beyond any use are refused', async () => {
  const panel = await startPanel()
  const long = new Line(panel.url)
  long.socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`)
  await waitFor(() => long.closed)
  expect(long.text).toMatch(/^HTTP\/1.1 431 /)
  expect(long.text).toContain('X-Frame-Options: DENY')
  await alive(panel)
})

test('requests that hide another one in themselves are refused', async () => {
  const panel = await startPanel()
  const smuggled = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
  for (const headers of [
    'Content-Length: 5\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
    'Content-Length: 5\r\nContent-Length: 6',
    'Transfer-Encoding : chunked',
    'X: a\nTransfer-Encoding: chunked',
  ]) {
    const line = new Line(panel.url)
    line.socket.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n\r\n0\r\n\r\n${smuggled}`)
    await waitFor(() => line.closed, { what: headers })
    expect([headers, line.text.includes('"status":"ok"')]).toEqual([headers, false])
  }
  await alive(panel)
})

test(`${HALF_OPEN} half-open connections neither end the panel nor disturb who is in`, async () => {
  const panel = await startPanel([], { times: { headersMs: 3_000 } })
  const viewer = new Viewer(panel.url)
  await viewer.live()
  const lines: Line[] = []
  while (lines.length < HALF_OPEN) {
    // No more at a time than the system's queue holds: it would let the others wait for seconds.
    const some = Array.from({ length: 50 }, () => new Line(panel.url))
    await waitFor(() => some.every(({ opened, closed }) => opened || closed))
    lines.push(...some)
  }
  // So many from one address are let in, the others cut at once.
  await waitFor(() => lines.filter(({ closed }) => closed).length >= HALF_OPEN - 300)
  await unixSender(panel.socket).send(datagram('m', 'state_change', { to_state: 'seen' }))
  await waitFor(() => viewer.client.replica.state.machines.get('m')?.state === 'seen')
  await waitFor(() => lines.every(({ closed }) => closed), { what: 'the end of those that said nothing' })
  expect(viewer.client.status.kind).toBe('live')
  expect(viewer.snapshots).toHaveLength(1)
  await alive(panel)
})

test('an answer that nobody takes is given up, and its place is free again', async () => {
  const panel = await startPanel([], { times: { unreadMs: 300 } })
  const sender = unixSender(panel.socket)
  const text = datagram('m', 'activity_log', { message: 'x'.repeat(8_000) })
  for (let i = 0; i < 4_000; i += 1) await sender.send(text)
  await waitFor(() => panel.health().journal.durable === 4_000)
  const lines = Array.from({ length: 2 }, () => new Line(panel.url))
  for (const { socket } of lines) {
    socket.pause()
    socket.write('GET /api/v1/export HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
  }
  const status = async (): Promise<number> => (await rest(panel.url, '/api/v1/export?type=none')).status
  await waitFor(async () => (await status()) === 429, { what: 'both places taken' })
  expect(await waitFor(async () => (await status()) === 200, { what: 'a free place' })).toBe(true)
  await alive(panel)
})

test('keys that would reach into the prototype of everything do not', async () => {
  const panel = await startPanel()
  const keys = ['__proto__', 'constructor', 'prototype', 'toString', '__defineGetter__']
  for (const key of keys) {
    await rest(panel.url, `/api/v1/devices/${key}`, { body: `{"${key}":{"polluted":true}}` })
    await rest(panel.url, `/api/v1/machines/${key}/commands`, {
      body: `{"type":"go","payload":{"${key}":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}`,
    })
    await rest(panel.url, `/api/v1/events?${key}=1&${key}[polluted]=1`)
    await rest(panel.url, `/api/v1/groups/${key}`, { body: { state: true } })
    const viewer = await new RawViewer(panel.url).open()
    viewer.send(`{"type":"hello","protocol":1,"client":{"name":"x"},"${key}":{"polluted":true}}`)
    await viewer.message('snapshot')
    viewer.send(`{"type":"subscribe","id":1,"channel":"machine:${key}"}`)
    viewer.send(`{"type":"${key}","id":2}`)
    await viewer.message('error')
    await unixSender(panel.socket).send(
      `{"machine_name":"${key}","type":"device_update","payload":{"device_id":"${key}","new_state":{"${key}":{"polluted":true}}}}`,
    )
  }
  await waitFor(() => panel.health().offset >= keys.length)
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  expect(Object.keys(Object.prototype)).toEqual([])
  await alive(panel)
})
