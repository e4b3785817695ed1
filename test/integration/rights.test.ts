import { MessageChannel } from 'node:worker_threads'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { ACTIONS, type Action, may } from '../../src/core/rights.ts'
import { acceptPort } from '../../src/main/electron/port-socket.ts'
import { ROLES, type Role } from '../../src/shared/account.ts'
import type { Health } from '../../src/shared/health.ts'
import { Browser, PASSWORD, Plant } from '../support/identity.ts'
import { unixSender } from '../support/sender.ts'
import { RawViewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'
import { nodePort } from '../unit/electron/node-port.ts'

/** Written down once more, so that nobody changes a right by accident. */
const TABLE: Readonly<Record<Action, readonly Role[]>> = {
  view: ['viewer', 'operator', 'engineer', 'administrator'],
  export: ['viewer', 'operator', 'engineer', 'administrator'],
  own_account: ['viewer', 'operator', 'engineer', 'administrator'],
  metrics: ['viewer', 'operator', 'engineer', 'administrator'],
  control: ['operator', 'engineer', 'administrator'],
  command: ['operator', 'engineer', 'administrator'],
  write: ['operator', 'engineer', 'administrator'],
  stop: ['operator', 'engineer', 'administrator'],
  alarm_acknowledge: ['operator', 'engineer', 'administrator'],
  alarm_shelve: ['operator', 'engineer', 'administrator'],
  diagnostics: ['operator', 'engineer', 'administrator'],
  alarm_service: ['engineer', 'administrator'],
  ingest: ['engineer', 'administrator'],
  accounts: ['administrator'],
  sessions: ['administrator'],
  audit: ['administrator'],
  settings: ['administrator'],
}

test('the table is the one that was agreed on, cell by cell', () => {
  for (const action of ACTIONS) {
    for (const role of ROLES)
      expect([action, role, may(role, action)]).toEqual([action, role, TABLE[action].includes(role)])
  }
})

/** A viewer's end, whatever the wire. */
interface Wire {
  readonly messages: readonly Record<string, unknown>[]
  send(message: object): void
}

interface Answer {
  readonly status: number
  readonly text: string
}
type Ask = (path: string, method?: string, body?: object) => Promise<Answer>

let ids = 0

async function asked(wire: Wire, message: object): Promise<boolean> {
  ids += 1
  const id = ids
  wire.send({ id, ...message })
  const reply = await waitFor(() => wire.messages.find((each) => each['type'] === 'reply' && each['id'] === id), {
    what: `the reply to ${JSON.stringify(message)}`,
  })
  return (reply as { error?: { code: string } }).error?.code !== 'forbidden'
}

const act = (action: string) => (wire: Wire) =>
  asked(wire, { type: 'alarm', action, reason: 'why', alarms: [{ alarm: 'press/event/hot', raised: 1 }] })
const command = () => `walk-command-${(ids += 1)}`

/** Every right that a session can ask for. */
const BY_SESSION: Readonly<Partial<Record<Action, ((wire: Wire) => Promise<boolean>)[]>>> = {
  view: [
    (wire) => Promise.resolve(wire.messages.some((each) => each['type'] === 'snapshot')),
    (wire) => asked(wire, { type: 'get_all_status' }),
    (wire) => asked(wire, { type: 'subscribe', channel: 'family:log' }),
  ],
  control: ['request', 'keep', 'release'].map(
    (action) => (wire: Wire) => asked(wire, { type: 'control', action, machine: 'press' }),
  ),
  command: [(wire) => asked(wire, { type: 'command', command: command(), machine: 'press', event: { type: 'go' } })],
  write: [
    (wire) =>
      asked(wire, { type: 'write', command: command(), machine: 'press', device: 'motor', tag: 'speed', value: 1 }),
  ],
  stop: [(wire) => asked(wire, { type: 'stop', command: command(), machine: 'press' })],
  alarm_acknowledge: ['acknowledge', 'reset', 'silence', 'comment'].map(act),
  alarm_shelve: ['shelve', 'unshelve'].map(act),
  alarm_service: ['remove_from_service', 'return_to_service'].map(act),
  diagnostics: [
    (wire) => {
      const health = wire.messages.find((each) => each['type'] === 'health') as { health: { listeners: object[] } }
      return Promise.resolve(health.health.listeners.length > 0)
    },
  ],
}

/** Every right that a request can ask for. */
const BY_REQUEST: Readonly<Partial<Record<Action, ((ask: Ask) => Promise<boolean>)[]>>> = {
  view: ['events', 'state', 'journal', 'devices', 'groups', 'machines', 'trends/tags', 'me'].map(
    (path) => async (ask: Ask) => (await ask(`/api/v1/${path}`)).status === 200,
  ),
  export: [async (ask) => (await ask('/api/v1/export')).status === 200],
  own_account: ['tokens', 'sessions'].map((path) => async (ask: Ask) => (await ask(`/api/v1/${path}`)).status === 200),
  metrics: [async (ask) => (await ask('/metrics')).status === 200],
  command: [
    async (ask) => (await ask('/api/v1/machines/press/commands?wait=0', 'POST', { type: 'go' })).status !== 403,
  ],
  write: [async (ask) => (await ask('/api/v1/devices/press/motor?wait=0', 'POST', { speed: 2 })).status !== 403],
  stop: [async (ask) => (await ask('/api/v1/machines/press/stop?wait=0', 'POST')).status !== 403],
  accounts: [
    async (ask) => (await ask('/api/v1/accounts')).status === 200,
    async (ask) => (await ask('/api/v1/accounts', 'POST', { name: 'x', password: 'y', role: 'viewer' })).status !== 403,
    async (ask) => (await ask('/api/v1/accounts/nobody', 'PATCH', { disabled: true })).status !== 403,
    async (ask) => (await ask('/api/v1/accounts/nobody/password', 'POST', { password: PASSWORD })).status !== 403,
    async (ask) => (await ask('/api/v1/accounts/nobody/pin', 'POST', { pin: null })).status !== 403,
    async (ask) => (await ask('/api/v1/accounts/nobody', 'DELETE')).status !== 403,
  ],
  sessions: [async (ask) => (await ask('/api/v1/sessions')).text.includes('"root"')],
  audit: [
    async (ask) => (await ask('/api/v1/audit')).status === 200,
    async (ask) => (await ask('/api/v1/audit/verify')).status === 200,
    async (ask) => (await ask('/api/v1/audit/export')).status === 200,
  ],
  settings: [
    async (ask) => (await ask('/api/v1/settings')).status === 200,
    async (ask) => (await ask('/api/v1/settings', 'PATCH', { version: 'x', settings: { port: 1 } })).status !== 403,
    async (ask) => (await ask('/api/v1/restart', 'POST')).status !== 403,
  ],
}

async function walk<On>(
  probes: Readonly<Partial<Record<Action, ((on: On) => Promise<boolean>)[]>>>,
  on: On,
): Promise<Partial<Record<Action, boolean[]>>> {
  const found: Partial<Record<Action, boolean[]>> = {}
  for (const action of ACTIONS) {
    for (const probe of probes[action] ?? []) (found[action] ??= []).push(await probe(on))
  }
  return found
}

function expected(probes: object, role: Role): Partial<Record<Action, boolean[]>> {
  return Object.fromEntries(
    Object.entries(probes).map(([action, all]) => {
      const allowed = TABLE[action as Action].includes(role)
      return [action, (all as unknown[]).map(() => allowed)]
    }),
  )
}

const HELLO = { type: 'hello', protocol: 1, client: { name: 'walk' } }
const welcomed = (wire: Wire): Promise<unknown> =>
  waitFor(() => wire.messages.some((each) => each['type'] === 'snapshot'), { what: 'the snapshot' })

describe.each(ROLES)('[I3] as %s', (role) => {
  let plant: Plant
  beforeEach(async () => {
    plant = await Plant.start()
    const sender = unixSender(plant.panel.socket)
    for (const [type, payload] of [
      ['machine_registered', { current_state: 'idle' }],
      ['device_update', { device_id: 'motor', device_type: 'motor', new_state: { speed: 0 } }],
      ['alarm_raised', { alarm_id: 'hot', message: 'hot' }],
    ] as const) {
      await sender.send(JSON.stringify({ machine_name: 'press', type, payload }))
    }
    await waitFor(() => plant.panel.health().offset >= 4, { what: 'the events' })
  })

  test('over ws', async () => {
    const person = await plant.person('walker', role)
    const viewer = await new RawViewer(plant.panel.url, { headers: person.headers }).open()
    viewer.hello()
    await welcomed(viewer)
    expect(await walk(BY_SESSION, viewer)).toEqual(expected(BY_SESSION, role))
  })

  test('over REST', async () => {
    const person = await plant.person('walker', role)
    const ask: Ask = (path, method = 'GET', body) => person.ask(path, { method, ...(body ? { body } : {}) })
    expect(await walk(BY_REQUEST, ask)).toEqual(expected(BY_REQUEST, role))
  })

  test('over the window’s port, and its requests', async () => {
    await plant.person('walker', role)
    const ask: Ask = async (path, method = 'GET', body) => {
      const answer = await plant.panel.ask({ path, method, ...(body ? { body: JSON.stringify(body) } : {}) })
      let text = ''
      for await (const chunk of answer.body) text += String(chunk)
      return { status: answer.status, text }
    }
    expect((await ask('/api/v1/sign-in', 'POST', { name: 'walker', password: PASSWORD })).status).toBe(200)
    const { port1, port2 } = new MessageChannel()
    onTestFinished(() => port2.close())
    const messages: Record<string, unknown>[] = []
    port2.on('message', (frame: { kind: string; text: string }) => {
      if (frame.kind === 'frame') messages.push(JSON.parse(frame.text) as Record<string, unknown>)
    })
    acceptPort(nodePort(port1), { kind: 'local', address: 'window', agent: 'test' }, plant.panel.accept)
    const wire: Wire = {
      messages,
      send: (message) => port2.postMessage({ kind: 'message', text: JSON.stringify(message) }, []),
    }
    wire.send(HELLO)
    await welcomed(wire)
    expect(await walk(BY_SESSION, wire)).toEqual(expected(BY_SESSION, role))
    expect(await walk(BY_REQUEST, ask)).toEqual(expected(BY_REQUEST, role))
  })
})

test('what was refused for lack of rights is in the audit, and is no event', async () => {
  const plant = await Plant.start()
  await unixSender(plant.panel.socket).send('{"machine_name":"press","type":"hello"}')
  await waitFor(() => plant.panel.health().offset === 1, { what: 'the event' })
  const viewer = await plant.person('anna', 'viewer')
  expect((await viewer.ask('/api/v1/machines/press/stop', { method: 'POST' })).status).toBe(403)
  expect(plant.panel.health().offset).toBe(1)
  const { rows } = (await plant.admin.ask('/api/v1/audit?who=anna&action=stop')).body as unknown as { rows: object[] }
  expect(rows).toMatchObject([{ who: 'anna', from: '127.0.0.1', target: 'press', result: 'forbidden' }])
})

test('the machine’s own display is open to everybody, as an operator, unless it is said otherwise', async () => {
  const open = await Plant.start()
  const me = async (plant: Plant): Promise<number> => (await plant.panel.ask({ path: '/api/v1/me' })).status
  expect(await me(open)).toBe(200)
  expect((await open.panel.ask({ path: '/api/v1/accounts' })).status).toBe(403)
  const closed = await Plant.start(['--local-display', 'sign-in'])
  expect(await me(closed)).toBe(401)
  const stranger = new Browser(closed.panel.url)
  stranger.cookie = null
  expect((await stranger.ask('/api/v1/me')).status).toBe(401)
})

test('[I5] without the right to diagnostics nothing tells of what lies outside one’s scope', async () => {
  const plant = await Plant.start(['--machine-events-per-second', '10'])
  const anna = await plant.person('anna', 'viewer', { machines: ['press'], groups: [] })
  const viewer = await new RawViewer(plant.panel.url, { headers: anna.headers }).open()
  viewer.hello()
  await welcomed(viewer)
  const sender = unixSender(plant.panel.socket)
  for (let i = 0; i < 200; i += 1) await sender.send('{"machine_name":"secret","type":"device_update","payload":{}}')
  const health = () => viewer.messages.findLast((each) => each['type'] === 'health') as { health: Health } | undefined
  await waitFor(() => health()?.health.problems.some(({ code }) => code === 'machine_over_quota'), {
    what: 'the problem',
  })
  expect(health()?.health.shed).toBeUndefined()
  expect(JSON.stringify(viewer.messages)).not.toContain('secret')
})

test('many alarms that may not be acknowledged are one row of the audit', async () => {
  const plant = await Plant.start()
  const anna = await plant.person('anna', 'viewer')
  const viewer = await new RawViewer(plant.panel.url, { headers: anna.headers }).open()
  viewer.hello()
  await welcomed(viewer)
  const alarms = Array.from({ length: 300 }, (_, i) => ({ alarm: `press/event/${i}`, raised: 1 }))
  expect(await asked(viewer, { type: 'alarm', action: 'acknowledge', alarms })).toBe(false)
  const { rows } = (await plant.admin.ask('/api/v1/audit?who=anna&action=alarm_acknowledge')).body as unknown as {
    rows: object[]
  }
  expect(rows).toMatchObject([{ target: '300 alarms', result: 'forbidden' }])
})
