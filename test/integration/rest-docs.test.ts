import { expect, test } from 'vitest'
import { Compile } from 'typebox/compile'
import type { TSchema } from 'typebox'
import { CONTENT_SECURITY_POLICY } from '../../src/main/content-security-policy.ts'
import { ControlMachine, startControlPanel } from '../support/control-machine.ts'
import { startPanel } from '../support/panel.ts'
import { rest } from '../support/rest.ts'

interface Operation {
  readonly summary?: string
  readonly operationId?: string
  readonly tags?: readonly string[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, Media>> }>
  >
}

interface Media {
  readonly schema: TSchema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
}

interface Doc {
  readonly openapi: string
  readonly info: { readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

async function docOf(url: string): Promise<Doc> {
  const { status, headers, text } = await rest(url, '/api/docs/openapi.json')
  expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
  return JSON.parse(text) as Doc
}

const operationsOf = ({ paths }: Doc): [string, Operation][] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
  )

test('every route is described, with a summary, its answers and examples', async () => {
  const { url } = await startPanel()
  const doc = await docOf(url)
  expect(doc.openapi).toBe('3.1.0')
  const operations = operationsOf(doc)
  expect(operations.map(([name]) => name).toSorted()).toEqual([
    'delete /api/v1/accounts/{name}',
    'delete /api/v1/sessions/{id}',
    'delete /api/v1/tokens/{id}',
    'get /api/v1/about',
    'get /api/v1/accounts',
    'get /api/v1/audit',
    'get /api/v1/audit/export',
    'get /api/v1/audit/verify',
    'get /api/v1/commands/{id}',
    'get /api/v1/devices',
    'get /api/v1/devices/{id}',
    'get /api/v1/devices/{machine}/{id}',
    'get /api/v1/events',
    'get /api/v1/export',
    'get /api/v1/groups',
    'get /api/v1/journal',
    'get /api/v1/machines',
    'get /api/v1/machines/{name}',
    'get /api/v1/me',
    'get /api/v1/sessions',
    'get /api/v1/settings',
    'get /api/v1/sign-in',
    'get /api/v1/state',
    'get /api/v1/tokens',
    'get /api/v1/trends',
    'get /api/v1/trends/tags',
    'get /healthz',
    'get /metrics',
    'get /readyz',
    'patch /api/v1/accounts/{name}',
    'patch /api/v1/settings',
    'post /api/v1/accounts',
    'post /api/v1/accounts/{name}/password',
    'post /api/v1/accounts/{name}/pin',
    'post /api/v1/devices/{id}',
    'post /api/v1/devices/{machine}/{id}',
    'post /api/v1/display/lock',
    'post /api/v1/display/used',
    'post /api/v1/first-administrator',
    'post /api/v1/groups/{name}',
    'post /api/v1/kiosk/leave',
    'post /api/v1/machines/{name}/commands',
    'post /api/v1/machines/{name}/stop',
    'post /api/v1/me/password',
    'post /api/v1/me/pin',
    'post /api/v1/restart',
    'post /api/v1/sign-in',
    'post /api/v1/sign-out',
    'post /api/v1/tokens',
  ])
  const ids = operations.map(([, { operationId }]) => operationId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const [name, { summary, tags, responses, requestBody }] of operations) {
    expect([name, summary, tags?.length]).toEqual([name, expect.any(String), 1])
    const answers = Object.entries(responses)
    const bodies = answers.flatMap(([status, { description, content }]) => {
      expect([name, status, description]).not.toContain('Default Response')
      return Object.values(content ?? {})
    })
    for (const { schema, example, examples } of [...bodies, ...Object.values(requestBody?.content ?? {})]) {
      const shown = [
        ...(example === undefined ? [] : [example]),
        ...Object.values(examples ?? {}).map(({ value }) => value),
      ]
      const compiled = Compile(schema)
      for (const each of shown) expect([name, each, [...compiled.Errors(each)]]).toEqual([name, each, []])
    }
    expect(!name.startsWith('post') || answers.some(([status]) => status === '403')).toBe(true)
  }
})

test('the routes of the trends show an example of every answer', async () => {
  const { url } = await startPanel()
  for (const [name, { responses }] of operationsOf(await docOf(url))) {
    if (!name.includes('/trends')) continue
    for (const [status, { content }] of Object.entries(responses)) {
      for (const [kind, { schema, example, examples }] of Object.entries(content ?? {})) {
        // Where an answer comes in two kinds, each example stands with its own schema.
        const own = (schema as { examples?: readonly unknown[] }).examples?.[0]
        const shown = example ?? Object.values(examples ?? {})[0]?.value ?? own
        expect([name, status, kind, shown]).not.toContain(undefined)
        expect([name, status, kind, [...Compile(schema).Errors(shown)]]).toEqual([name, status, kind, []])
      }
    }
  }
})

test('what is answered is what is described', async () => {
  const panel = await startControlPanel()
  const machine = await ControlMachine.start(panel, 'cell_1', {
    devices: { motor_01: { type: 'motor', state: { speed: 0 } }, axis: { state: { x: 1, y: null } } },
  })
  const { paths } = await docOf(panel.url)
  const holds = async (
    method: 'get' | 'post',
    path: string,
    at: string,
    status: number,
    body?: unknown,
  ): Promise<void> => {
    const answer = await rest(panel.url, at, { method: method.toUpperCase(), body })
    expect([at, answer.status]).toEqual([at, status])
    const schema = paths[path]?.[method]?.responses[status]?.content?.['application/json']?.schema
    if (!schema) throw new Error(`${method} ${path} does not describe ${status}`)
    expect([at, status, [...Compile(schema).Errors(JSON.parse(answer.text))]]).toEqual([at, status, []])
  }
  const device = '/api/v1/devices/{id}'
  const command = '/api/v1/machines/{name}/commands'
  await holds('post', device, '/api/v1/devices/motor_01', 200, { speed: 5 })
  await holds('get', '/api/v1/devices', '/api/v1/devices', 200)
  await holds('get', device, '/api/v1/devices/axis', 200)
  await holds('get', device, '/api/v1/devices/nope', 404)
  await holds('post', device, '/api/v1/devices/motor_01', 422, { speed: 500 })
  await holds('post', device, '/api/v1/devices/motor_01', 400, { angle: 5 })
  await holds('post', device, '/api/v1/devices/motor_01?wait=0', 202, { speed: 6 })
  await holds('get', '/api/v1/groups', '/api/v1/groups', 200)
  await holds('post', '/api/v1/groups/{name}', '/api/v1/groups/nope', 404, { speed: 6 })
  await holds('get', '/api/v1/machines', '/api/v1/machines', 200)
  await holds('get', '/api/v1/machines/{name}', '/api/v1/machines/cell_1', 200)
  await holds('post', command, '/api/v1/machines/cell_1/commands', 200, { type: 'go' })
  await holds('post', '/api/v1/machines/{name}/stop', '/api/v1/machines/cell_1/stop', 200, {})
  machine.behaviour = 'fail'
  await holds('post', command, '/api/v1/machines/cell_1/commands', 502, { type: 'go' })
  machine.behaviour = 'ignore'
  await holds('post', command, '/api/v1/machines/cell_1/commands?timeout=0.2', 504, { type: 'go' })
  machine.leave()
  await holds('post', device, '/api/v1/devices/motor_01', 409, { speed: 7 })
  await holds('get', '/api/v1/events', '/api/v1/events', 200)
  await holds('get', '/api/v1/events', '/api/v1/events?limit=0', 400)
  await holds('get', '/api/v1/state', '/api/v1/state', 200)
  await holds('get', '/api/v1/journal', '/api/v1/journal', 200)
  await holds('get', '/api/v1/trends', '/api/v1/trends?tag=cell_1/motor_01/speed', 200)
  await holds('get', '/api/v1/trends', '/api/v1/trends?tag=nonsense', 400)
  await holds('get', '/api/v1/trends/tags', '/api/v1/trends/tags', 200)
  await holds('get', '/healthz', '/healthz', 200)
  await holds('get', '/readyz', '/readyz', 200)
})

test('the page for people has no script and no style of its own, and the policy is that of every other page', async () => {
  const { url } = await startPanel()
  const doc = await docOf(url)
  for (const path of ['/api/docs', '/api/docs/']) {
    const { status, headers, text } = await rest(url, path)
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': CONTENT_SECURITY_POLICY,
    })
    expect(text).not.toMatch(/<script|<style|style=|javascript:| on\w+=/i)
    for (const [name, { operationId }] of operationsOf(doc)) {
      expect(text).toContain(`href="#${operationId}"`)
      expect(text).toContain(`id="${operationId}"`)
      expect(text).toContain(name.split(' ')[1])
    }
  }
  const style = await rest(url, '/api/docs/style.css')
  expect([style.status, style.headers['content-type']]).toEqual([200, 'text/css; charset=utf-8'])
})
