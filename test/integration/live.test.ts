import { expect, test } from 'vitest'
import { python, PYTHON_SEND } from '../support/python.ts'
import { startPanel } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { RawViewer, Viewer } from '../support/viewer.ts'
import { wholeState } from '../support/visible.ts'
import { waitFor } from '../support/wait-for.ts'

/** The offset at which a message leaves its viewer. */
const positionOf = (message: Record<string, unknown> | undefined): number =>
  (message?.['position'] as { offset: number } | undefined)?.offset ?? 0

test('a datagram sent by Python reaches a viewer, and its machine is folded on both sides', async () => {
  const panel = await startPanel()
  const viewer = new Viewer(panel.url)
  await viewer.live()
  await python(PYTHON_SEND, [
    panel.socket,
    datagram('lamp', 'machine_registered', { machine_name: 'lamp', config_type: 'lamp', current_state: 'red' }),
    datagram('lamp', 'state_change', { from_state: 'red', to_state: 'зелено', event_trigger: 'timeout(0.4)' }),
  ])
  await viewer.at(2)
  expect(viewer.client.replica.state.machines.get('lamp')).toMatchObject({
    configType: 'lamp',
    state: 'зелено',
    transitions: [{ from: 'red', to: 'зелено', trigger: 'timeout(0.4)', jumped: false }],
  })
})

test('devices, executions and hardware of a machine are folded on both sides, and a later viewer sees the same', async () => {
  const panel = await startPanel()
  const viewer = new Viewer(panel.url)
  await viewer.live()
  const sender = unixSender(panel.socket)
  await sender.send(datagram('cell', 'device_update', { device_id: 'мотор', new_state: { speed: 1_500 } }))
  await sender.send(datagram('cell', 'tag_update', { tag: 'temperature', value: 21.5 }))
  await sender.send(datagram('cell', 'workflow:started', { executionId: 'x1', workflowName: 'Партида', totalNodes: 3 }))
  await sender.send(datagram('cell', 'node:started', { executionId: 'x1', nodeId: 'n1' }))
  await sender.send(datagram('cell', 'hardware_health_update', { controllersOnline: 2, totalControllers: 3 }))
  await viewer.at(5)
  const late = new Viewer(panel.url)
  await late.live()
  const { state } = viewer.client.replica
  expect(wholeState(state)).toMatchObject({
    machines: [{ name: 'cell' }],
    devices: [
      { machine: 'cell', id: 'мотор', tags: [{ name: 'speed', value: 1_500 }] },
      { machine: 'cell', id: 'cell', tags: [{ name: 'temperature', value: 21.5 }] },
    ],
    executions: [{ machine: 'cell', id: 'x1', name: 'Партида', status: 'running', steps: [{ id: 'n1' }] }],
    hardware: [{ machine: 'cell', controllersOnline: 2 }],
  })
  expect(wholeState(late.client.replica.state)).toEqual(wholeState(state))
})

test('the body of an event is the datagram byte for byte', async () => {
  const panel = await startPanel()
  const raw = await new RawViewer(panel.url).open()
  raw.hello()
  await raw.message('snapshot')
  const body = '{ "machine_name":"m",  "type":"x","payload":{"b":1,"a":1.50,"s":"\\u00e9"}, "extra":[1 ,2] }\n'
  await unixSender(panel.socket).send(body)
  await raw.message('events')
  expect(raw.texts.find((text) => text.includes('"type":"events"'))).toContain(`"body":${body}}`)
})

test('[S1] welcome, then a snapshot, then the events after it; none missing and none twice, while events stream in', async () => {
  const panel = await startPanel()
  const sender = unixSender(panel.socket)
  const streaming = new AbortController()
  let sent = 0
  const stream = (async () => {
    while (!streaming.signal.aborted) {
      for (let i = 0; i < 20; i += 1)
        await sender.send(datagram(`m${i % 3}`, 'state_change', { to_state: `s${(sent += 1)}` }))
      await new Promise((resolve) => setImmediate(resolve))
    }
  })()
  const viewers: Viewer[] = []
  for (let i = 0; i < 8; i += 1) {
    const viewer = new Viewer(panel.url)
    viewers.push(viewer)
    await viewer.live()
    await viewer.at((viewer.snapshots[0]?.position.offset ?? 0) + 20)
  }
  streaming.abort()
  await stream
  for (const viewer of viewers) {
    await viewer.at(sent)
    const first = (viewer.snapshots[0]?.position.offset ?? 0) + 1
    expect(viewer.events.map((event) => event.offset)).toEqual(
      Array.from({ length: sent - first + 1 }, (_, i) => first + i),
    )
  }
  const [one, ...others] = viewers.map((viewer) => [...viewer.client.replica.state.machines.values()])
  for (const other of others) expect(other).toEqual(one)
})

test('a client that stops reading delays no other, and catches up when it reads again', async () => {
  const panel = await startPanel()
  const sender = unixSender(panel.socket)
  const stalled = await new RawViewer(panel.url).open()
  stalled.hello()
  await stalled.message('snapshot')
  stalled.socket.pause()
  const healthy = new Viewer(panel.url)
  await healthy.live()
  const text = datagram('m', 'activity_log', { message: 'x'.repeat(2_000) })
  const count = 12_000
  for (let i = 0; i < count; i += 1) await sender.send(text)
  await healthy.at(count)
  expect(healthy.events).toHaveLength(count)
  expect(stalled.messages.filter((message) => message['type'] === 'events').length).toBeLessThan(count)

  stalled.socket.resume()
  await waitFor(() => positionOf(stalled.messages.findLast((message) => 'position' in message)) === count)
  // Each frame of events goes on where the one before it, or the snapshot, ended.
  const steps = stalled.messages.flatMap((message): { restart: number | null; offsets: number[] }[] => {
    if (message['type'] === 'snapshot') return [{ restart: positionOf(message), offsets: [] }]
    if (message['type'] !== 'events') return []
    return [{ restart: null, offsets: (message['events'] as { offset: number }[]).map((event) => event.offset) }]
  })
  let position = 0
  const holes: number[] = []
  for (const { restart, offsets } of steps) {
    position = restart ?? position
    for (const offset of offsets) {
      if (offset !== position + 1) holes.push(offset)
      position = offset
    }
  }
  expect(holes).toEqual([])
  expect(position).toBe(count)
})

test('a machine that falls silent becomes stale for everybody, and is fresh again with its next event', async () => {
  const panel = await startPanel(['--stale-after', '0.5'])
  const viewer = new Viewer(panel.url)
  const sender = unixSender(panel.socket)
  await viewer.live()
  await sender.send(datagram('m', 'state_change', { to_state: 'on' }))
  const machine = () => viewer.client.replica.state.machines.get('m')
  await waitFor(() => machine()?.staleSince ?? false, { what: 'a stale machine' })
  expect(viewer.events[1]).toMatchObject({ origin: 'panel', type: 'machine_stale' })
  await sender.send(datagram('m', 'hello'))
  await waitFor(() => machine()?.staleSince === null, { what: 'a fresh machine' })
})

test('a datagram can pose neither as the panel nor as a snapshot', async () => {
  const panel = await startPanel()
  const viewer = new Viewer(panel.url)
  await viewer.live()
  const sender = unixSender(panel.socket)
  await sender.send('{"machine_name":"m","type":"initial","machines":[],"origin":"panel","offset":999}')
  await sender.send('{"machine_name":"m","type":"machine_stale","payload":{}}')
  await viewer.at(2)
  expect(viewer.events.map(({ offset, origin, type }) => ({ offset, origin, type }))).toEqual([
    { offset: 1, origin: 'machine', type: 'initial' },
    { offset: 2, origin: 'machine', type: 'machine_stale' },
  ])
  expect(viewer.client.replica.state.machines.get('m')?.staleSince).toBeNull()
})
