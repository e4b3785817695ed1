import { expect, test } from 'vitest'
import { CLOSE_CODES } from '../../../src/shared/close-codes.ts'
import { CoreStage, type Viewer } from '../../support/core-stage.ts'

/** More than a socket may hold. */
const FULL = 256 * 1024 + 1

const closedWith = (viewer: Viewer, name: keyof typeof CLOSE_CODES): void =>
  expect(viewer.socket.closed).toEqual({ code: CLOSE_CODES[name].code, reason: CLOSE_CODES[name].reason })

/** How often it was sent the panel's health. */
const count = (viewer: Viewer): number => viewer.socket.types.filter((type) => type === 'health').length

/** Lets what was appended go out. */
const flush = (stage: CoreStage): void => stage.clock.pass(10)

test('[S1] welcome, plant, health and snapshot are sent at once, and nothing twice', () => {
  const stage = new CoreStage()
  stage.event('a')
  const { socket } = stage.live()
  expect(socket.types).toEqual(['welcome', 'plant', 'health', 'snapshot'])
  stage.event('a')
  flush(stage)
  expect(socket.types).toEqual(['welcome', 'plant', 'health', 'snapshot', 'events'])
  expect(socket.offsets).toEqual([2])
})

test('[S2] events that came between the flush’s request and the snapshot are not sent again', () => {
  const stage = new CoreStage()
  const early = stage.live()
  stage.event('a')
  const late = stage.live()
  flush(stage)
  expect(early.socket.offsets).toEqual([1])
  expect(late.socket.offsets).toEqual([])
  expect(late.socket.messages.at(-1)).toMatchObject({ type: 'snapshot', position: { offset: 1 } })
})

test('sessions at the same position with the same filter share one frame', () => {
  const stage = new CoreStage()
  const [one, two, other] = [stage.live(), stage.live(), stage.live({ channels: ['machine:a'] })]
  stage.event('a')
  flush(stage)
  expect(one.socket.frames.at(-1)).toBe(two.socket.frames.at(-1))
  expect(one.socket.frames.at(-1)).not.toBe(other.socket.frames.at(-1))
  expect(one.socket.frames.at(-1)?.bytes).toBe(two.socket.frames.at(-1)?.bytes)
})

test('[S5] a full socket is skipped, delays nobody, and gets everything when it drains', () => {
  const stage = new CoreStage()
  const [slow, fast] = [stage.live(), stage.live()]
  slow.socket.pending = FULL
  for (let i = 0; i < 5; i += 1) {
    stage.event('a')
    flush(stage)
  }
  expect(fast.socket.offsets).toEqual([1, 2, 3, 4, 5])
  expect(slow.socket.offsets).toEqual([])
  slow.socket.pending = 0
  slow.connection.drained()
  expect(slow.socket.offsets).toEqual([1, 2, 3, 4, 5])
  expect(slow.socket.types.filter((type) => type === 'events')).toHaveLength(1)
})

test('[S5] a viewer that the ring has moved past gets a snapshot that says reset, then the events after it', () => {
  const stage = new CoreStage({ ring: { entries: 4, characters: 100_000 } })
  const { socket, connection } = stage.live()
  socket.pending = FULL
  for (let i = 0; i < 10; i += 1) stage.event('a')
  flush(stage)
  socket.pending = 0
  connection.drained()
  expect(socket.messages.at(-1)).toMatchObject({ type: 'snapshot', reset: true, position: { offset: 10 } })
  stage.event('a')
  flush(stage)
  expect(socket.offsets).toEqual([11])
})

test('health is sent when it changed, and not to a full socket until it drains', () => {
  const stage = new CoreStage()
  const [one, slow] = [stage.live(), stage.live()]
  stage.sessions.healthChanged()
  expect([count(one), count(slow)]).toEqual([1, 1])
  slow.socket.pending = FULL
  stage.newHealth(1)
  stage.newHealth(2)
  expect([count(one), count(slow)]).toEqual([3, 1])
  slow.socket.pending = 0
  slow.connection.drained()
  slow.connection.drained()
  expect(count(slow)).toBe(2)
  expect(slow.socket.frames.at(-1)).toBe(one.socket.frames.at(-1))
})

test('[H1] before hello nothing is sent, and any other message ends the session', () => {
  const stage = new CoreStage()
  const viewer = stage.connect()
  stage.event('a')
  stage.newHealth(1)
  flush(stage)
  viewer.connection.drained()
  expect(viewer.socket.frames).toHaveLength(0)
  viewer.send({ type: 'subscribe', id: 1, channel: 'all' })
  expect(viewer.socket.messages).toMatchObject([{ type: 'error', error: { code: 'hello_expected' } }])
  closedWith(viewer, 'bad_message')
})

test('[H1] what is no message at all ends a session that has not said hello', () => {
  const viewer = new CoreStage().connect()
  viewer.send('nonsense')
  expect(viewer.socket.messages).toMatchObject([{ type: 'error', error: { code: 'bad_json' } }])
  closedWith(viewer, 'bad_message')
})

test('[H2] another protocol version is refused for good', () => {
  const viewer = new CoreStage().live({ protocol: 2 })
  expect(viewer.socket.frames).toHaveLength(0)
  closedWith(viewer, 'protocol_unsupported')
  expect(CLOSE_CODES.protocol_unsupported.retry).toBe(false)
})

test('[H3] a hello without channels means all; one with a channel that does not exist is refused', () => {
  const stage = new CoreStage()
  expect(stage.live().socket.messages.at(-1)).toMatchObject({ channels: ['all'] })
  expect(stage.live({ channels: ['machine:a', 'machine:a'] }).socket.messages.at(-1)).toMatchObject({
    channels: ['machine:a'],
  })
  const viewer = stage.live({ channels: ['all', 'family:nonsense'] })
  expect(viewer.socket.messages).toMatchObject([{ type: 'error', error: { code: 'channel_unknown' } }])
  closedWith(viewer, 'bad_message')
})

test('[H5] a second hello is an error, and changes nothing', () => {
  const stage = new CoreStage()
  const viewer = stage.live()
  viewer.hello({ channels: [] })
  expect(viewer.socket.messages.at(-1)).toMatchObject({ type: 'error', error: { code: 'hello_repeated' } })
  stage.event('a')
  flush(stage)
  expect(viewer.socket.offsets).toEqual([1])
})

test('[H4] only the local display is told that it is one', () => {
  const stage = new CoreStage()
  const local = stage.connect('local')
  local.hello()
  expect(local.socket.messages[0]).toMatchObject({ capabilities: { localDisplay: true } })
  expect(stage.live().socket.messages[0]).toMatchObject({ capabilities: { localDisplay: false } })
})

test('[R1] a resumed session gets exactly what it missed, as its filter lets through, and no snapshot', () => {
  const stage = new CoreStage()
  for (const machine of ['a', 'b', 'a', 'b', 'a']) stage.event(machine)
  const { socket } = stage.live({ channels: ['machine:a'], resume: { epoch: 'e1', offset: 1 } })
  expect(socket.types).toEqual(['welcome', 'plant', 'health', 'events'])
  expect(socket.messages[0]).toMatchObject({ resumed: true })
  expect(socket.offsets).toEqual([3, 5])
})

test('[R1] one that missed nothing goes on without a word', () => {
  const stage = new CoreStage()
  stage.event('a')
  const { socket } = stage.live({ resume: { epoch: 'e1', offset: 1 } })
  expect(socket.types).toEqual(['welcome', 'plant', 'health'])
  stage.event('a')
  flush(stage)
  expect(socket.offsets).toEqual([2])
})

test('[R2] a position that cannot be continued gives a snapshot that says reset', () => {
  const stage = new CoreStage({ ring: { entries: 4, characters: 100_000 } })
  for (let i = 0; i < 10; i += 1) stage.event('a')
  for (const resume of [
    { epoch: 'e0', offset: 10 },
    { epoch: 'e1', offset: 5 },
    { epoch: 'e1', offset: 11 },
  ]) {
    const { socket } = stage.live({ resume })
    expect(socket.messages[0]).toMatchObject({ resumed: false })
    expect(socket.messages.at(-1)).toMatchObject({ type: 'snapshot', reset: true, position: { offset: 10 } })
  }
})

test('[C3] reply and snapshot of the new filter come together, and the events after it follow', () => {
  const stage = new CoreStage()
  const viewer = stage.live({ channels: [] })
  stage.event('a')
  stage.event('b')
  viewer.send({ type: 'subscribe', id: 's1', channel: 'machine:a' })
  expect(viewer.socket.messages.slice(-2)).toMatchObject([
    { type: 'reply', id: 's1', ok: true },
    { type: 'snapshot', reset: false, channels: ['machine:a'], position: { offset: 2 } },
  ])
  stage.event('a')
  stage.event('b')
  flush(stage)
  expect(viewer.socket.offsets).toEqual([3])
  viewer.send({ type: 'unsubscribe', id: 's2', channel: 'machine:a' })
  stage.event('a')
  flush(stage)
  expect(viewer.socket.offsets).toEqual([3])
  expect(viewer.socket.messages.at(-1)).toMatchObject({ type: 'snapshot', channels: [] })
})

test('[C3] on a full socket the snapshot waits until it drains, and is one for all changes made meanwhile', () => {
  const stage = new CoreStage()
  const viewer = stage.live({ channels: [] })
  const sent = viewer.socket.frames.length
  viewer.socket.pending = FULL
  for (let id = 0; id < 100; id += 2) {
    viewer.send({ type: 'subscribe', id, channel: 'all' })
    viewer.send({ type: 'unsubscribe', id: id + 1, channel: 'all' })
  }
  viewer.send({ type: 'subscribe', id: 100, channel: 'machine:a' })
  stage.event('a')
  flush(stage)
  expect(viewer.socket.types.slice(sent)).toEqual(Array.from({ length: 101 }, () => 'reply'))
  viewer.socket.pending = 0
  viewer.connection.drained()
  expect(viewer.socket.messages.slice(sent + 101)).toMatchObject([
    { type: 'snapshot', reset: false, channels: ['machine:a'], position: { offset: 1 } },
  ])
  stage.event('a')
  flush(stage)
  expect(viewer.socket.offsets).toEqual([2])
})

test('[A1] a named consumer without a position goes on after what it acknowledged', () => {
  const stage = new CoreStage()
  for (let i = 0; i < 5; i += 1) stage.event('a')
  const first = stage.live({ consumer: 'mes' })
  expect(first.socket.messages[0]).toMatchObject({ resumed: false })
  first.send({ type: 'ack', position: { epoch: 'e1', offset: 3 } })
  const second = stage.live({ consumer: 'mes' })
  expect(second.socket.messages[0]).toMatchObject({ resumed: true })
  expect(second.socket.offsets).toEqual([4, 5])
})

test('[A2] nobody can acknowledge without a name, nor what was not sent', () => {
  const stage = new CoreStage()
  stage.event('a')
  const nameless = stage.live()
  nameless.send({ type: 'ack', position: { epoch: 'e1', offset: 1 } })
  expect(nameless.socket.messages.at(-1)).toMatchObject({ type: 'error', error: { code: 'no_consumer' } })
  const named = stage.live({ consumer: 'mes' })
  for (const position of [
    { epoch: 'e1', offset: 2 },
    { epoch: 'e0', offset: 1 },
  ]) {
    named.send({ type: 'ack', position })
    expect(named.socket.messages.at(-1)).toMatchObject({ type: 'error', error: { code: 'position_unknown' } })
  }
  expect(stage.archive.acknowledged('mes')).toBeUndefined()
})

test('[S6] a viewer that stays full for too long is closed, and may come back', () => {
  const stage = new CoreStage()
  const [slow, slower] = [stage.live(), stage.live()]
  for (const { socket } of [slow, slower]) socket.pending = FULL
  stage.clock.pass(20_000)
  slow.socket.pending = 0
  slow.connection.drained()
  slow.send({ type: 'pong' })
  stage.clock.pass(12_000)
  closedWith(slower, 'too_slow')
  expect(slow.socket.closed).toBeUndefined()
  expect(CLOSE_CODES.too_slow.retry).toBe(true)
})

test('[R1] what is no longer in memory comes from the archive, page by page and in order', async () => {
  const stage = new CoreStage({ archive: true, ring: { entries: 2, characters: 100_000 } })
  for (let i = 0; i < 10; i += 1) stage.event('a')
  const { socket } = stage.live({ resume: { epoch: 'e1', offset: 1 } })
  expect(socket.messages[0]).toMatchObject({ resumed: true })
  stage.event('a')
  flush(stage)
  expect(socket.offsets).toEqual([])
  while (await stage.archive.deliver());
  expect(socket.offsets).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  expect(socket.types).not.toContain('snapshot')
})

test('[C4] a session has at most 64 channels', () => {
  const stage = new CoreStage()
  const channels = Array.from({ length: 64 }, (_, i) => `machine:m${i}`)
  const viewer = stage.live({ channels })
  viewer.send({ type: 'subscribe', id: 1, channel: 'all' })
  expect(viewer.socket.messages.at(-1)).toMatchObject({ id: 1, ok: false, error: { code: 'channel_limit' } })
  viewer.send({ type: 'subscribe', id: 2, channel: 'machine:m0' })
  expect(viewer.socket.messages.at(-2)).toMatchObject({ id: 2, ok: true })
  const greedy = stage.live({ channels: [...channels, 'all'] })
  closedWith(greedy, 'bad_message')
})

test('[B1] twenty messages that cannot be understood end the session', () => {
  const viewer = new CoreStage().live()
  for (let i = 0; i < 19; i += 1) viewer.send('[]')
  expect(viewer.socket.closed).toBeUndefined()
  viewer.send('[]')
  closedWith(viewer, 'bad_message')
  expect(viewer.socket.types.filter((type) => type === 'error')).toHaveLength(20)
})

test('a defect in handling what one viewer sent ends its session, is in the log, and disturbs no other', () => {
  const stage = new CoreStage()
  const [one, other] = [stage.live(), stage.live()]
  const defect = new Error('a defect')
  stage.operations.stop = () => {
    throw defect
  }
  one.send({ type: 'stop', id: 1, command: 'command-1', machine: 'm' })
  closedWith(one, 'internal')
  expect(stage.log.records).toEqual([
    { level: 'error', fields: { err: defect, type: 'stop' }, message: 'a viewer’s message could not be handled' },
  ])
  stage.event('m')
  flush(stage)
  expect(other.socket.offsets).toEqual([1])
})

test('an error’s sentence is bounded', () => {
  const viewer = new CoreStage().live()
  viewer.send({ type: 'subscribe', id: 1, channel: 'x'.repeat(60_000) })
  const { error } = viewer.socket.messages.at(-1) as { error: { message: string } }
  expect(error.message.length).toBeLessThanOrEqual(200)
})

test('[L4] a session that never says hello is closed after its time, one that did is not', () => {
  const stage = new CoreStage()
  const silent = stage.connect()
  const live = stage.live()
  stage.clock.pass(10_000)
  closedWith(silent, 'hello_timeout')
  expect(live.socket.closed).toBeUndefined()
})

test('[P1] pings carry the position up to which everything was sent', () => {
  const stage = new CoreStage()
  const { socket, connection } = stage.live({ channels: ['machine:a'] })
  stage.event('b')
  stage.clock.pass(30_000)
  expect(socket.messages.at(-1)).toMatchObject({ type: 'ping', position: { epoch: 'e1', offset: 1 } })
  socket.pending = FULL
  connection.receive('{"type":"pong"}')
  stage.event('b')
  stage.clock.pass(30_000)
  expect(socket.types.filter((type) => type === 'ping')).toHaveLength(1)
})

test('[P1] a session that stays silent for two heartbeats is closed; any message is a sign of life', () => {
  const stage = new CoreStage()
  const [silent, alive] = [stage.live(), stage.live()]
  for (let i = 0; i < 4; i += 1) {
    stage.clock.pass(15_000)
    alive.send({ type: 'pong' })
  }
  closedWith(silent, 'heartbeat_lost')
  stage.clock.pass(15_000)
  expect(alive.socket.closed).toBeUndefined()
})

test('[P2] a viewer’s ping is answered with its id', () => {
  const stage = new CoreStage()
  const viewer = stage.live()
  viewer.send({ type: 'ping', id: 'p' })
  expect(viewer.socket.messages.at(-1)).toEqual({ type: 'pong', id: 'p', time: stage.clock.now() })
})

test('[L2] remote viewers are limited, the machine’s own display always gets in', () => {
  const stage = new CoreStage({ connections: 2 })
  const [one] = [stage.live(), stage.live()]
  closedWith(stage.connect(), 'too_many_connections')
  const local = stage.connect('local')
  local.hello()
  expect(local.socket.types[0]).toBe('welcome')
  one.connection.closed()
  one.connection.closed()
  expect(stage.sessions.size).toBe(2)
  expect(stage.live().socket.types[0]).toBe('welcome')
})

test('[X1] closing sends what is left, then says why; nobody gets in any more, and nothing waits', () => {
  const stage = new CoreStage()
  const [one, silent] = [stage.live(), stage.connect()]
  stage.event('a')
  stage.sessions.close()
  stage.sessions.close()
  expect(one.socket.offsets).toEqual([1])
  closedWith(one, 'going_away')
  closedWith(silent, 'going_away')
  closedWith(stage.connect(), 'going_away')
  expect(stage.sessions.size).toBe(0)
  expect(stage.clock.waiting).toBe(0)
})

test('a session that has ended is deaf and dumb', () => {
  const stage = new CoreStage()
  const viewer = stage.live()
  viewer.connection.closed()
  const sent = viewer.socket.frames.length
  viewer.send({ type: 'ping', id: 1 })
  viewer.connection.drained()
  stage.event('a')
  stage.newHealth(3)
  stage.clock.pass(100_000)
  expect(viewer.socket.frames).toHaveLength(sent)
  expect(viewer.socket.closed).toBeUndefined()
})
