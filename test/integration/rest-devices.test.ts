import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  ControlMachine,
  type ControlMachineOptions,
  type Devices,
  startControlPanel,
} from '../support/control-machine.ts'
import type { TestPanel } from '../support/panel.ts'
import { rest } from '../support/rest.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'

const CELL: Devices = {
  motor_01: { type: 'motor', state: { speed: 0 } },
  servo_01: { type: 'servo', state: { angle: 10 } },
  valve_01: { type: 'valve', state: { value: false } },
  temp_01: { type: 'temperature_sensor', state: { temperature: 21.5 } },
}

interface Stage {
  readonly panel: TestPanel
  readonly machine: ControlMachine
  readonly get: (path: string) => ReturnType<typeof rest>
  readonly post: (path: string, body: unknown, key?: string) => ReturnType<typeof rest>
}

async function stage(options: ControlMachineOptions = {}, yaml?: string, args: readonly string[] = []): Promise<Stage> {
  const dir = tempDir()
  if (yaml !== undefined) writeFileSync(join(dir, 'andon.yaml'), yaml)
  const config = yaml === undefined ? [] : ['--config', join(dir, 'andon.yaml')]
  const panel = await startControlPanel([...config, ...args], { dir })
  const machine = await ControlMachine.start(panel, 'cell_1', { devices: CELL, ...options })
  return {
    panel,
    machine,
    get: (path) => rest(panel.url, path),
    post: (path, body, key) =>
      rest(panel.url, path, { body, ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }) }),
  }
}

const error = (code: string, message: string | RegExp): object => ({
  error: { code, message: typeof message === 'string' ? message : (expect.stringMatching(message) as unknown) },
})

test('devices are listed by id in the old panel’s words, with all tags', async () => {
  const { get } = await stage()
  for (const path of ['/api/v1/devices', '/api/v1/devices/']) {
    const { status, body, headers } = await get(path)
    expect(status).toBe(200)
    expect(headers['cache-control']).toBe('no-store')
    expect(Object.keys(body)).toEqual(['motor_01', 'servo_01', 'valve_01', 'temp_01'])
    expect(body['motor_01']).toEqual({
      device_id: 'motor_01',
      device_type: 'motor',
      status: 'online',
      current_value: 0,
      last_updated: expect.any(Number) as number,
      machine: 'cell_1',
      tags: {
        speed: {
          value: 0,
          quality: 'good',
          time: expect.any(Number) as number,
          source_time: expect.any(Number) as number,
          requested: null,
        },
      },
    })
    expect(body).toMatchObject({
      servo_01: { current_value: 10 },
      valve_01: { current_value: false },
      temp_01: { device_type: 'temperature_sensor', current_value: 21.5 },
    })
  }
})

test('a device of several tags has an object as its value; one without a type or values has none', async () => {
  const { machine, get } = await stage({
    devices: { axis: { state: { x: 1, y: true, z: 'up' } }, mute: { state: {} } },
  })
  expect((await get('/api/v1/devices/axis')).body).toMatchObject({
    device_type: null,
    current_value: { x: 1, y: true, z: 'up' },
  })
  expect((await get('/api/v1/devices/mute')).body).toMatchObject({ current_value: {}, tags: {}, status: 'online' })
  machine.tell('device_update', { device_id: '__proto__', device_type: 'motor', current_value: 7 })
  const { text } = await waitFor(async () => {
    const answer = await get('/api/v1/devices')
    return answer.text.includes('__proto__') && answer
  })
  expect(text).toContain('"__proto__":{"device_id":"__proto__"')
})

test('the status is the machine’s own word, offline without values and once the machine has ended', async () => {
  const { machine, get } = await stage()
  const status = (id: string, word: string): Promise<unknown> =>
    waitFor(async () => (await get(`/api/v1/devices/${id}`)).body['status'] === word, { what: `${id} ${word}` })
  machine.tell('device_update', {
    device_id: 'motor_01',
    device_type: 'motor',
    status: 'maintenance',
    current_value: 1,
  })
  await status('motor_01', 'maintenance')
  machine.tell('device_update', { device_id: 'servo_01', new_state: { angle: null } })
  await status('servo_01', 'offline')
  machine.terminate()
  await status('motor_01', 'offline')
  expect((await get('/api/v1/devices/valve_01')).body).toMatchObject({
    status: 'offline',
    tags: { value: { value: false, quality: 'stale' } },
  })
})

test('the word of a machine that has been silent for too long does not stand', async () => {
  const { machine, get } = await stage({}, undefined, ['--stale-after', '0.2'])
  machine.tell('device_update', { device_id: 'motor_01', device_type: 'motor', status: 'online', current_value: 1 })
  const { body } = await waitFor(
    async () => {
      const answer = await get('/api/v1/devices/motor_01')
      return answer.body['status'] === 'stale' && answer.body['current_value'] === 1 && answer
    },
    { what: 'a stale device' },
  )
  expect(body).toMatchObject({ tags: { speed: { quality: 'stale' } } })
})

test('one device is found by its id, by machine and id, and by a query; an unknown one is 404', async () => {
  const { get } = await stage()
  for (const path of ['motor_01', 'cell_1/motor_01', 'cell_1%2Fmotor_01', 'motor_01?machine=cell_1']) {
    expect(await get(`/api/v1/devices/${path}`)).toMatchObject({ status: 200, body: { device_id: 'motor_01' } })
  }
  for (const [path, name] of [
    ['nope', 'nope'],
    ['cell_1/nope', 'cell_1/nope'],
    ['motor_01?machine=cell_2', 'cell_2/motor_01'],
    ['constructor', 'constructor'],
    ['__proto__', '__proto__'],
  ] as const) {
    expect(await get(`/api/v1/devices/${path}`)).toMatchObject({
      status: 404,
      body: { ...error('device_unknown', `Device ${name} not found`), detail: `Device ${name} not found` },
    })
  }
})

test('an id that several machines have is listed with its machine, and asked for alone a 400 that names them', async () => {
  const { panel, get, post } = await stage()
  const other = await ControlMachine.start(panel, 'cell_2', {
    devices: { motor_01: { type: 'motor', state: { speed: 9 } } },
  })
  expect(Object.keys((await get('/api/v1/devices')).body)).toEqual([
    'cell_1/motor_01',
    'servo_01',
    'valve_01',
    'temp_01',
    'cell_2/motor_01',
  ])
  for (const answer of [await get('/api/v1/devices/motor_01'), await post('/api/v1/devices/motor_01', { speed: 1 })]) {
    expect(answer).toMatchObject({ status: 400, body: error('device_ambiguous', /cell_1, cell_2/) })
  }
  expect(await post('/api/v1/devices/cell_2/motor_01', { speed: 1 })).toMatchObject({
    status: 200,
    body: { machine: 'cell_2', previous_state: { speed: 9 }, new_state: { speed: 1 } },
  })
  expect(other.received).toHaveLength(1)
  expect(await post('/api/v1/devices/motor_01?machine=cell_2', { speed: 2 })).toMatchObject({ status: 200 })
})

test('a write answers once the machine has confirmed it, in the old panel’s words', async () => {
  const { machine, post } = await stage()
  const { status, body } = await post('/api/v1/devices/motor_01', { speed: 150 })
  expect([status, body]).toEqual([
    200,
    {
      device_id: 'motor_01',
      device_type: 'motor',
      machine: 'cell_1',
      previous_state: { speed: 0 },
      new_state: { speed: 150 },
      status: 'success',
      message: 'Motor speed changed: 0 → 150',
      changed: true,
      command: expect.any(String) as string,
    },
  ])
  expect(machine.received).toMatchObject([
    { type: 'device_control', payload: { device_id: 'motor_01', speed: 150 }, command_id: body['command'] },
  ])
  expect((await post('/api/v1/devices/motor_01', { speed: 150 })).body).toMatchObject({
    status: 'no_change',
    changed: false,
    message: 'Motor speed is 150',
    previous_state: { speed: 150 },
  })
  expect((await post('/api/v1/devices/servo_01', { angle: 90 })).body).toMatchObject({ new_state: { angle: 90 } })
  expect((await post('/api/v1/devices/valve_01', { state: true })).body).toMatchObject({
    previous_state: { value: false },
    new_state: { value: true },
    message: 'Valve state changed: false → true',
  })
})

test('a described tag is written like a known one', async () => {
  const { post } = await stage(
    { devices: { oven: { type: 'oven', state: { target: 20, actual: 20 } } } },
    `machines:
  cell_1:
    devices:
      oven: { tags: { target: { type: number, min: 0, max: 300, writable: true }, actual: { type: number } } }
`,
  )
  expect((await post('/api/v1/devices/oven', { target: 180.5 })).body).toMatchObject({
    previous_state: { target: 20, actual: 20 },
    new_state: { target: 180.5, actual: 20 },
    message: 'Oven target changed: 20 → 180.5',
  })
  expect(await post('/api/v1/devices/oven', { actual: 1 })).toMatchObject({
    status: 400,
    body: error('not_writable', 'actual of oven cannot be written.'),
  })
  expect(await post('/api/v1/devices/oven', { target: 301 })).toMatchObject({ status: 422 })
})

test('what cannot be written is refused at the door, and no machine hears of it', async () => {
  const { machine, post } = await stage()
  const cases: readonly (readonly [string, unknown, number, string, RegExp])[] = [
    ['nope', { speed: 1 }, 404, 'device_unknown', /^Device nope not found$/],
    ['motor_01', { angle: 1 }, 400, 'field_unknown', /motor_01 is of type motor: it takes speed, not angle/],
    ['motor_01', { speed: 1, angle: 1 }, 400, 'field_unknown', /not angle/],
    ['valve_01', { value: true }, 400, 'field_unknown', /takes state, not value/],
    ['temp_01', { temperature: 1 }, 400, 'field_unknown', /takes no values/],
    ['motor_01', { constructor: 1 }, 400, 'field_unknown', /not constructor/],
    ['motor_01', { speed: 256 }, 422, 'out_of_range', /^speed must be from 0 to 255/],
    ['motor_01', { speed: -1 }, 422, 'out_of_range', /from 0 to 255/],
    ['motor_01', { speed: 1.5 }, 422, 'wrong_type', /whole number/],
    ['motor_01', { speed: '150' }, 422, 'wrong_type', /whole number/],
    ['motor_01', { speed: null }, 422, 'wrong_type', /whole number/],
    ['motor_01', { speed: true }, 422, 'wrong_type', /whole number/],
    ['motor_01', '{"speed":1e400}', 422, 'body_invalid', /speed/],
    ['valve_01', { state: 1 }, 422, 'wrong_type', /true or false/],
    ['motor_01', { speed: [150] }, 422, 'body_invalid', /speed must be a number/],
    ['motor_01', { speed: { value: 1 } }, 422, 'body_invalid', /speed must be/],
    ['motor_01', {}, 422, 'body_invalid', /names no value/],
    ['motor_01', '', 422, 'body_invalid', /body/],
    ['motor_01', [], 422, 'body_invalid', /body/],
    ['motor_01', 'null', 422, 'body_invalid', /body/],
    ['motor_01', '150', 422, 'body_invalid', /body/],
  ]
  for (const [id, sent, status, code, message] of cases) {
    const answer = await post(`/api/v1/devices/${id}`, sent)
    expect([id, sent, answer.status, answer.body]).toMatchObject([id, sent, status, error(code, message)])
  }
  for (const query of ['timeout=0', 'timeout=601', 'timeout=soon', 'wait=maybe', 'confirm=1', 'timeout=1&timeout=2']) {
    const answer = await post(`/api/v1/devices/motor_01?${query}`, { speed: 1 })
    expect([query, answer.status, answer.body]).toMatchObject([query, 400, error('bad_query', /query/)])
  }
  for (const key of ['short', 'x'.repeat(59), 'with space', '"halfquoted', '../../etc']) {
    const answer = await post('/api/v1/devices/motor_01', { speed: 1 }, key)
    expect([key, answer.status, answer.body]).toMatchObject([key, 400, error('bad_request', /idempotency-key/i)])
  }
  expect(machine.received).toEqual([])
})

test('a machine that does not answer is 504, one that reports a failure 502, one that has gone 409, with the id', async () => {
  const { machine, get, post } = await stage({ behaviour: 'ignore' })
  const late = await post('/api/v1/devices/motor_01?timeout=0.2', { speed: 1 }, 'late-command')
  expect(late).toMatchObject({
    status: 504,
    body: {
      ...error('timed_out', 'The machine did not confirm it in time.'),
      command: 'late-command',
      status: 'timed_out',
      device_id: 'motor_01',
    },
  })
  expect((await get('/api/v1/commands/late-command')).body).toMatchObject({
    status: 'timed_out',
    type: 'device_control',
  })

  machine.behaviour = 'fail'
  expect(await post('/api/v1/devices/motor_01', { speed: 1 })).toMatchObject({
    status: 502,
    body: { ...error('failed', 'It is blocked.'), status: 'failed', command: expect.any(String) as string },
  })

  machine.leave()
  expect(await post('/api/v1/devices/motor_01', { speed: 1 })).toMatchObject({
    status: 409,
    body: { ...error('machine_gone', /does not listen/), status: 'refused' },
  })
  machine.terminate()
  await waitFor(async () => (await get('/api/v1/machines/cell_1')).body['terminated'] === true)
  expect(await post('/api/v1/devices/motor_01', { speed: 1 })).toMatchObject({
    status: 409,
    body: error('machine_gone', 'cell_1 has terminated.'),
  })
})

test('interlocks and tags that ask again refuse with 409 and say why', async () => {
  const { machine, post } = await stage(
    {},
    `machines:
  cell_1:
    devices:
      valve_01: { type: valve, tags: { value: { type: boolean, field: state, confirm: true } } }
interlocks:
  - name: gripper_at_speed
    machine: cell_1
    device: servo_01
    when: [{ machine: cell_1, device: motor_01, tag: speed, above: 200 }]
    reason: The gripper does not move at this speed.
`,
  )
  expect(await post('/api/v1/devices/motor_01', { speed: 220 })).toMatchObject({ status: 200 })
  expect(await post('/api/v1/devices/servo_01', { angle: 5 })).toMatchObject({
    status: 409,
    body: error('interlocked', 'gripper_at_speed: The gripper does not move at this speed.'),
  })
  expect(await post('/api/v1/devices/valve_01', { state: true })).toMatchObject({
    status: 409,
    body: error('unconfirmed_write', /\?confirmed=1/),
  })
  expect(await post('/api/v1/devices/valve_01?confirmed=1', { state: true })).toMatchObject({ status: 200 })
  expect(machine.received.map(({ payload }) => payload['device_id'])).toEqual(['motor_01', 'valve_01'])
})

test('without waiting it answers 202 with the id, and the command tells the rest', async () => {
  const { machine, get, post } = await stage({ behaviour: 'hold' }, 'machines: { cell_1: { pace: 0 } }\n')
  const asked = await post('/api/v1/devices/motor_01?wait=0', { speed: 150 }, 'poll-me-later')
  expect(asked).toMatchObject({
    status: 202,
    headers: { location: '/api/v1/commands/poll-me-later' },
    body: { command: 'poll-me-later', status: expect.stringMatching(/requested|accepted/) as string },
  })
  const poll = async (): Promise<unknown> => (await get(String(asked.headers['location']))).body['status']
  await waitFor(async () => (await poll()) === 'accepted')
  expect((await get('/api/v1/devices/motor_01')).body).toMatchObject({
    current_value: 0,
    tags: { speed: { value: 0, requested: { value: 150, command: 'poll-me-later' } } },
  })
  await machine.got(1)
  machine.release()
  await waitFor(async () => (await poll()) === 'confirmed')
  expect((await get('/api/v1/commands/poll-me-later')).body).toMatchObject({
    machine: 'cell_1',
    device_id: 'motor_01',
    payload: { device_id: 'motor_01', speed: 150 },
    by: 'REST 127.0.0.1',
    reason: null,
    refusal: null,
    settled_by: expect.any(Number) as number,
  })
  machine.leave()
  // What is settled at once is told at once.
  expect((await post('/api/v1/devices/motor_01?wait=0', { speed: 1 })).status).toBe(409)
  expect(await get('/api/v1/commands/never-asked')).toMatchObject({
    status: 404,
    body: error('command_unknown', 'Command never-asked not found'),
  })
})

test('the same id is executed once: a repetition waits for the same answer and gets it again later', async () => {
  const { machine, post } = await stage({ behaviour: 'hold' })
  const twice = [1, 2].map(() => post('/api/v1/devices/motor_01', { speed: 150 }, 'only-once'))
  await machine.got(1)
  // Another request went in behind them, so both have been taken in.
  expect((await post('/api/v1/devices/motor_01?wait=0', { speed: 150 }, '"only-once"')).status).toBe(202)
  machine.release()
  const [first, second] = await Promise.all(twice)
  expect(first).toMatchObject({
    status: 200,
    body: { previous_state: { speed: 0 }, changed: true, command: 'only-once' },
  })
  expect(second?.body).toEqual(first?.body)
  machine.behaviour = 'obey'
  expect((await post('/api/v1/devices/motor_01', { speed: 7 })).status).toBe(200)
  expect((await post('/api/v1/devices/motor_01', { speed: 150 }, 'only-once')).body).toEqual(first?.body)
  expect(machine.received).toHaveLength(2)

  for (const [path, body] of [
    ['/api/v1/devices/motor_01', { speed: 151 }],
    ['/api/v1/devices/servo_01', { angle: 150 }],
    ['/api/v1/machines/cell_1/commands', { type: 'go' }],
    ['/api/v1/machines/cell_1/stop', {}],
  ] as const) {
    expect(await post(path, body, 'only-once')).toMatchObject({
      status: 409,
      body: error('command_id_used', /another|own/),
    })
  }
  expect(machine.received).toHaveLength(2)
})

test('a refusal is the answer to its id, also once the reason has gone', async () => {
  const { machine, post } = await stage()
  machine.leave()
  const refused = await post('/api/v1/devices/motor_01', { speed: 1 }, 'refused-id')
  expect(refused.status).toBe(409)
  machine.listen()
  expect(await post('/api/v1/devices/motor_01', { speed: 1 }, 'refused-id')).toMatchObject({
    status: 409,
    body: refused.body,
  })
  expect(machine.received).toEqual([])
})

test('after a restart the id is still known, and the answer says what is known', async () => {
  const dir = tempDir()
  const before = await startControlPanel([], { dir })
  const machine = await ControlMachine.start(before, 'cell_1', { devices: CELL })
  const write = (url: string): ReturnType<typeof rest> =>
    rest(url, '/api/v1/devices/motor_01', { body: { speed: 42 }, headers: { 'idempotency-key': 'outlives-it' } })
  expect((await write(before.url)).status).toBe(200)
  await waitFor(() => before.health().journal.durable === before.health().offset)
  await before.close()
  const after = await startControlPanel([], { dir })
  expect(await write(after.url)).toMatchObject({
    status: 200,
    body: {
      previous_state: null,
      new_state: { speed: 42 },
      changed: null,
      status: 'success',
      message: 'Motor speed is 42',
    },
  })
  expect(machine.received).toHaveLength(1)
})
