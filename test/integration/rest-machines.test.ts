import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ControlMachine, type ControlMachineOptions, startControlPanel } from '../support/control-machine.ts'
import type { TestPanel } from '../support/panel.ts'
import { rest } from '../support/rest.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'

async function start(yaml: string): Promise<TestPanel> {
  const dir = tempDir()
  writeFileSync(join(dir, 'andon.yaml'), yaml)
  return startControlPanel(['--config', join(dir, 'andon.yaml')], { dir })
}

const motor = (speed: number): ControlMachineOptions => ({
  devices: { motor_01: { type: 'motor', state: { speed } } },
})

const AXES = `
machines: { cell_1: { pace: 0 }, cell_2: { pace: 0 } }
groups:
  motors:
    - { machine: cell_1, device: motor_01 }
    - { machine: cell_2, device: motor_01 }
  mixed:
    - { machine: cell_1, device: motor_01 }
    - { machine: cell_1, device: servo_01 }
    - { machine: cell_2, device: motor_01 }
    - { machine: cell_9, device: motor_01 }
`

test('a command to a group goes to each of its devices, each with a result of its own', async () => {
  const panel = await start(AXES)
  const first = await ControlMachine.start(panel, 'cell_1', {
    devices: { motor_01: { type: 'motor', state: { speed: 0 } }, servo_01: { type: 'servo', state: { angle: 0 } } },
  })
  const second = await ControlMachine.start(panel, 'cell_2', motor(5))
  expect((await rest(panel.url, '/api/v1/groups')).body).toMatchObject({
    motors: [
      { machine: 'cell_1', device_id: 'motor_01' },
      { machine: 'cell_2', device_id: 'motor_01' },
    ],
  })

  const headers = { 'idempotency-key': 'all-at-once' }
  const all = await rest(panel.url, '/api/v1/groups/motors', { body: { speed: 50 }, headers })
  expect([all.status, all.body]).toMatchObject([
    200,
    {
      group: 'motors',
      status: 'success',
      results: [
        {
          machine: 'cell_1',
          device_id: 'motor_01',
          status: 200,
          body: { new_state: { speed: 50 }, command: 'all-at-once-1' },
        },
        { machine: 'cell_2', status: 200, body: { previous_state: { speed: 5 }, command: 'all-at-once-2' } },
      ],
    },
  ])
  expect((await rest(panel.url, '/api/v1/groups/motors', { body: { speed: 50 }, headers })).body).toEqual(all.body)
  expect([first.received.length, second.received.length]).toEqual([1, 1])

  second.behaviour = 'fail'
  const some = await rest(panel.url, '/api/v1/groups/mixed', { body: { speed: 60 } })
  expect([some.status, some.body]).toMatchObject([
    207,
    {
      status: 'partial',
      results: [
        { status: 200, body: { new_state: { speed: 60 } } },
        { status: 400, body: { error: { code: 'field_unknown' } } },
        { status: 502, body: { error: { code: 'failed', message: 'It is blocked.' } } },
        {
          status: 404,
          body: { error: { message: 'Device cell_9/motor_01 not found' }, detail: expect.any(String) as string },
        },
      ],
    },
  ])

  const none = await rest(panel.url, '/api/v1/groups/mixed', { body: { colour: 'red' } })
  expect([none.status, none.body]).toMatchObject([207, { status: 'failed' }])

  second.behaviour = 'obey'
  const later = await rest(panel.url, '/api/v1/groups/motors?wait=0', { body: { speed: 70 } })
  expect([later.status, later.body]).toMatchObject([
    202,
    { status: 'accepted', results: [{ status: 202 }, { status: 202 }] },
  ])
  const machines = async (): Promise<unknown> => JSON.parse((await rest(panel.url, '/api/v1/machines')).text) as unknown
  await waitFor(async () => ((await machines()) as { control: unknown }[]).every(({ control }) => control === null))
})

test('an unknown group is 404, an empty body 422, and the key must leave room for a number', async () => {
  const panel = await start(AXES)
  for (const name of ['nope', 'constructor', '__proto__', '%2e%2e']) {
    const answer = await rest(panel.url, `/api/v1/groups/${name}`, { body: { speed: 1 } })
    expect([name, answer.status]).toEqual([name, 404])
  }
  expect(await rest(panel.url, '/api/v1/groups/nope', { body: { speed: 1 } })).toMatchObject({
    body: { error: { code: 'group_unknown', message: 'Group nope not found' } },
  })
  expect((await rest(panel.url, '/api/v1/groups/motors', { body: {} })).status).toBe(422)
  const headers = { 'idempotency-key': 'x'.repeat(60) }
  expect((await rest(panel.url, '/api/v1/groups/motors', { body: { speed: 1 }, headers })).status).toBe(400)
})

test('machines are told in brief', async () => {
  const panel = await start('machines: { press: { label: Press } }\n')
  const machine = await ControlMachine.start(panel, 'press_001', motor(0))
  machine.enter('pressing')
  machine.tell('error', { error_message: 'It jammed.' })
  const { body } = await waitFor(async () => {
    const answer = await rest(panel.url, '/api/v1/machines/press_001')
    return answer.body['error'] !== null && answer
  })
  expect(body).toEqual({
    machine: 'press_001',
    label: 'Press',
    template: 'press',
    state: 'pressing',
    state_since: expect.any(Number) as number,
    stale: false,
    terminated: false,
    last_event_at: expect.any(Number) as number,
    last_event_type: 'error',
    error: 'It jammed.',
    jobs_completed: 0,
    jobs_failed: 0,
    control: null,
    devices: ['motor_01'],
  })
  expect(JSON.parse((await rest(panel.url, '/api/v1/machines')).text)).toEqual([body])
  for (const [path, sent] of [
    ['/api/v1/machines/nope', undefined],
    ['/api/v1/machines/nope/commands', { type: 'go' }],
    ['/api/v1/machines/nope/stop', {}],
  ] as const) {
    expect(await rest(panel.url, path, sent ? { body: sent } : {})).toMatchObject({
      status: 404,
      body: { error: { code: 'machine_unknown', message: 'Machine nope not found' } },
    })
  }
})

const LAMP = '/api/v1/machines/lamp/commands'

test('a command to a machine waits by the same rules', async () => {
  const panel = await start(`
machines:
  lamp:
    pace: 0
    commands: { go: { state: green }, reset: { confirm: true } }
`)
  const machine = await ControlMachine.start(panel, 'lamp', { state: 'red', states: { go: 'green' } })
  const headers = { 'idempotency-key': 'go-green-now' }
  expect(await rest(panel.url, LAMP, { body: { type: 'go', payload: { by: 'me' } }, headers })).toMatchObject({
    status: 200,
    body: {
      command: 'go-green-now',
      machine: 'lamp',
      device_id: null,
      type: 'go',
      payload: { by: 'me' },
      status: 'confirmed',
      by: 'REST 127.0.0.1',
      expectation: { kind: 'state', state: 'green' },
    },
  })
  expect(machine.received).toMatchObject([{ type: 'go', payload: { by: 'me' }, command_id: 'go-green-now' }])

  machine.behaviour = (command, lamp) => lamp.answer(command, 'success')
  const expectation = { kind: 'result' }
  expect((await rest(panel.url, LAMP, { body: { type: 'count', expectation } })).body).toMatchObject({ expectation })

  machine.behaviour = 'fail'
  expect((await rest(panel.url, LAMP, { body: { type: 'stop' } })).status).toBe(502)
  machine.behaviour = 'ignore'
  expect((await rest(panel.url, `${LAMP}?timeout=0.2`, { body: { type: 'stop' } })).status).toBe(504)
  expect(await rest(panel.url, LAMP, { body: { type: 'reset' } })).toMatchObject({
    status: 409,
    body: { error: { code: 'unconfirmed_write' }, machine: 'lamp', status: 'refused' },
  })
  const later = await rest(panel.url, `${LAMP}?wait=0&confirmed=1`, { body: { type: 'reset' } })
  expect(later).toMatchObject({ status: 202, body: { status: 'accepted' } })
  await machine.got(5)
  machine.enter('red')
  const location = String(later.headers['location'])
  await waitFor(async () => (await rest(panel.url, location)).body['status'] === 'confirmed')
})

test('4,096 bytes go to a machine, 4,097 are refused before they are sent', async () => {
  const panel = await start('machines: { lamp: { pace: 0 } }\n')
  const machine = await ControlMachine.start(panel, 'lamp')
  const headers = { 'idempotency-key': 'measured' }
  const bytes = (length: number): number =>
    Buffer.byteLength(
      JSON.stringify({ type: 'go', payload: { text: 'x'.repeat(length) }, job_id: null, command_id: 'measured' }),
    )
  const room = 4_096 - bytes(0)
  const body = (length: number): object => ({ type: 'go', payload: { text: 'x'.repeat(length) } })
  expect((await rest(panel.url, LAMP, { body: body(room), headers })).status).toBe(200)
  expect(machine.received.map((command) => command.bytes)).toEqual([4_096])
  const longer = await rest(panel.url, LAMP, { body: body(room + 1), headers: { 'idempotency-key': 'measure2' } })
  expect(longer).toMatchObject({ status: 409, body: { error: { code: 'too_long' } } })
  expect(machine.received).toHaveLength(1)
})

test('the body of a command is held to its schema', async () => {
  const panel = await start('machines: {}\n')
  const machine = await ControlMachine.start(panel, 'lamp')
  for (const body of [
    {},
    [],
    { type: '' },
    { type: 5 },
    { type: 'x'.repeat(129) },
    { type: 'go', payload: [] },
    { type: 'go', payload: 'text' },
    { type: 'go', extra: 1 },
    { type: 'go', expectation: { kind: 'magic' } },
    { type: 'go', stop: true },
  ]) {
    const answer = await rest(panel.url, LAMP, { body })
    expect([body, answer.status, answer.body]).toMatchObject([body, 422, { error: { code: 'body_invalid' } }])
  }
  expect(machine.received).toEqual([])
})

test('Stop may take several commands, and says what came of each', async () => {
  const panel = await start('machines: { wf_1: { pace: 0 } }\n')
  const machine = await ControlMachine.start(panel, 'wf_1', {
    behaviour: ({ payload }, engine) => engine.tell('workflow:cancelled', payload),
  })
  for (const executionId of ['e1', 'e2']) {
    machine.tell('workflow:started', { executionId, workflowId: 'w', timestamp: '2026-01-01T00:00:00Z' })
  }
  await waitFor(() => panel.health().offset >= 3)
  const headers = { 'idempotency-key': 'stop-them-all' }
  // A form's body is none of a program; no body at all is enough.
  expect(await rest(panel.url, '/api/v1/machines/wf_1/stop', { method: 'POST', headers })).toMatchObject({
    status: 200,
    body: {
      machine: 'wf_1',
      commands: [
        { command: 'stop-them-all', type: 'workflow:cancel', payload: { executionId: 'e1' }, status: 'confirmed' },
        { command: 'stop-them-all-2', payload: { executionId: 'e2' }, status: 'confirmed' },
      ],
    },
  })
  machine.leave()
  expect(await rest(panel.url, '/api/v1/machines/wf_1/stop', { body: { any: 'thing' } })).toMatchObject({
    status: 409,
    body: { error: { code: 'machine_gone' }, commands: [{ status: 'refused', refusal: 'machine_gone' }] },
  })
})
