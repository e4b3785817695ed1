import { expect, test } from 'vitest'
import { startPanel } from '../support/panel.ts'
import { python, PYTHON_SEND } from '../support/python.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { RawViewer, Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

const PYTHON_BURST = `
import json, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for i in range(int(sys.argv[2])):
    s.sendto(json.dumps({"machine_name": "press", "type": "state_change", "payload": {"to_state": "s%d" % i}}).encode(), sys.argv[1])
`

test('a burst from a blocking Python sender arrives whole and in order', async () => {
  const panel = await startPanel()
  const viewer = new Viewer(panel.url)
  await viewer.live()
  await python(PYTHON_BURST, [panel.socket, '3000'])
  await viewer.at(3_000)
  expect(viewer.events.map(({ payload }) => payload['to_state'])).toEqual(
    Array.from({ length: 3_000 }, (_, i) => `s${i}`),
  )
  expect(viewer.client.replica.state.machines.get('press')).toMatchObject({ events: 3_000, state: 's2999' })
})

test('what Python’s json.dumps escapes arrives as the letters that were meant', async () => {
  const panel = await startPanel()
  const viewer = new Viewer(panel.url)
  await viewer.live()
  await python(PYTHON_SEND, [panel.socket, datagram('преса', 'activity_log', { message: 'готово ✓ 😀' })])
  await viewer.at(1)
  expect(viewer.client.replica.state.machines.get('преса')?.log[0]?.message).toBe('готово ✓ 😀')
})

test('[D7] refused datagrams are counted by reason with a sample, and none ever reaches a viewer', async () => {
  const panel = await startPanel()
  const raw = await new RawViewer(panel.url).open()
  raw.hello()
  await raw.message('snapshot')
  const sender = unixSender(panel.socket)
  const marked = 'REFUSED-MARK'
  const garbage = [
    `${marked} not json`,
    `["${marked}"]`,
    `{"machine_name":"${marked}"}`,
    `{"type":"${marked}"}`,
    `{"machine_name":"${marked}\\n","type":"x"}`,
    `{"machine_name":"m","type":"${marked}\\u0000"}`,
    `{"type":"initial","machines":["${marked}"]}`,
    `{"machine_name":"${marked}","type":"x","payload":${'['.repeat(70)}${']'.repeat(70)}}`,
    Buffer.concat([Buffer.from(marked), Buffer.from([0xff])]),
    `{"machine_name":"${marked}","type":"x","payload":"${'x'.repeat(70_000)}"}`,
    '',
  ]
  for (const each of garbage) await sender.send(each)
  await sender.send(datagram('m', 'tick'))
  await raw.message('events')
  expect(panel.health().listeners[0]).toMatchObject({
    received: 12,
    accepted: 1,
    refused: {
      not_json: 1,
      not_object: 1,
      no_type: 1,
      no_machine_name: 2,
      bad_machine_name: 1,
      bad_type: 1,
      too_deep: 1,
      not_utf8: 1,
      truncated: 1,
      empty: 1,
    },
    errors: 0,
  })
  // The panel's health shows what was refused, as a sample; nothing else ever carries it.
  await waitFor(() => raw.texts.filter((text) => text.includes('"type":"health"') && text.includes(marked)).length > 0)
  const others = raw.texts.filter((text) => !text.startsWith('{"type":"health"'))
  expect(others.filter((text) => text.includes(marked))).toEqual([])
  expect(panel.health().refusedSamples[0]).toMatchObject({ reason: 'not_json', text: `${marked} not json` })
})

test('[D7] a flood of garbage becomes one sample of 200 bytes, one log line, and no more', async () => {
  const panel = await startPanel()
  const sender = unixSender(panel.socket)
  const at = performance.now()
  for (let i = 0; i < 2_000; i += 1) await sender.send('garbage '.repeat(100))
  await waitFor(() => panel.health().listeners[0]?.received === 2_000)
  const seconds = Math.ceil((performance.now() - at) / 1_000)
  const lines = panel.log.records.filter(({ message }) => message === 'datagram refused')
  // At most one a second, however long this computer took.
  expect(lines.length).toBeLessThanOrEqual(seconds)
  expect(panel.health().refusedSamples).toHaveLength(lines.length)
  expect(panel.health().refusedSamples[0]).toMatchObject({ bytes: 800, text: 'garbage '.repeat(25) })
})

test('a sender that is faster than the panel loses nothing that the kernel took', async () => {
  const panel = await startPanel()
  const sender = unixSender(panel.socket)
  let taken = 0
  for (let round = 0; round < 50; round += 1) {
    for (let i = 0; i < 40; i += 1) if (sender.trySend(datagram('m', 'tick', { taken }))) taken += 1
    await new Promise((resolve) => setImmediate(resolve))
  }
  await waitFor(() => panel.health().offset === taken)
  expect(panel.health().listeners[0]).toMatchObject({ received: taken, accepted: taken, refused: {} })
})

test('a viewer is never told of a machine that only garbage named', async () => {
  const panel = await startPanel()
  const viewer = new Viewer(panel.url)
  await viewer.live()
  const sender = unixSender(panel.socket)
  await sender.send('{"machine_name":"ghost","type":""}')
  await sender.send(datagram('real', 'tick'))
  await viewer.at(1)
  expect([...viewer.client.replica.state.machines.keys()]).toEqual(['real'])
})
