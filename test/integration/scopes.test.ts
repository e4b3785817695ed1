import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Browser } from '../support/identity.ts'
import { Plant } from '../support/identity.ts'
import { unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { RawViewer, Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'
import { WebSocket } from 'ws'
import { wsTransport } from '../../src/client/ws-transport.ts'

/** Whatever names this must not reach a team that may not see it. */
const SECRET = 'vault'

async function stage(): Promise<{
  plant: Plant
  send: (machine: string, type: string, payload?: object) => Promise<void>
}> {
  const dir = tempDir()
  const config = join(dir, 'andon.yaml')
  writeFileSync(
    config,
    `machines:
  vault: { label: The ${SECRET}, devices: { motor: { type: motor } } }
  press: { devices: { motor: { type: motor }, valve: { type: valve } } }
groups:
  all: [{ machine: press, device: motor }, { machine: ${SECRET}, device: motor }]
  mine: [{ machine: press, device: valve }]
  theirs: [{ machine: ${SECRET}, device: motor }]
interlocks:
  - { name: The ${SECRET} door, machine: ${SECRET}, when: [{ machine: ${SECRET}, state: [open] }], reason: open }
`,
  )
  const plant = await Plant.start(['--config', config], dir)
  const sender = unixSender(plant.panel.socket)
  let sent = 0
  const accepted = (): number => plant.panel.health().listeners[0]?.accepted ?? 0
  const send = async (machine: string, type: string, payload: object = {}): Promise<void> => {
    await sender.send(JSON.stringify({ machine_name: machine, type, payload }))
    sent += 1
    await waitFor(() => accepted() >= sent, { what: 'the event' })
  }
  for (const machine of [SECRET, 'press']) {
    await send(machine, 'machine_registered', { current_state: 'idle' })
    await send(machine, 'device_update', { device_id: 'motor', device_type: 'motor', new_state: { speed: 1 } })
    await send(machine, 'activity_log', { tag: 'x', body: `${machine} says` })
    await send(machine, 'error', { error: `${machine} is hot` })
    await send(machine, 'alarm_raised', { alarm_id: 'hot', message: `${machine} is hot` })
  }
  await send('press', 'device_update', { device_id: 'valve', device_type: 'valve', new_state: { value: true } })
  return { plant, send }
}

const viewer = async (browser: Browser, hello: object = {}): Promise<RawViewer> => {
  const raw = await new RawViewer(browser.url, { headers: browser.headers }).open()
  raw.hello(hello)
  await raw.message('snapshot')
  return raw
}

test('[I4] [I5] a scope hides the rest of the plant over ws: state, events, plant, health, replies and errors', async () => {
  const { plant, send } = await stage()
  const anna = await plant.person('anna', 'operator', { machines: ['press'], groups: [] })
  const all = await viewer(plant.admin)
  const mine = await viewer(anna)
  const snapshot = await mine.message('snapshot')
  expect(snapshot).toMatchObject({ channels: ['all'], scope: [['machine:press']] })
  expect((snapshot['state'] as { machines: { name: string }[] }).machines.map(({ name }) => name)).toEqual(['press'])
  const health = (await mine.message('health'))['health']
  expect(health).toMatchObject({ viewers: [], listeners: [], refusedSamples: [], sessions: 1 })

  await send(SECRET, 'state_change', { from_state: 'idle', to_state: 'open' })
  await send('press', 'state_change', { from_state: 'idle', to_state: 'pressing' })
  await waitFor(() => mine.texts.some((text) => text.includes('pressing')), { what: 'the event of the press' })
  expect(all.texts.some((text) => text.includes(`"${SECRET}"`) && text.includes('"open"'))).toBe(true)

  const asked: [object, object][] = [
    [{ type: 'get_status', device: `MACHINE/motor` }, { ok: false }],
    [
      { type: 'subscribe', channel: 'device:MACHINE/motor' },
      { ok: false, error: { code: 'device_unknown' } },
    ],
    [
      { type: 'control', action: 'request', machine: 'MACHINE' },
      { ok: false, error: { code: 'machine_unknown' } },
    ],
    [
      { type: 'control', action: 'release', machine: 'MACHINE' },
      { ok: false, error: { code: 'not_in_control' } },
    ],
    [{ type: 'stop', command: 'COMMAND', machine: 'MACHINE' }, { ok: true }],
    [{ type: 'command', command: 'COMMAND', machine: 'MACHINE', event: { type: 'go' } }, { ok: true }],
    [
      { type: 'write', command: 'COMMAND', machine: 'MACHINE', device: 'motor', tag: 'speed', value: 1 },
      { command: { refusal: 'machine_unknown' } },
    ],
    [{ type: 'alarm', action: 'acknowledge', alarms: [{ alarm: 'MACHINE/event/hot', raised: 5 }] }, { ok: true }],
  ]
  const head = plant.panel.health().offset
  const replies = async (machine: string, id: number): Promise<string[]> => {
    const texts: string[] = []
    for (const [i, [message, reply]] of asked.entries()) {
      const text = JSON.stringify({ ...message, id: id + i })
      mine.send(text.replaceAll('MACHINE', machine).replaceAll('COMMAND', `command-${id + i}`))
      const answer = await waitFor(() => mine.messages.find((each) => each['id'] === id + i), { what: text })
      expect(answer).toMatchObject(reply)
      const told = JSON.stringify(answer)
        .replaceAll(machine, 'MACHINE')
        .replaceAll(`command-${id + i}`, 'COMMAND')
      texts.push(told.replaceAll(/:\d{10,}/g, ':0').replace(/"id":\d+/, ''))
    }
    return texts
  }
  // What may not be seen is answered word for word as what never was.
  expect(await replies(SECRET, 100)).toEqual(await replies('nobody', 200))
  expect(plant.panel.health().offset).toBe(head)
  mine.send({ type: 'get_status', id: 300, device: 'motor' })
  const one = await waitFor(() => mine.messages.find((each) => each['id'] === 300), { what: 'the device' })
  expect(one).toMatchObject({ ok: true, devices: [{ machine: 'press' }] })
  const unasked = mine.messages.filter((each) => each['type'] !== 'reply').map((each) => JSON.stringify(each))
  expect(unasked.filter((text) => text.includes(SECRET))).toEqual([])
})

test('[I4] a scope hides the rest of the plant over REST: lists, counts, history, exports, trends, metrics, errors', async () => {
  const { plant } = await stage()
  const anna = await plant.person('anna', 'operator', { machines: ['press'], groups: [] })
  const paths = [
    'devices',
    'machines',
    'groups',
    'events?limit=1000',
    'events?limit=1000&order=asc&family=error',
    'state',
    'journal',
    'export',
    'export?format=csv',
    'trends/tags',
    'sessions',
    'tokens',
  ]
  for (const path of paths) {
    const answer = await anna.ask(`/api/v1/${path}`)
    expect([path, answer.status, answer.text.includes(SECRET)]).toEqual([path, 200, false])
    const everything = await plant.admin.ask(`/api/v1/${path}`)
    expect([path, everything.text.includes(SECRET)]).toEqual([path, !/journal|sessions|tokens/.test(path)])
  }
  expect(Object.keys((await anna.ask('/api/v1/devices')).body).toSorted()).toEqual(['motor', 'valve'])
  expect(Object.keys((await anna.ask('/api/v1/groups')).body)).toEqual(['all', 'mine'])
  const machineEvents = await anna.ask(`/api/v1/events?machine=${SECRET}`)
  expect(machineEvents.body).toEqual({ events: [], next: null })
  const journal = (await anna.ask('/api/v1/journal')).body as unknown as { first: { offset: number }; bytes: null }
  const first = await plant.admin.ask('/api/v1/events?machine=press&order=asc&limit=1')
  const [{ offset }] = first.body['events'] as [{ offset: number }]
  expect(journal).toMatchObject({ first: { offset }, bytes: null })

  const same = async (path: string, options: object = {}): Promise<void> => {
    const [hidden, unknown] = [
      await anna.ask(path.replace('MACHINE', SECRET), options),
      await anna.ask(path.replace('MACHINE', 'nobody'), options),
    ]
    const told = ({ status, text }: { status: number; text: string }, name: string) => [
      status,
      text.replaceAll(name, 'MACHINE').replaceAll(/"(from|to)":\d+/g, ''),
    ]
    expect(told(hidden, SECRET)).toEqual(told(unknown, 'nobody'))
  }
  await same('/api/v1/machines/MACHINE')
  await same('/api/v1/devices/MACHINE/motor')
  await same('/api/v1/devices/motor?machine=MACHINE')
  await same('/api/v1/machines/MACHINE/stop', { method: 'POST' })
  await same('/api/v1/machines/MACHINE/commands', { body: { type: 'go' } })
  await same('/api/v1/devices/MACHINE/motor', { body: { speed: 1 } })
  await same('/api/v1/trends?tag=MACHINE/motor/speed')
  await same('/api/v1/trends?tag=MACHINE/motor/speed&format=csv')
  const trends = await anna.ask('/api/v1/trends?tag=press/motor/speed')
  expect(trends.body).toMatchObject({ series: [{ tag: 'press/motor/speed', last: [1] }] })
  expect((await anna.ask('/api/v1/groups/theirs', { body: { speed: 1 } })).body.error?.code).toBe('group_unknown')
  const written = await anna.ask('/api/v1/groups/all?wait=0', { body: { speed: 1 } })
  expect(written.body).toMatchObject({ results: [{ machine: 'press' }] })
  expect(written.text).not.toContain(SECRET)
  expect((await anna.ask('/metrics')).status).toBe(403)

  const stop = await plant.admin.ask(`/api/v1/machines/${SECRET}/stop?wait=0`, {
    method: 'POST',
    headers: { 'idempotency-key': 'the-stop-1' },
  })
  expect(stop.text).toContain('the-stop-1')
  expect((await plant.admin.ask('/api/v1/commands/the-stop-1')).status).toBe(200)
  expect((await anna.ask('/api/v1/commands/the-stop-1')).status).toBe(404)
})

test('[I3] [I4] what is asked over REST of what lies outside a scope is answered with 404, and in the audit', async () => {
  const { plant } = await stage()
  const anna = await plant.person('anna', 'operator', { machines: ['press'], groups: [] })
  const asked = [
    await anna.ask(`/api/v1/machines/${SECRET}/commands`, { body: { type: 'go' } }),
    await anna.ask(`/api/v1/machines/${SECRET}/stop`, { method: 'POST' }),
    await anna.ask(`/api/v1/devices/${SECRET}/motor`, { body: { speed: 1 } }),
  ]
  expect(asked.map(({ status }) => status)).toEqual([404, 404, 404])
  await anna.ask(`/api/v1/devices/${SECRET}/motor`)
  const { rows } = (await plant.admin.ask('/api/v1/audit?who=anna')).body as unknown as {
    rows: { action: string; target: string; result: string }[]
  }
  const found = rows.filter(({ action }) => action !== 'sign_in')
  expect(found.map(({ action, target, result }) => [action, target, result]).toReversed()).toEqual([
    ['command', SECRET, 'machine_unknown'],
    ['stop', SECRET, 'machine_unknown'],
    ['write', `${SECRET}/motor`, 'device_unknown'],
  ])
})

test('[I4] a scope of a group shows its devices and nothing else of their machines', async () => {
  const { plant, send } = await stage()
  const anna = await plant.person('anna', 'operator', { machines: [], groups: ['mine'] })
  const client = new Viewer(plant.panel.url, {
    connect: wsTransport(
      new URL('ws', plant.panel.url).href.replace('http', 'ws'),
      class extends WebSocket {
        constructor(url: string) {
          super(url, { headers: anna.headers })
        }
      },
    ),
  })
  await client.live()
  const { state } = client.client.replica
  expect([...state.machines.keys()]).toEqual([])
  expect([...state.devices.values()].map(({ machine, id }) => `${machine}/${id}`)).toEqual(['press/valve'])
  await send('press', 'device_update', { device_id: 'motor', device_type: 'motor', new_state: { speed: 9 } })
  await send('press', 'state_change', { from_state: 'idle', to_state: 'pressing' })
  await send('press', 'device_update', { device_id: 'valve', device_type: 'valve', new_state: { value: false } })
  await client.at(plant.panel.health().offset)
  expect(client.events.map(({ type, payload }) => [type, payload['device_id']])).toEqual([['device_update', 'valve']])
  expect([...client.client.replica.state.machines.keys()]).toEqual([])
  expect(client.client.replica.state.devices.size).toBe(1)
  expect(Object.keys((await anna.ask('/api/v1/devices')).body)).toEqual(['valve'])
  expect((await anna.ask('/api/v1/machines')).body).toEqual([])
  const past = (await anna.ask('/api/v1/state')).body as unknown as {
    state: { machines: []; devices: { id: string }[] }
  }
  expect(past.state).toMatchObject({ machines: [], devices: [{ id: 'valve' }] })
  expect((await anna.ask('/api/v1/devices/press/motor', { body: { speed: 3 } })).status).toBe(404)
  expect((await anna.ask('/api/v1/devices/press/valve?wait=0', { body: { state: true } })).status).not.toBe(404)
  const viewing = await viewer(anna)
  expect(JSON.stringify((await viewing.message('plant'))['plant'])).not.toContain('motor')
})
