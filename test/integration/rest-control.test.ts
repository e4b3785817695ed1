import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Behaviour, ControlMachine, startControlPanel } from '../support/control-machine.ts'
import type { TestPanel } from '../support/panel.ts'
import { abandonedRest, rest } from '../support/rest.ts'
import { tempDir } from '../support/temp-dir.ts'
import { RawViewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

const MOTOR = '/api/v1/devices/motor_01'

async function stage(behaviour: Behaviour, pace = 0): Promise<{ panel: TestPanel; machine: ControlMachine }> {
  const dir = tempDir()
  writeFileSync(join(dir, 'andon.yaml'), `machines: { cell_1: { pace: ${pace} } }\n`)
  const panel = await startControlPanel(['--config', join(dir, 'andon.yaml')], { dir })
  const devices = { motor_01: { type: 'motor', state: { speed: 0 } }, motor_02: { type: 'motor', state: { speed: 0 } } }
  return { panel, machine: await ControlMachine.start(panel, 'cell_1', { behaviour, devices }) }
}

async function holder(panel: TestPanel): Promise<string | null> {
  const { control } = (await rest(panel.url, '/api/v1/machines/cell_1')).body as {
    control?: { holder: string } | null
  }
  return control?.holder ?? null
}

const free = (panel: TestPanel): Promise<true> =>
  waitFor(async () => (await holder(panel)) === null, { what: 'control to be given back' })

/** The events about control, oldest first. */
async function moves(panel: TestPanel): Promise<string[]> {
  await waitFor(() => panel.health().journal.durable === panel.health().offset)
  const { events } = (await rest(panel.url, '/api/v1/events?order=asc&limit=1000')).body as {
    events?: { body: { type: string } }[]
  }
  return (events ?? []).map(({ body }) => body.type).filter((type) => type.startsWith('control_'))
}

/** A viewer at a desk that has control. */
async function deskInControl(panel: TestPanel): Promise<RawViewer> {
  const viewer = await new RawViewer(panel.url).open()
  viewer.hello({ client: { name: 'raw', station: 'Desk' } })
  await viewer.message('snapshot')
  viewer.send({ type: 'control', id: 'c1', action: 'request', machine: 'cell_1' })
  expect(await viewer.message('reply')).toMatchObject({ ok: true, at: null })
  return viewer
}

test('a write takes control for itself and gives it back, in whatever way it ends', async () => {
  const { panel, machine } = await stage('obey')
  const ends: readonly [Behaviour, number][] = [
    ['obey', 200],
    ['fail', 502],
    ['ignore', 504],
  ]
  for (const [behaviour, status] of ends) {
    machine.behaviour = behaviour
    expect((await rest(panel.url, `${MOTOR}?timeout=0.3`, { body: { speed: 9 } })).status).toBe(status)
    await free(panel)
  }
  machine.leave()
  expect((await rest(panel.url, MOTOR, { body: { speed: 10 } })).status).toBe(409)
  await free(panel)
  expect(await moves(panel)).toEqual(Array.from({ length: 4 }, () => ['control_granted', 'control_released']).flat())
})

test('what is refused at the door, and a repetition, move no control', async () => {
  const { panel } = await stage('obey')
  await rest(panel.url, MOTOR, { body: { speed: 999 } })
  await rest(panel.url, MOTOR, { body: { angle: 1 } })
  const headers = { 'idempotency-key': 'once-more' }
  for (let i = 0; i < 3; i += 1)
    expect((await rest(panel.url, MOTOR, { body: { speed: 5 }, headers })).status).toBe(200)
  await rest(panel.url, MOTOR, { body: { speed: 6 }, headers })
  expect(await moves(panel)).toEqual(['control_granted', 'control_released'])
})

test('while a viewer has control a write is 409 and names the holder; Stop needs none', async () => {
  const { panel, machine } = await stage('obey')
  const desk = await deskInControl(panel)
  for (const path of [MOTOR, `${MOTOR}?wait=0`]) {
    expect(await rest(panel.url, path, { body: { speed: 9 } })).toMatchObject({
      status: 409,
      body: {
        error: { code: 'not_in_control', message: 'Desk (127.0.0.1) has control of cell_1.' },
        status: 'refused',
      },
    })
  }
  expect(await rest(panel.url, '/api/v1/machines/cell_1/commands', { body: { type: 'go' } })).toMatchObject({
    status: 409,
    body: { error: { code: 'not_in_control' } },
  })
  expect(machine.received).toEqual([])
  expect((await rest(panel.url, '/api/v1/machines/cell_1/stop', { method: 'POST' })).status).toBe(200)
  expect(await holder(panel)).toBe('Desk (127.0.0.1)')
  desk.send({ type: 'control', id: 'c2', action: 'release', machine: 'cell_1' })
  await free(panel)
  expect((await rest(panel.url, MOTOR, { body: { speed: 9 } })).status).toBe(200)
})

test('an answer that is known is given again also while somebody else has control', async () => {
  const { panel } = await stage('obey')
  const headers = { 'idempotency-key': 'known-already' }
  const first = await rest(panel.url, MOTOR, { body: { speed: 9 }, headers })
  await deskInControl(panel)
  expect(await rest(panel.url, MOTOR, { body: { speed: 9 }, headers })).toMatchObject({ status: 200, body: first.body })
})

test('several requests of one program share control, and the last one gives it back', async () => {
  const { panel, machine } = await stage('hold')
  const asked = Array.from({ length: 20 }, (_, i) =>
    rest(panel.url, `/api/v1/devices/motor_0${1 + (i % 2)}`, { body: { speed: i + 1 } }),
  )
  await machine.got(20)
  expect(await holder(panel)).toBe('REST 127.0.0.1')
  machine.behaviour = 'obey'
  for (const command of machine.received) machine.obey(command)
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
  await free(panel)
  expect(await moves(panel)).toEqual(['control_granted', 'control_released'])
})

test('whoever does not wait keeps control until the command is settled', async () => {
  const { panel, machine } = await stage('hold')
  expect((await rest(panel.url, `${MOTOR}?wait=0`, { body: { speed: 9 } })).status).toBe(202)
  await machine.got(1)
  expect(await holder(panel)).toBe('REST 127.0.0.1')
  machine.release()
  await free(panel)
})

test('a program that hangs up while the machine works gives control back; its command goes on', async () => {
  const { panel, machine } = await stage('hold')
  const headers = { 'idempotency-key': 'nobody-waits' }
  const hangUp = abandonedRest(panel.url, `${MOTOR}?timeout=600`, { body: { speed: 9 }, headers })
  await machine.got(1)
  expect(await holder(panel)).toBe('REST 127.0.0.1')
  await hangUp()
  await free(panel)
  machine.release()
  await waitFor(async () => (await rest(panel.url, '/api/v1/commands/nobody-waits')).body['status'] === 'confirmed')
  // It asks again, and hears what became of it.
  expect(await rest(panel.url, MOTOR, { body: { speed: 9 }, headers })).toMatchObject({
    status: 200,
    body: { previous_state: { speed: 0 }, new_state: { speed: 9 } },
  })
  expect(machine.received).toHaveLength(1)
})

test('a command that still waits when its program hangs up keeps control until it is settled', async () => {
  // The machine takes one command a minute.
  const { panel, machine } = await stage('obey', 60_000)
  expect((await rest(panel.url, MOTOR, { body: { speed: 1 } })).status).toBe(200)
  const headers = { 'idempotency-key': 'still-waiting' }
  const hangUp = abandonedRest(panel.url, `${MOTOR}?timeout=0.5`, { body: { speed: 2 }, headers })
  const status = async (): Promise<unknown> => (await rest(panel.url, '/api/v1/commands/still-waiting')).body['status']
  await waitFor(async () => (await status()) === 'requested')
  await hangUp()
  await waitFor(async () => (await status()) === 'timed_out')
  await free(panel)
  expect(machine.received).toHaveLength(1)
})

test('a viewer that takes over in the middle keeps control when the write ends', async () => {
  const { panel, machine } = await stage('hold')
  const asked = rest(panel.url, `${MOTOR}?timeout=600`, { body: { speed: 9 } })
  await machine.got(1)
  const viewer = await new RawViewer(panel.url).open()
  viewer.hello({ client: { name: 'raw', station: 'Desk' } })
  await viewer.message('snapshot')
  viewer.send({ type: 'control', id: 'c1', action: 'request', machine: 'cell_1' })
  // There is a countdown, which the end of the write cuts short.
  expect(await viewer.message('reply')).toMatchObject({ ok: true, at: expect.any(Number) as number })
  machine.release()
  expect((await asked).status).toBe(200)
  await waitFor(async () => (await holder(panel)) === 'Desk (127.0.0.1)')
  expect((await rest(panel.url, MOTOR, { body: { speed: 1 } })).status).toBe(409)
})

test('a panel that closes answers whoever waits, and asks nothing of a machine any more', async () => {
  const { panel, machine } = await stage('hold')
  const asked = rest(panel.url, `${MOTOR}?timeout=600`, { body: { speed: 9 } })
  await machine.got(1)
  const closed = panel.close()
  expect(await asked).toMatchObject({
    status: 503,
    body: { error: { code: 'outcome_unknown' }, command: expect.any(String) as string },
  })
  await closed
})
