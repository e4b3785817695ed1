import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ControlMachine, startControlPanel } from '../support/control-machine.ts'
import type { TestPanel } from '../support/panel.ts'
import { rest, type RestAnswer } from '../support/rest.ts'

const MOTOR = '/api/v1/devices/motor_01'
const DOORS = [MOTOR, '/api/v1/groups/any', '/api/v1/machines/cell_1/commands', '/api/v1/machines/cell_1/stop']

async function stage(): Promise<{ panel: TestPanel; machine: ControlMachine }> {
  const panel = await startControlPanel()
  const machine = await ControlMachine.start(panel, 'cell_1', {
    devices: { motor_01: { type: 'motor', state: { speed: 0 } } },
  })
  return { panel, machine }
}

/** Nothing of the inside, and the shape that every error has. */
function closed({ text, body }: RestAnswer): void {
  expect(text).not.toMatch(/node_modules|\.ts:|\.js:\d|at .*\(|Route |FST_|Fastify/)
  expect(Object.keys(body.error ?? {})).toEqual(['code', 'message'])
  expect(body['detail']).toBe(body.error?.message)
}

test('a page of another origin commands nothing, whatever it sends', async () => {
  const { panel, machine } = await stage()
  const { host } = new URL(panel.url)
  const origins = ['http://evil.example', 'null', 'http://127.0.0.1:1', `http://${host}.evil.example`, 'nonsense']
  for (const origin of origins) {
    for (const path of [...DOORS, '/', '/healthz', '/api/v1/devices']) {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const answer = await rest(panel.url, path, { method, headers: { origin }, body: { speed: 1 } })
        expect([origin, path, method, answer.status]).toEqual([origin, path, method, 403])
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
        closed(answer)
      }
    }
    const form = { origin, 'content-type': 'text/plain' }
    expect((await rest(panel.url, MOTOR, { headers: form, body: '{"speed":1}' })).status).toBe(403)
  }
  expect(machine.received).toEqual([])
  expect((await rest(panel.url, MOTOR, { headers: { origin: `http://${host}` }, body: { speed: 1 } })).status).toBe(200)
})

test('only application/json is a body', async () => {
  const { panel, machine } = await stage()
  for (const path of DOORS) {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
      'application/jsonp',
      'application/json-patch+json',
      'text/json',
      'nonsense',
      '*/*',
    ]) {
      const answer = await rest(panel.url, path, { headers: { 'content-type': type }, body: '{"speed":1}' })
      expect([path, type, answer.status, answer.body.error?.code]).toEqual([path, type, 415, 'not_json'])
      closed(answer)
    }
  }
  expect(machine.received).toEqual([])
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  expect((await rest(panel.url, MOTOR, { headers, body: '{"speed":1}' })).status).toBe(200)
})

test('odd bodies are refused in plain words, and the panel goes on', async () => {
  const { panel, machine } = await stage()
  const deep = (count: number): string => `{"type":"go","payload":${'{"a":'.repeat(count)}1${'}'.repeat(count)}}`
  const cases: readonly (readonly [string, number])[] = [
    ['{"speed":', 400],
    ['speed=1', 400],
    ['{"speed":1}}', 400],
    ['{"__proto__":{"speed":1}}', 400],
    ['{"constructor":{"prototype":{"speed":1}}}', 400],
    ['[{"speed":1}]', 422],
    ['"speed"', 422],
    ['{"speed":NaN}', 400],
    [deep(65), 400],
    [deep(10_000), 400],
    [`${'['.repeat(30_000)}${']'.repeat(30_000)}`, 400],
    [`{"speed":1,"x":"${'x'.repeat(70_000)}"}`, 413],
    [`{${Array.from({ length: 17 }, (_, i) => `"k${i}":1`).join(',')}}`, 422],
    [`{"${'k'.repeat(5_000)}":1}`, 400],
    ['{"sp\\u0000eed":1}', 400],
  ]
  for (const [body, status] of cases) {
    const answer = await rest(panel.url, MOTOR, { body })
    expect([body.slice(0, 60), answer.status]).toEqual([body.slice(0, 60), status])
    closed(answer)
    expect(answer.text.length).toBeLessThan(1_000)
  }
  for (const path of DOORS.slice(1)) closed(await rest(panel.url, path, { body: deep(65) }))
  // As deep as a datagram may be.
  const answer = await rest(panel.url, '/api/v1/machines/cell_1/commands', { body: deep(62) })
  expect(answer.status).toBe(200)
  expect(machine.received).toHaveLength(1)
  expect(panel.log.records.filter(({ level }) => level === 'error')).toEqual([])
})

test('whatever is sent, the answer is one of those that are described, and no machine gets what is no command', async () => {
  const { panel, machine } = await stage()
  const property = fc.asyncProperty(
    fc.constantFrom(MOTOR, '/api/v1/groups/any', '/api/v1/machines/cell_1/commands'),
    fc.oneof(
      fc.json(),
      fc.string(),
      fc.dictionary(fc.string(), fc.anything()).map((value) => JSON.stringify(value) ?? ''),
    ),
    async (path, body) => {
      const before = machine.received.length
      const answer = await rest(panel.url, `${path}?timeout=0.1`, { body })
      expect([200, 400, 404, 409, 413, 422, 504]).toContain(answer.status)
      if (answer.status < 400 || machine.received.length > before) return
      closed(answer)
    },
  )
  await fc.assert(property, { numRuns: 150 })
  for (const { type, payload } of machine.received) {
    expect(typeof type).toBe('string')
    expect(payload).toBeTypeOf('object')
    expect(type !== 'device_control' || Number.isInteger(payload['speed'])).toBe(true)
  }
  expect(panel.log.records.filter(({ level }) => level === 'error')).toEqual([])
})
