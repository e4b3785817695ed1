import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { alarmId, PANEL_MACHINE } from '../../src/shared/alarm.ts'
import { startPanel } from '../support/panel.ts'
import { python, PYTHON_SEND } from '../support/python.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
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

test('[D9] one machine that babbles starves nobody, and its goodbye comes through; the panel says so', async () => {
  const dir = tempDir()
  const file = join(dir, 'andon.yaml')
  writeFileSync(file, 'machines:\n  loud: {}\n  quiet: { events_per_second: 1000 }\n')
  const panel = await startPanel(['--config', file, '--machine-events-per-second', '10'], { dir })
  const viewer = new Viewer(panel.url)
  await viewer.live()
  const sender = unixSender(panel.socket)
  for (let i = 0; i < 2_000; i += 1) {
    await sender.send(datagram('loud', 'log_entry', { message: `babble ${i}` }))
    if (i % 10 === 0) await sender.send(datagram('quiet', 'state_change', { to_state: `s${i}` }))
  }
  await sender.send(datagram('loud', 'machine_terminated'))
  await waitFor(() => panel.health().listeners[0]?.received === 2_201)
  const heard = (machine: string) => viewer.events.filter((event) => event.machine === machine)
  await waitFor(() => heard('loud').some(({ type }) => type === 'machine_terminated'))
  expect(heard('quiet')).toHaveLength(200)
  const { listeners, shed, problems } = panel.health()
  const over = listeners[0]?.refused.over_quota ?? 0
  expect(over).toBe(2_000 - heard('loud').filter(({ type }) => type === 'log_entry').length)
  expect(shed).toEqual({ events: over, machines: [{ machine: 'loud', events: over }] })
  expect(problems).toMatchObject([{ code: 'machine_over_quota', message: expect.stringContaining('(loud)') as string }])
  const alarm = alarmId(PANEL_MACHINE, 'machine_over_quota')
  await waitFor(() => viewer.client.replica.state.alarms.get(alarm)?.active, { what: 'the alarm' })
  const metrics = await (await fetch(new URL('metrics', panel.url))).text()
  expect(metrics).toContain(`andon_ingest_shed_total{machine="loud"} ${over}\n`)
})

test('[D10] a thousand invented names take no more than one machine may', async () => {
  const dir = tempDir()
  const file = join(dir, 'andon.yaml')
  writeFileSync(file, 'machines:\n  quiet: {}\n')
  const panel = await startPanel(['--config', file, '--machine-events-per-second', '10'], { dir })
  const sender = unixSender(panel.socket)
  for (let i = 0; i < 1_000; i += 1) await sender.send(datagram(`invented ${i}`, 'machine_registered'))
  for (let i = 0; i < 40; i += 1) await sender.send(datagram('quiet', 'state_change', { to_state: `s${i}` }))
  await waitFor(() => panel.health().listeners[0]?.received === 1_040)
  const { listeners, shed } = panel.health()
  const accepted = listeners[0]?.accepted ?? 0
  // 40 at once of each; what the clock adds meanwhile is far less than there are names.
  expect(accepted).toBeGreaterThanOrEqual(80)
  expect(accepted).toBeLessThan(500)
  expect(shed).toEqual({ events: 1_040 - accepted, machines: [] })
})
