import { Value } from 'typebox/value'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import type { IngestAdmission } from '../../src/core/ingest-admission.ts'
import { IngestMessageSchema } from '../../src/shared/ingest-messages.ts'
import { startPanel } from '../support/panel.ts'
import { fuzzSeed, Random } from '../support/random.ts'
import { unixSender } from '../support/sender.ts'
import { waitFor } from '../support/wait-for.ts'
import { expectedOf, garbage } from './garbage.ts'
import { INSIDE, watchRejections } from './inside.ts'

/** At each door. */
const INPUTS = 60_000

/** A connection is ended after so many frames. */
const FRAMES = 1_000

/** How much the process may have grown afterwards: the ring and the state are bounded. */
const GROWTH_MIB = 300

const FOREIGN = 'press_001'

const admission: IngestAdmission = {
  admit: (token) =>
    token === 'good'
      ? { source: 'fuzz', mayWrite: (machine) => machine !== FOREIGN }
      : { refused: 'token', message: 'No.' },
}

/** What can be no text frame at all, and with which code it ends the connection. */
const ENDS: readonly (readonly [code: number, send: (socket: WebSocket, random: Random) => void])[] = [
  [1007, (socket) => socket.send(Buffer.from([0x7b, 0xff]), { binary: false })],
  [1009, (socket, random) => socket.send('x'.repeat(random.integer(65_536, 200_000)))],
  [4400, (socket, random) => socket.send(random.bytes(random.integer(0, 100)), { binary: true })],
  [1008, (socket) => Array.from({ length: 200 }, () => socket.send('{', { fin: false }))],
  [1000, (socket) => socket.close(1000)],
]

/** What must become of a frame of this program. */
function expectedFrame(bytes: Buffer): string {
  const outcome = expectedOf(bytes)
  if (outcome !== 'accepted') return outcome
  const { machine_name: name } = JSON.parse(bytes.toString()) as { machine_name: string }
  return name === FOREIGN ? 'machine_not_allowed' : 'accepted'
}

test(`${INPUTS} frames and ${INPUTS} datagrams at once: each is counted as it must be, and nothing else happens`, async () => {
  // One for each door: which is faster must not change what is sent.
  const seed = fuzzSeed()
  const [random, ofDatagrams] = [new Random(seed), new Random(seed + 1)]
  const rejections = watchRejections()
  const panel = await startPanel(['--machine-events-per-second', '1000000'], { ingestAdmission: admission })
  const sender = unixSender(panel.socket)
  const url = new URL('ingest', panel.url).href.replace('http', 'ws')
  const before = process.memoryUsage.rss()
  const expected: Record<string, Record<string, number>> = { unix: {}, ws: {} }
  const expects = (door: string, outcome: string): void => {
    const counts = (expected[door] ??= {})
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }

  const datagrams = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) {
      const bytes = garbage(ofDatagrams)
      expects('unix', expectedOf(bytes))
      await sender.send(bytes)
    }
  }
  const connection = async (): Promise<void> => {
    const socket = new WebSocket(url, { headers: { authorization: 'Bearer good' } })
    onTestFinished(() => socket.terminate())
    let closed: number | undefined
    const told: string[] = []
    socket.on('message', (text: Buffer) => told.push(text.toString()))
    socket.on('close', (code) => (closed = code))
    socket.on('error', () => undefined)
    await waitFor(() => socket.readyState === WebSocket.OPEN, { what: 'an open socket' })
    let accepted = 0
    for (let sent = 0; sent < FRAMES;) {
      const bytes = garbage(random)
      const outcome = expectedFrame(bytes)
      // What is no text frame ends a connection; those are below.
      if (outcome === 'not_utf8' || outcome === 'truncated') continue
      sent += 1
      expects('ws', outcome)
      if (outcome === 'accepted') accepted += 1
      socket.send(bytes, { binary: false })
    }
    const [code, end] = random.pick(ENDS)
    end(socket, random)
    await waitFor(() => closed, { what: 'the close', timeout: 30_000 })
    expect(closed).toBe(code)
    for (const text of told) {
      if (!Value.Check(IngestMessageSchema, JSON.parse(text))) throw new Error(`not the protocol: ${text}`)
    }
    expect(told.filter((text) => INSIDE.test(text))).toEqual([])
    const acks = told.map((text) => JSON.parse(text) as { type: string; count: number; accepted: number })
    expect(
      acks.filter(({ type, count, accepted: taken }) => type === 'ack' && (count > FRAMES || taken > accepted)),
    ).toEqual([])
  }
  for (let sent = 0; sent < INPUTS; sent += FRAMES) await Promise.all([connection(), datagrams(FRAMES)])

  const doors = () => Object.fromEntries(panel.health().listeners.map((listener) => [listener.kind, listener]))
  for (const door of ['unix', 'ws'] as const) {
    const { accepted, ...refused } = expected[door] ?? {}
    await waitFor(() => doors()[door]?.received === INPUTS, { what: `all of ${door}` })
    expect(doors()[door]).toMatchObject({ accepted, refused, errors: 0 })
  }
  expect(Object.keys(expected['ws'] ?? {})).toContain('machine_not_allowed')
  expect(panel.health().shed).toBeUndefined()
  expect(rejections).toEqual([])
  expect(panel.log.records.filter(({ level }) => level === 'error')).toEqual([])
  expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(GROWTH_MIB)
})
