import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { SessionClient, type SessionOptions } from '../../../src/client/session-client.ts'
import type { LinkStatus } from '../../../src/client/status.ts'
import { CLOSE_CODES } from '../../../src/shared/close-codes.ts'
import { FakeServer, welcome } from './fake-link.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const start = (options: Partial<SessionOptions> = {}) => {
  const server = new FakeServer()
  const client = new SessionClient({
    connect: server.connect,
    client: { name: 'test', version: '1' },
    random: () => 0.5,
    ...options,
  })
  const statuses: LinkStatus['kind'][] = []
  client.listen({ status: ({ kind }) => statuses.push(kind) })
  onTestFinished(() => client.close())
  return { server, client, statuses }
}
const started = (options: Partial<SessionOptions> = {}) => {
  const parts = start(options)
  parts.server.link.welcome(5)
  return parts
}
const event = (offset: number, machine = 'm') => ({
  offset,
  time: 1,
  origin: 'machine',
  body: { machine_name: machine, type: 'tick' },
})
const events = (...offsets: number[]) => ({
  type: 'events',
  position: { epoch: 'e', offset: offsets.at(-1) },
  events: offsets.map((offset) => event(offset)),
})

test('[H1] it connects when created, says hello when connected, and is live with the snapshot', () => {
  const { server, client, statuses } = start()
  expect(client.status).toEqual({ kind: 'connecting' })
  expect(server.link.sent).toEqual([])
  server.link.events.opened()
  expect(server.link.sent).toEqual([
    { type: 'hello', protocol: 1, client: { name: 'test', version: '1' }, channels: ['all'] },
  ])
  server.link.say(welcome(false))
  expect(client.status.kind).toBe('connecting')
  server.link.welcome(5)
  expect(client.status).toEqual({ kind: 'live', roundTripMs: null })
  expect(statuses).toEqual(['live'])
})

test('listeners hear of welcome, snapshot, events and health, until they unsubscribe', () => {
  const { server, client } = start()
  const heard: string[] = []
  const stop = client.listen({
    welcome: () => heard.push('welcome'),
    snapshot: ({ position }) => heard.push(`snapshot ${position.offset}`),
    events: (views, { position }) => heard.push(`${views.length} events to ${position.offset}`),
  })
  server.link.welcome(5)
  server.link.say(events(6, 7))
  expect(client.replica.position).toEqual({ epoch: 'e', offset: 7 })
  stop()
  server.link.say(events(8))
  expect(heard).toEqual(['welcome', 'snapshot 5', '2 events to 7'])
})

test('[R1] after a lost link it comes back with its position, and is live with the welcome', () => {
  const { server, client, statuses } = started()
  server.link.say(events(6, 7))
  server.link.events.closed(1006, '')
  expect(client.status).toMatchObject({ kind: 'reconnecting', attempt: 1, reason: 'connection lost' })
  vi.advanceTimersByTime(250)
  expect(server.links).toHaveLength(2)
  expect(client.status).toMatchObject({ kind: 'reconnecting', retryAt: null })
  server.link.events.opened()
  expect(server.link.sent[0]).toMatchObject({ type: 'hello', resume: { epoch: 'e', offset: 7 } })
  server.link.say(welcome(true))
  expect(client.status.kind).toBe('live')
  server.link.say(events(8))
  expect(client.replica.position?.offset).toBe(8)
  expect(statuses).toEqual(['live', 'reconnecting', 'reconnecting', 'live'])
})

test('[R2] a snapshot that says reset replaces everything', () => {
  const { server, client } = started()
  server.link.say(events(6, 7))
  expect(client.replica.state.machines.size).toBe(1)
  server.link.events.closed(1006, '')
  vi.advanceTimersByTime(250)
  server.link.welcome(2, { reset: true })
  expect(client.replica.position).toEqual({ epoch: 'e', offset: 2 })
  expect(client.replica.state.machines.size).toBe(0)
})

test('[R3] a link that is lost between a new filter’s reply and its snapshot is not resumed', async () => {
  const { server, client } = started({ channels: ['machine:a'] })
  server.link.welcome(5, { channels: ['machine:a'] })
  const reply = client.subscribe('machine:b')
  server.link.say({ type: 'reply', id: server.link.last('subscribe')?.['id'], ok: true })
  await reply
  server.link.events.closed(1006, '')
  vi.advanceTimersByTime(250)
  server.link.events.opened()
  expect(server.link.sent[0]).toMatchObject({ channels: ['machine:a', 'machine:b'] })
  expect(server.link.sent[0]).not.toHaveProperty('resume')
})

test('it never gives up: the waits grow to their cap, and the first success forgets them', () => {
  const { server, client } = start()
  const waits: number[] = []
  for (let i = 0; i < 50; i += 1) {
    server.link.events.closed(1006, '')
    const { status } = client
    if (status.kind !== 'reconnecting' || status.retryAt === null) throw new Error(`is ${status.kind}`)
    waits.push(status.retryAt - Date.now())
    vi.advanceTimersByTime(status.retryAt - Date.now())
  }
  expect(server.links).toHaveLength(51)
  expect(waits.slice(0, 7)).toEqual([250, 500, 1_000, 2_000, 4_000, 7_500, 7_500])
  expect(waits.at(-1)).toBe(7_500)
  server.link.welcome(1)
  server.link.events.closed(1006, '')
  expect(client.status).toMatchObject({ kind: 'reconnecting', attempt: 1 })
})

test('“since” is the moment when the link was lost, through all attempts', () => {
  const { server, client } = started()
  const lostAt = Date.now()
  for (let i = 0; i < 4; i += 1) {
    server.link.events.closed(1006, '')
    expect(client.status).toMatchObject({ since: lostAt, attempt: i + 1 })
    vi.advanceTimersByTime(10_000)
  }
})

test('[P1] a silent link is taken for lost, a ping is answered and keeps it', () => {
  const { server, client } = started()
  vi.advanceTimersByTime(24_000)
  server.link.say({ type: 'ping', time: 0, position: { epoch: 'e', offset: 9 } })
  expect(server.link.last('pong')).toEqual({ type: 'pong' })
  expect(client.replica.position?.offset).toBe(9)
  vi.advanceTimersByTime(24_000)
  expect(client.status.kind).toBe('live')
  vi.advanceTimersByTime(1_000)
  expect(client.status).toMatchObject({ kind: 'reconnecting', reason: CLOSE_CODES.heartbeat_lost.reason })
  expect(server.links[0]?.closed?.code).toBe(CLOSE_CODES.heartbeat_lost.code)
})

test('an attempt that does not become a session within ten seconds is given up', () => {
  const { server, client } = start()
  vi.advanceTimersByTime(10_000)
  expect(client.status.kind).toBe('reconnecting')
  vi.advanceTimersByTime(250)
  expect(server.links).toHaveLength(2)
})

test('[P2] the round trip is measured with every pong', () => {
  const { server, client } = started()
  vi.advanceTimersByTime(40)
  server.link.say({ type: 'pong', id: server.link.last('ping')?.['id'], time: 0 })
  expect(client.status).toEqual({ kind: 'live', roundTripMs: 40 })
  vi.advanceTimersByTime(9_960)
  vi.advanceTimersByTime(7)
  server.link.say({ type: 'pong', id: server.link.last('ping')?.['id'], time: 0 })
  expect(client.status).toEqual({ kind: 'live', roundTripMs: 7 })
  server.link.say({ type: 'pong', id: 'never asked', time: 0 })
  expect(client.status).toEqual({ kind: 'live', roundTripMs: 7 })
})

const fatal = Object.values(CLOSE_CODES).filter(({ retry }) => !retry)
test.each(fatal)('close code $code means that coming back would not help: $reason', (close) => {
  const { server, client } = started()
  server.link.events.closed(close.code, close.reason)
  expect(client.status).toEqual({ kind: 'refused', close })
  vi.advanceTimersByTime(3_600_000)
  expect(server.links).toHaveLength(1)
  client.retryNow()
  expect(server.links).toHaveLength(2)
})

const worthAnother = Object.values(CLOSE_CODES).filter(({ retry }) => retry)
test.each([...worthAnother, { code: 1006 }, { code: 1011 }, { code: 4999 }])(
  'after close code $code it comes back',
  ({ code }) => {
    const { server } = started()
    server.link.events.closed(code, '')
    vi.advanceTimersByTime(250)
    expect(server.links).toHaveLength(2)
  },
)

test('[C3] a request resolves with its reply, and the channels it changed are kept for the next link', async () => {
  const { server, client } = started({ channels: ['machine:a'] })
  const [yes, no] = [client.subscribe('machine:b'), client.subscribe('machine:c')]
  const ids = server.link.sent.filter(({ type }) => type === 'subscribe').map(({ id }) => id)
  server.link.say({ type: 'reply', id: ids[1], ok: false, error: { code: 'channel_limit', message: '' } })
  server.link.say({ type: 'reply', id: ids[0], ok: true })
  expect(await yes).toMatchObject({ ok: true })
  expect(await no).toMatchObject({ ok: false, error: { code: 'channel_limit' } })
  const gone = client.unsubscribe('machine:a')
  server.link.say({ type: 'reply', id: server.link.last('unsubscribe')?.['id'], ok: true })
  await gone
  server.link.events.closed(1006, '')
  vi.advanceTimersByTime(250)
  server.link.events.opened()
  expect(server.link.sent[0]).toMatchObject({ type: 'hello', channels: ['machine:b'] })
})

test('while not live a request resolves at once with nothing, and is never sent later', async () => {
  const { server, client } = start()
  expect(await client.subscribe('machine:a')).toBeUndefined()
  server.link.welcome(5)
  expect(server.link.last('subscribe')).toBeUndefined()
})

test('a request whose link is lost resolves with nothing', async () => {
  const { server, client } = started()
  const reply = client.subscribe('machine:a')
  server.link.events.closed(1006, '')
  expect(await reply).toBeUndefined()
})

test('late words of an earlier link touch nothing', () => {
  const { server, client } = started()
  const [old] = server.links
  if (!old) throw new Error('no link')
  vi.advanceTimersByTime(25_000)
  vi.advanceTimersByTime(250)
  server.link.welcome(20)
  old.events.opened()
  old.welcome(99)
  old.say(events(100))
  old.events.closed(CLOSE_CODES.origin_refused.code, '')
  expect(client.status.kind).toBe('live')
  expect(client.replica.position?.offset).toBe(20)
  expect(server.links).toHaveLength(2)
})

test('without a network it says offline, and goes on trying', () => {
  let online = false
  const { server, client } = started({ online: () => online })
  const lostAt = Date.now()
  server.link.events.closed(1006, '')
  expect(client.status).toEqual({ kind: 'offline', since: lostAt })
  vi.advanceTimersByTime(250)
  expect(server.links).toHaveLength(2)
  online = true
  server.link.events.closed(1006, '')
  expect(client.status).toMatchObject({ kind: 'reconnecting', since: lostAt })
})

test('retryNow tries at once, but not while an attempt is under way or there is nothing to retry', () => {
  const { server, client } = start()
  client.retryNow()
  expect(server.links).toHaveLength(1)
  server.link.events.closed(1006, '')
  client.retryNow()
  client.retryNow()
  expect(server.links).toHaveLength(2)
  vi.advanceTimersByTime(5_000)
  expect(server.links).toHaveLength(2)
  server.link.welcome(1)
  client.retryNow()
  expect(server.links).toHaveLength(2)
})

test('reconnecting lets go of a sound link and begins another at once, with the position', async () => {
  const { server, client, statuses } = started()
  const reply = client.subscribe('machine:a')
  const old = server.link
  client.reconnect()
  expect(await reply).toBeUndefined()
  expect(old.closed?.code).toBe(1000)
  expect(server.links).toHaveLength(2)
  // What the old link says of its end is no news.
  old.events.closed(1000, '')
  server.link.events.opened()
  expect(server.link.sent[0]).toMatchObject({ type: 'hello', resume: { offset: 5 } })
  server.link.say(welcome(true))
  expect(statuses).toEqual(['live', 'reconnecting', 'live'])
  client.close()
  client.reconnect()
  expect(server.links).toHaveLength(2)
})

test('closing says so, ends every timer and request, and is final', async () => {
  const { server, client, statuses } = started()
  const reply = client.subscribe('machine:a')
  client.close()
  client.close()
  expect(await reply).toBeUndefined()
  expect(client.status).toEqual({ kind: 'closed' })
  expect(statuses).toEqual(['live', 'closed'])
  expect(server.link.closed?.code).toBe(1000)
  expect(vi.getTimerCount()).toBe(0)
  server.link.welcome(9)
  client.retryNow()
  vi.advanceTimersByTime(60_000)
  expect(client.status.kind).toBe('closed')
  expect(server.links).toHaveLength(1)
})

test('closing while it waits to come back ends that, too', () => {
  const { server, client } = started()
  server.link.events.closed(1006, '')
  client.close()
  expect(vi.getTimerCount()).toBe(0)
  expect(server.links).toHaveLength(1)
})

test('a server that does not follow the protocol is left and tried again', () => {
  const { server, client } = started()
  server.link.events.frame('{"type":"snapshot"}')
  expect(client.status.kind).toBe('reconnecting')
  expect(server.links[0]?.closed?.code).toBe(CLOSE_CODES.bad_message.code)
  vi.advanceTimersByTime(250)
  server.link.events.opened()
  expect(server.link.sent[0]).toMatchObject({ resume: { offset: 5 } })
})

test('[S2] events that do not follow on make it come back for a fresh snapshot', () => {
  const { server, client } = started()
  server.link.say(events(6))
  server.link.say(events(6))
  expect(client.status.kind).toBe('reconnecting')
  vi.advanceTimersByTime(250)
  server.link.events.opened()
  expect(server.link.sent[0]).not.toHaveProperty('resume')
})

test('an error of the server that answers no request is written down and changes nothing', () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined)
  const { server, client } = started()
  server.link.say({ type: 'error', error: { code: 'bad_json', message: 'The message is not JSON.' } })
  expect(warn).toHaveBeenCalledWith('andon: bad_json: The message is not JSON.')
  expect(client.status.kind).toBe('live')
  warn.mockRestore()
})
