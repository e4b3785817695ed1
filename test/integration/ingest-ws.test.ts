import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Value } from 'typebox/value'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { Ingest } from '../../src/core/ingest.ts'
import type { IngestAdmission } from '../../src/core/ingest-admission.ts'
import { machineNames } from '../../src/core/machine-names.ts'
import { MachineQuota } from '../../src/core/machine-quota.ts'
import { IngestDoor } from '../../src/main/adapters/ingest-door.ts'
import { IngestMessageSchema } from '../../src/shared/ingest-messages.ts'
import { CoreStage } from '../support/core-stage.ts'
import { MemoryLog } from '../support/memory-log.ts'
import { startPanel } from '../support/panel.ts'
import { datagram } from '../support/sender.ts'
import { Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

/** Tokens by hand: `east` may speak of machines that begin with `east_`, `all` of all, `reader` of none. */
class Tokens implements IngestAdmission {
  readonly revoked = new Set<string>()
  readonly asked: string[] = []

  admit(token: string): ReturnType<IngestAdmission['admit']> {
    this.asked.push(token)
    if (token === 'reader') return { refused: 'rights', message: 'This token is for reading.' }
    if (/^g\d+$/.test(token)) return { source: token, mayWrite: () => true }
    if (!['east', 'all'].includes(token) || this.revoked.has(token)) {
      return { refused: 'token', message: 'Send a good token.' }
    }
    return { source: `the ${token} gateway`, mayWrite: machineNames(token === 'east' ? ['east_*'] : null) }
  }
}

/** A program that sends over WebSocket, and what it was told. */
class Program {
  readonly told: unknown[] = []
  closed: number | undefined
  refused: { readonly status: number | undefined; readonly challenge: string | undefined } | undefined
  readonly socket: WebSocket

  constructor(url: string, token?: string, options: ConstructorParameters<typeof WebSocket>[2] = {}) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    this.socket = new WebSocket(new URL(url).href.replace('http', 'ws'), { headers, ...options })
    this.socket.on('message', (bytes: Buffer) => {
      const message: unknown = JSON.parse(bytes.toString())
      if (!Value.Check(IngestMessageSchema, message)) throw new Error(`not the protocol: ${bytes.toString()}`)
      this.told.push(message)
    })
    this.socket.on('close', (code) => (this.closed ??= code))
    this.socket.on('unexpected-response', (_request, response: IncomingMessage) => {
      this.refused = { status: response.statusCode, challenge: response.headers['www-authenticate'] }
      this.socket.terminate()
    })
    this.socket.on('error', () => undefined)
    onTestFinished(() => this.socket.terminate())
  }

  async open(): Promise<this> {
    await waitFor(() => this.socket.readyState === WebSocket.OPEN, { what: 'an open socket' })
    return this
  }

  send(...texts: string[]): void {
    for (const text of texts) this.socket.send(text)
  }
}

/** The door alone, with the core behind it on a clock by hand. */
async function stage(perSecond = 1_000_000, ofSource = 1_000_000) {
  const core = new CoreStage()
  const { hub, clock } = core
  const log = new MemoryLog()
  const quota = new MachineQuota(
    { perSecond: () => perSecond, newcomersPerSecond: perSecond, knows: () => true },
    clock.monotonic(),
  )
  const ingest = new Ingest(hub, clock, log, quota)
  const tokens = new Tokens()
  const door = new IngestDoor({ ingest, admission: tokens, clock, perSecond: ofSource })
  const server = createServer()
  server.on('upgrade', (request, socket, head) => door.upgrade(request, socket, head))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    await door.close()
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ingest`
  const received = (): number => ingest.listeners.reduce((sum, each) => sum + each.received, 0)
  return { hub, clock, ingest, tokens, door, url, received, log }
}

const open = (url: string, token = 'all', options: ConstructorParameters<typeof WebSocket>[2] = {}) =>
  new Program(url, token, options).open()

describe('[W1] who may send', () => {
  test('nobody, as long as there are no tokens; and never with a token in the URL', async () => {
    const panel = await startPanel()
    const none = new Program(`${panel.url}ingest`, 'any')
    expect(await waitFor(() => none.refused)).toEqual({ status: 401, challenge: 'Bearer' })
    const tokens = new Tokens()
    const other = await startPanel([], { ingestAdmission: tokens })
    const inUrl = new Program(`${other.url}ingest?token=all&access_token=all`)
    expect(await waitFor(() => inUrl.refused)).toMatchObject({ status: 401 })
    expect(tokens.asked).toEqual([''])
    const elsewhere = new Program(`${other.url}ingest/x`, 'all')
    expect(await waitFor(() => elsewhere.refused)).toMatchObject({ status: 404 })
  })

  test('who has a token for it; another one is told that it lacks the right', async () => {
    const { url } = await stage()
    for (const [token, status] of [
      ['reader', 403],
      ['wrong', 401],
      ['x'.repeat(1_001), 401],
      ['all all', 401],
    ] as const) {
      const program = new Program(url, token)
      expect([token, await waitFor(() => program.refused?.status)]).toEqual([token, status])
    }
    await open(url)
  })

  test('of programs that are gone only so many keep their figures', async () => {
    const { url, ingest, received } = await stage()
    const stays = await open(url, 'g0')
    for (let i = 1; i <= 104; i += 1) {
      const program = await open(url, `g${i}`)
      program.send('nonsense')
      await waitFor(() => received() > 0 && ingest.refused === i, { what: 'what was refused' })
      program.socket.close()
      await waitFor(() => ingest.listeners.every((each) => each.address !== `g${i}` || each.state === 'closed'))
    }
    expect(ingest.listeners).toHaveLength(100)
    expect(ingest.listeners[0]).toMatchObject({ address: 'g0', state: 'listening' })
    expect(ingest.refused).toBe(104)
    stays.send(datagram('m', 'tick'))
    await waitFor(() => ingest.listeners[0]?.accepted === 1)
  })

  test('of the token’s machines alone', async () => {
    const { hub, url, ingest, received } = await stage()
    const program = await open(url, 'east')
    program.send(datagram('east_1', 'tick'), datagram('west_1', 'tick'), datagram('andon', 'tick'))
    await waitFor(() => received() === 3)
    expect(ingest.listeners).toMatchObject([
      { kind: 'ws', address: 'the east gateway', state: 'listening', accepted: 1, refused: { machine_not_allowed: 2 } },
    ])
    expect([...hub.folded.machines.keys()]).toEqual(['east_1'])
    program.socket.close()
    await waitFor(() => ingest.listeners[0]?.state === 'closed')
  })

  test('what comes so is a machine’s word, as every viewer sees it', async () => {
    const panel = await startPanel([], { ingestAdmission: new Tokens() })
    const viewer = new Viewer(panel.url)
    await viewer.live()
    const program = await open(`${panel.url}ingest`, 'east')
    program.send('{"machine_name":"east_1","type":"command_confirmed","origin":"panel","payload":{"id":"x"}}')
    await viewer.at(1)
    expect(viewer.events).toMatchObject([{ origin: 'machine', machine: 'east_1', type: 'command_confirmed' }])
    await panel.close()
    expect(await waitFor(() => program.closed)).toBe(1001)
    expect(program.told).toEqual([{ type: 'ack', count: 1, accepted: 1 }])
  })
})

describe('[W2] a text frame is a datagram', () => {
  test('with the same reasons to refuse it', async () => {
    const { url, ingest, received } = await stage()
    const program = await open(url)
    program.send('nonsense', '', '[]', '{"machine_name":"m"}', '{"type":"x"}', datagram('m', 'tick'))
    program.send(`{"machine_name":"m","type":"x","payload":${'['.repeat(70)}${']'.repeat(70)}}`)
    await waitFor(() => received() === 7)
    expect(ingest.listeners[0]).toMatchObject({
      accepted: 1,
      refused: { not_json: 1, empty: 1, not_object: 1, no_type: 1, no_machine_name: 1, too_deep: 1 },
    })
    expect(ingest.samples).toMatchObject([{ listener: 'the all gateway', reason: 'not_json', text: 'nonsense' }])
  })

  test('of at most 65,535 bytes, uncompressed, in text', async () => {
    const { url, received, ingest } = await stage()
    const frame = (bytes: number): string => {
      const empty = datagram('m', 'tick', { x: '' })
      return empty.replace('""', `"${'x'.repeat(bytes - empty.length)}"`)
    }
    const largest = await open(url, 'all', { perMessageDeflate: true })
    expect(largest.socket.extensions).toBe('')
    largest.send(frame(65_535))
    await waitFor(() => received() === 1)
    expect(ingest.listeners[0]?.accepted).toBe(1)
    largest.send(frame(65_536))
    expect(await waitFor(() => largest.closed)).toBe(1009)
    const binary = await open(url)
    binary.socket.send(Buffer.from(datagram('m', 'tick')), { binary: true })
    expect(await waitFor(() => binary.closed)).toBe(4400)
    const pieces = await open(url)
    for (let i = 0; i < 200; i += 1) pieces.socket.send('x', { fin: false })
    expect(await waitFor(() => pieces.closed)).toBe(1008)
    const wrong = await open(url)
    wrong.socket.send(Buffer.from([0xff]), { binary: false })
    expect(await waitFor(() => wrong.closed)).toBe(1007)
    expect(received()).toBe(1)
  })
})

test('[W3] frames are acknowledged once a second, and errors told as rarely', async () => {
  const { url, clock, received } = await stage()
  const program = await open(url)
  for (let i = 0; i < 50; i += 1) program.send(datagram('m', 'tick'), 'nonsense')
  await waitFor(() => received() === 100)
  clock.pass(1_000)
  await waitFor(() => program.told.length === 2)
  expect(program.told).toEqual([
    { type: 'error', frame: 2, error: { code: 'not_json', message: expect.stringContaining('PROTOCOL.md') as string } },
    { type: 'ack', count: 100, accepted: 50 },
  ])
  clock.pass(5_000)
  program.send('nonsense')
  await waitFor(() => program.told.length === 3)
  clock.pass(1_000)
  await waitFor(() => program.told.length === 4)
  expect(program.told.slice(2)).toMatchObject([
    { type: 'error', frame: 101 },
    { type: 'ack', count: 101, accepted: 50 },
  ])
})

test('[W3] what was read before the end is acknowledged', async () => {
  const { url, door, received } = await stage()
  const program = await open(url)
  program.send(datagram('m', 'tick'), datagram('m', 'tick'))
  await waitFor(() => received() === 2)
  await door.close()
  expect(await waitFor(() => program.closed)).toBe(1001)
  expect(program.told).toEqual([{ type: 'ack', count: 2, accepted: 2 }])
  const late = new Program(url, 'all')
  expect(await waitFor(() => late.refused?.status)).toBe(503)
})

describe('[W4] every 30 seconds', () => {
  test('a token that was revoked is closed, and others stay', async () => {
    const { url, clock, tokens, received } = await stage()
    const [east, all] = [await open(url, 'east'), await open(url)]
    tokens.revoked.add('east')
    clock.pass(30_000)
    expect(await waitFor(() => east.closed)).toBe(4413)
    all.send(datagram('m', 'tick'))
    await waitFor(() => received() === 1)
    expect(all.closed).toBeUndefined()
  })

  test('a program that gives no sign of life is closed; one that answers pings is not', async () => {
    const { url, clock } = await stage()
    const silent = await open(url, 'all', { autoPong: false })
    const quiet = await open(url)
    const pinged = [silent, quiet].map(({ socket }) => once(socket, 'ping'))
    clock.pass(30_000)
    await Promise.all(pinged)
    // The answer is there once what was sent behind it is.
    const answered = once(quiet.socket, 'pong')
    quiet.socket.ping()
    await answered
    clock.pass(30_000)
    expect(await waitFor(() => silent.closed)).toBe(4408)
    expect(quiet.closed).toBeUndefined()
  })
})

describe('[W5] how much', () => {
  test('a source that is too fast waits, and loses nothing', async () => {
    const { url, clock, received } = await stage(1_000_000, 100)
    const program = await open(url)
    const text = datagram('m', 'tick', { filler: 'x'.repeat(2_000) })
    for (let i = 0; i < 2_000; i += 1) program.send(text)
    const other = await open(url, 'east')
    other.send(datagram('east_1', 'tick'))
    await waitFor(() => received() > 101)
    // What had been read already is taken in; the rest waits on the way.
    expect(received()).toBeLessThan(2_001)
    // It is read on as time passes.
    await waitFor(() => {
      clock.pass(1_000)
      return received() === 2_001
    })
    clock.pass(1_000)
    await waitFor(() => program.told.some((each) => Value.Equal(each, { type: 'ack', count: 2_000, accepted: 2_000 })))
  })

  test('a machine’s own quota holds, too', async () => {
    const { url, ingest, received } = await stage(10)
    const program = await open(url)
    for (let i = 0; i < 100; i += 1) program.send(datagram('m', 'tick'))
    await waitFor(() => received() === 100)
    expect(ingest.listeners[0]).toMatchObject({ accepted: 30, refused: { over_quota: 70 } })
    await waitFor(() => program.told.length === 1)
    expect(program.told).toMatchObject([{ type: 'error', frame: 31, error: { code: 'over_quota' } }])
  })

  test('ten connections of a source, and ten pings a second', async () => {
    const { url } = await stage()
    const programs = await Promise.all(Array.from({ length: 10 }, () => open(url)))
    const eleventh = new Program(url, 'all')
    expect(await waitFor(() => eleventh.refused?.status)).toBe(429)
    await open(url, 'east')
    programs[0]?.socket.close()
    await waitFor(() => programs[0]?.closed)
    await waitFor(async () => {
      const again = new Program(url, 'all')
      await waitFor(() => again.refused ?? again.socket.readyState === WebSocket.OPEN)
      return again.refused === undefined
    })
    for (let i = 0; i < 100; i += 1) programs[1]?.socket.ping()
    expect(await waitFor(() => programs[1]?.closed)).toBe(4430)
  })
})
