import { expect, test } from 'vitest'
import { CLOSE_CODES } from '../../src/shared/close-codes.ts'
import { startPanel } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { RawViewer, Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

const offsets = (raw: RawViewer): number[] =>
  raw.messages.flatMap((message) =>
    message['type'] === 'events' ? (message['events'] as { offset: number }[]).map((event) => event.offset) : [],
  )

test('[H1] the first message must be a hello', async () => {
  const panel = await startPanel()
  const raw = await new RawViewer(panel.url).open()
  raw.send({ type: 'ping', id: 1 })
  expect(await raw.close()).toMatchObject({ code: CLOSE_CODES.bad_message.code })
  expect(raw.messages[0]).toMatchObject({ type: 'error', error: { code: 'hello_expected' } })
})

test('[H2] another protocol version is refused for good', async () => {
  const panel = await startPanel()
  const raw = await new RawViewer(panel.url).open()
  raw.hello({ protocol: 2 })
  expect(await raw.close()).toMatchObject({ code: CLOSE_CODES.protocol_unsupported.code })
})

test('[H4] welcome says version, limits and capabilities', async () => {
  const panel = await startPanel()
  const raw = await new RawViewer(panel.url).open()
  raw.hello()
  expect(await raw.message('welcome')).toMatchObject({
    protocol: 1,
    server: { name: 'andon' },
    capabilities: { localDisplay: false },
    limits: { messageBytes: 65_536, heartbeatMs: 30_000 },
    resumed: false,
  })
})

test('[R1] a position that the ring still reaches is continued without a snapshot, with exactly what was missed', async () => {
  const panel = await startPanel()
  const sender = unixSender(panel.socket)
  for (let i = 1; i <= 10; i += 1) await sender.send(datagram('m', 'tick', { i }))
  const first = await new RawViewer(panel.url).open()
  first.hello()
  const position = await waitFor(async () => {
    const { offset, epoch } = (await first.message('snapshot'))['position'] as { offset: number; epoch: string }
    return { offset, epoch }
  })
  first.socket.terminate()
  await waitFor(() => panel.health().offset === 10)

  const second = await new RawViewer(panel.url).open()
  second.hello({ resume: { epoch: position.epoch, offset: 4 } })
  expect(await second.message('welcome')).toMatchObject({ resumed: true })
  await sender.send(datagram('m', 'tick', { i: 11 }))
  await waitFor(() => offsets(second).includes(11))
  expect(offsets(second)).toEqual([5, 6, 7, 8, 9, 10, 11])
  expect(second.messages.some((message) => message['type'] === 'snapshot')).toBe(false)
})

test('[R2] a position of another epoch, or from the future, is answered with a snapshot that says reset', async () => {
  const panel = await startPanel()
  await unixSender(panel.socket).send(datagram('m', 'tick'))
  await waitFor(() => panel.health().offset === 1)
  for (const resume of [
    { epoch: 'another', offset: 1 },
    { epoch: 'another', offset: 0 },
  ]) {
    const raw = await new RawViewer(panel.url).open()
    raw.hello({ resume })
    expect(await raw.message('welcome')).toMatchObject({ resumed: false })
    expect(await raw.message('snapshot')).toMatchObject({ reset: true, position: { offset: 1 } })
  }
})

test('[C1] a machine’s channel brings its events and its state, and nothing of another machine', async () => {
  const panel = await startPanel()
  const sender = unixSender(panel.socket)
  await sender.send(datagram('a', 'state_change', { to_state: 'on' }))
  await sender.send(datagram('b', 'state_change', { to_state: 'on' }))
  const viewer = new Viewer(panel.url, { channels: ['machine:a'] })
  await viewer.live()
  await sender.send(datagram('b', 'state_change', { to_state: 'off' }))
  await sender.send(datagram('a', 'state_change', { to_state: 'off' }))
  await waitFor(() => viewer.client.replica.state.machines.get('a')?.state === 'off')
  expect([...viewer.client.replica.state.machines.keys()]).toEqual(['a'])
  expect(viewer.events.every((event) => event.machine === 'a')).toBe(true)
})

test('[C2] a family’s channel brings its events from all machines, but no machine’s state', async () => {
  const panel = await startPanel()
  const sender = unixSender(panel.socket)
  const viewer = new Viewer(panel.url, { channels: ['family:job'] })
  await viewer.live()
  await sender.send(datagram('a', 'state_change', { to_state: 'on' }))
  await sender.send(datagram('a', 'job_started', { job_id: 'j1' }))
  await sender.send(datagram('b', 'job_started', { job_id: 'j2' }))
  await waitFor(() => viewer.events.length === 2)
  expect(viewer.events.map((event) => event.machine)).toEqual(['a', 'b'])
  expect(viewer.client.replica.state.machines.size).toBe(0)
})

const update = (machine: string, device_id: string, speed: number): string =>
  datagram(machine, 'device_update', { device_id, new_state: { speed } })

test('[C5] a device’s channel brings the device’s events and its state, and nothing of any other', async () => {
  const panel = await startPanel()
  const sender = unixSender(panel.socket)
  await sender.send(update('cell', 'motor/1', 1))
  await sender.send(update('cell', 'motor/2', 2))
  await sender.send(update('other', 'motor/1', 3))
  await waitFor(() => panel.health().offset === 3)
  const viewer = new Viewer(panel.url, { channels: ['device:cell/motor/1'] })
  await viewer.live()
  const devices = (): unknown[] =>
    [...viewer.client.replica.state.devices.values()].map(({ machine, id, tags }) => [
      machine,
      id,
      tags.map(({ name, value, quality }) => ({ name, value, quality })),
    ])
  expect(devices()).toEqual([['cell', 'motor/1', [{ name: 'speed', value: 1, quality: 'good' }]]])
  await sender.send(update('cell', 'motor/2', 4))
  await sender.send(datagram('cell', 'state_change', { to_state: 'on' }))
  await sender.send(datagram('other', 'machine_terminated'))
  await sender.send(update('cell', 'motor/1', 5))
  await sender.send(datagram('cell', 'machine_terminated'))
  await waitFor(() => viewer.events.length === 2)
  expect(viewer.events.map(({ machine, type }) => [machine, type])).toEqual([
    ['cell', 'device_update'],
    ['cell', 'machine_terminated'],
  ])
  expect(devices()).toEqual([['cell', 'motor/1', [{ name: 'speed', value: 5, quality: 'stale' }]]])
  expect(viewer.client.replica.state.machines.size).toBe(0)

  const raw = await new RawViewer(panel.url).open()
  raw.hello({ channels: ['device:motor_without_machine'] })
  expect(await raw.message('error')).toMatchObject({ error: { code: 'channel_unknown' } })
})

test('[C3] subscribe and unsubscribe are answered, and followed by the snapshot of the new filter', async () => {
  const panel = await startPanel()
  await unixSender(panel.socket).send(datagram('a', 'state_change', { to_state: 'on' }))
  await waitFor(() => panel.health().offset === 1)
  const raw = await new RawViewer(panel.url).open()
  raw.hello({ channels: [] })
  expect(await raw.message('snapshot')).toMatchObject({ channels: [], state: { machines: [], recent: [] } })
  raw.send({ type: 'subscribe', id: 's', channel: 'machine:a' })
  await waitFor(() => raw.messages.length >= 5)
  expect(raw.messages.slice(-2)).toMatchObject([
    { type: 'reply', id: 's', ok: true },
    { type: 'snapshot', channels: ['machine:a'], state: { machines: [{ name: 'a' }] } },
  ])
  raw.send({ type: 'subscribe', id: 1, channel: 'family:nonsense' })
  raw.send({ type: 'unsubscribe', id: 2, channel: 'all' })
  await waitFor(() => raw.messages.length >= 7)
  expect(raw.messages.slice(-2)).toMatchObject([
    { type: 'reply', id: 1, ok: false, error: { code: 'channel_unknown' } },
    { type: 'reply', id: 2, ok: false, error: { code: 'not_subscribed' } },
  ])
})

test('[B1] a message that cannot be understood is answered with an error; too many of them end the session', async () => {
  const panel = await startPanel()
  const raw = await new RawViewer(panel.url).open()
  raw.hello()
  await raw.message('snapshot')
  raw.send('not json')
  raw.send({ type: 'no-such-type' })
  await waitFor(() => raw.messages.filter((message) => message['type'] === 'error').length === 2)
  raw.send({ type: 'ping', id: 'still there' })
  expect(await raw.message('pong')).toMatchObject({ id: 'still there' })
  for (let i = 0; i < 30; i += 1) raw.send('[]')
  expect(await raw.close()).toMatchObject({ code: CLOSE_CODES.bad_message.code })
})

test('[L1] a message over the limit ends the session with 1009', async () => {
  const panel = await startPanel()
  const raw = await new RawViewer(panel.url).open()
  raw.hello({ client: { name: 'x'.repeat(70_000) } })
  expect(await raw.close()).toMatchObject({ code: 1009 })
})

test('[L2] one connection too many is closed with a code that says so, and may come back later', async () => {
  const panel = await startPanel(['--connections', '2'])
  const [one, two] = [new Viewer(panel.url), new Viewer(panel.url)]
  await one.live()
  await two.live()
  const three = new RawViewer(panel.url)
  expect(await three.close()).toEqual({ code: 4429, reason: 'too many connections' })
  one.client.close()
  const four = new Viewer(panel.url, { random: () => 0.01 })
  await four.live()
})

test('[L3] a page of another origin is refused, a program without one is not', async () => {
  const panel = await startPanel()
  const foreign = new RawViewer(panel.url, { origin: 'https://evil.example' })
  expect(await foreign.close()).toMatchObject({ code: CLOSE_CODES.origin_refused.code })
  const rebound = new RawViewer(panel.url, { origin: 'http://evil.example', headers: { host: 'evil.example' } })
  expect((await rebound.close()).code).toBe(1006)
  const own = new Viewer(panel.url)
  await own.live()
})

test('[L4] a connection that never says hello is closed', async () => {
  const panel = await startPanel([], { helloMs: 200 })
  const raw = await new RawViewer(panel.url).open()
  expect(await raw.close()).toMatchObject({ code: CLOSE_CODES.hello_timeout.code })
})

test('[P1] the server pings with the viewer’s position, and closes a session that stays silent', async () => {
  const panel = await startPanel([], { heartbeatMs: 100 })
  const raw = await new RawViewer(panel.url).open()
  raw.hello({ channels: [] })
  await raw.message('snapshot')
  await unixSender(panel.socket).send(datagram('m', 'tick'))
  await waitFor(() =>
    raw.messages.find((message) => (message['position'] as { offset?: number } | undefined)?.offset === 1),
  )
  expect(await raw.close()).toMatchObject({ code: CLOSE_CODES.heartbeat_lost.code })
})

test('[X1] a panel that shuts down says so, and its viewers come back to the next one', async () => {
  const first = await startPanel()
  const port = new URL(first.url).port
  const viewer = new Viewer(first.url, { random: () => 0.1 })
  await viewer.live()
  await first.close()
  await waitFor(() => viewer.client.status.kind === 'reconnecting')
  const second = await startPanel(['--port', port])
  await unixSender(second.socket).send(datagram('m', 'tick'))
  await viewer.live()
  await viewer.at(1)
  expect(viewer.snapshots.at(-1)?.reset).toBe(true)
})
