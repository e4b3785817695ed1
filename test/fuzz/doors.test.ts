import { Agent, request } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { CLOSE_CODES } from '../../src/shared/close-codes.ts'
import { startPanel } from '../support/panel.ts'
import { fuzzSeed, Random } from '../support/random.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { RawViewer, Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'
import { INSIDE, watchRejections } from './inside.ts'

/** Over real sockets, beside what the other fuzz tests put through the core. */
const MESSAGES = 30_000
const REQUESTS = 6_000

const ODD: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  '',
  'm',
  'x'.repeat(300),
  [],
  {},
  [[]],
  '__proto__',
  '\ud800',
  '\0',
]
const KEYS = [
  'id',
  'command',
  'machine',
  'device',
  'tag',
  'value',
  'event',
  'channel',
  'alarms',
  'action',
  'position',
] as const
const TYPES = [
  'subscribe',
  'unsubscribe',
  'ack',
  'command',
  'write',
  'stop',
  'control',
  'alarm',
  'get_status',
  'ping',
  'pong',
  'hello',
] as const

function message(random: Random): string {
  const text = JSON.stringify({
    type: random.chance(0.9) ? random.pick(TYPES) : random.pick(ODD),
    ...Object.fromEntries(
      KEYS.filter(() => random.chance(0.5)).map((key) => [
        key,
        random.pick<unknown>([...ODD, 'request', 'all', 'machine:m']),
      ]),
    ),
  })
  const at = random.integer(0, text.length)
  if (random.chance(0.1)) return text.slice(0, at)
  if (random.chance(0.1)) return text.slice(0, at) + random.pick(['"', '}', '\\', '[', '\0']) + text.slice(at)
  return text
}

test(`${MESSAGES} messages over real sockets: every session is answered or closed as the protocol says`, async () => {
  const random = new Random(fuzzSeed())
  const rejections = watchRejections()
  const panel = await startPanel(['--messages-per-second', '100000'])
  const viewer = new Viewer(panel.url)
  await viewer.live()
  await unixSender(panel.socket).send(datagram('m', 'device_update', { device_id: 'm', new_state: { m: 1 } }))
  const codes = new Set<number>([1002, 1005, 1006, 1007, ...Object.values(CLOSE_CODES).map(({ code }) => code)])
  let sent = 0
  while (sent < MESSAGES) {
    const raw = await new RawViewer(panel.url).open()
    if (random.chance(0.95)) raw.hello({ channels: [] })
    for (let i = 0; i < 300; i += 1, sent += 1) {
      if (raw.closed) break
      if (random.chance(0.01)) raw.socket.send(random.bytes(random.integer(0, 60)), { binary: random.chance(0.5) })
      else raw.send(message(random))
    }
    raw.send({ type: 'ping', id: 'the last one' })
    await waitFor(() => raw.closed ?? raw.messages.some(({ id }) => id === 'the last one'))
    // Health names the sockets that machines send to; all else is about what was asked.
    const telling = raw.texts.filter((text) => !text.startsWith('{"type":"health"') && INSIDE.test(text))
    expect(telling).toEqual([])
    expect(codes).toContain(raw.closed?.code ?? 1005)
    raw.socket.terminate()
  }
  const before = panel.health().offset
  await unixSender(panel.socket).send(datagram('m', 'tick'))
  await waitFor(() => panel.health().offset > before)
  expect(viewer.client.status.kind).toBe('live')
  expect(rejections).toEqual([])
  expect(panel.log.records.filter(({ level }) => level === 'error')).toEqual([])
})

const METHODS = ['GET', 'GET', 'POST', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'TRACE'] as const
const PARTS = [
  'api',
  'v1',
  'devices',
  'groups',
  'machines',
  'commands',
  'events',
  'state',
  'export',
  'trends',
  'm',
  'stop',
  'docs',
  'ca.crt',
  'ws',
  'assets',
  '..',
  '%2e%2e',
  '%00',
  '%ff',
  '%',
  '',
  '%F0%9F%98%80',
  '__proto__',
  ':id',
  '*',
] as const
const QUERY = [
  'at',
  'from',
  'to',
  'limit',
  'cursor',
  'text',
  'log',
  'tag',
  'points',
  'order',
  'format',
  'timeout',
  'wait',
  'x',
] as const
const VALUES = [
  '',
  '0',
  '-1',
  '1e99',
  'NaN',
  'x',
  '{}',
  '%7B%22level%22:[]%7D',
  '%00',
  '%',
  '9'.repeat(30),
  '2026-01-01',
  'm/m/m',
  '%27%20OR%201=1',
] as const

test(`${REQUESTS} requests: each is answered with what is described, and nothing of the inside`, async () => {
  const random = new Random(fuzzSeed())
  const rejections = watchRejections()
  const panel = await startPanel()
  await unixSender(panel.socket).send(datagram('m', 'device_update', { device_id: 'm', new_state: { m: 1 } }))
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  onTestFinished(() => agent.destroy())
  const { hostname, port } = new URL(panel.url)
  const seen = new Set<number>()

  const ask = (): Promise<void> => {
    const method = random.pick(METHODS)
    const start = random.chance(0.7) ? '/api/v1' : ''
    const parts = Array.from({ length: random.integer(0, 4) }, () => random.pick(PARTS))
    const query = Array.from({ length: random.integer(0, 3) }, () => `${random.pick(QUERY)}=${random.pick(VALUES)}`)
    const path = `${start}/${parts.join('/')}${query.length > 0 ? `?${query.join('&')}&timeout=0.05` : '?timeout=0.05'}`
    const body =
      method === 'GET' || method === 'HEAD'
        ? ''
        : random.chance(0.7)
          ? message(random)
          : JSON.stringify(random.pick(ODD))
    const headers = {
      'content-type': random.chance(0.9) ? 'application/json' : 'text/plain',
      'content-length': Buffer.byteLength(body),
      ...(random.chance(0.2)
        ? { 'idempotency-key': random.pick(['a', 'x'.repeat(58), '"y"', '..', '0123456789']) }
        : {}),
      ...(random.chance(0.1) ? { origin: random.pick(['null', 'http://evil.example', '', 'x']) } : {}),
      ...(random.chance(0.1) ? { host: random.pick(['evil.example', '', '[', '127.0.0.1']) } : {}),
    }
    return new Promise((resolve, reject) => {
      const asked = request({ hostname, port, path, method, headers, agent }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('end', () => {
          seen.add(response.statusCode ?? 0)
          // What the machines said, and the files of the page, are no answers about the inside.
          const isError = (response.statusCode ?? 0) >= 400
          if (isError && INSIDE.test(text)) reject(new Error(`${method} ${path}: ${text}`))
          else if ((response.statusCode ?? 0) === 500) reject(new Error(`${method} ${path} ${body}: ${text}`))
          else resolve()
        })
        response.on('error', reject)
      })
      asked.on('error', reject)
      asked.end(body)
    })
  }
  for (let i = 0; i < REQUESTS; i += 8) await Promise.all(Array.from({ length: 8 }, ask))
  expect([...seen]).toEqual(expect.arrayContaining([200, 400, 403, 404, 421]))
  expect([...seen].filter((status) => status >= 500 && status !== 504)).toEqual([])
  expect(rejections).toEqual([])
  expect(panel.log.records.filter(({ level }) => level === 'error')).toEqual([])
})
