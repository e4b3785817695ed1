import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Browser, Plant } from '../support/identity.ts'
import { datagram } from '../support/sender.ts'
import { waitFor } from '../support/wait-for.ts'

/** Sends over the network, with what is shown in the header; resolves with the HTTP status where it is not let in. */
function program(plant: Plant, token?: string) {
  const told: Record<string, unknown>[] = []
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const socket = new WebSocket(new URL('ingest', plant.panel.url).href.replace('http', 'ws'), { headers })
  onTestFinished(() => socket.terminate())
  socket.on('message', (bytes: Buffer) => told.push(JSON.parse(bytes.toString()) as Record<string, unknown>))
  const begun = new Promise<number>((resolve) => {
    socket.on('open', () => resolve(101))
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('error', () => undefined)
  })
  return { begun, told, send: (text: string) => socket.send(text) }
}

async function tokenOf(person: Browser, role: string, scope: object | null = null): Promise<string> {
  const { status, body } = await person.ask('/api/v1/tokens', { body: { name: `the ${role}`, role, scope, days: 1 } })
  expect(status).toBe(201)
  return String(body['token'])
}

test('[W1] a token of an engineer sends events of the machines in its scope, and of no other', async () => {
  const plant = await Plant.start()
  const token = await tokenOf(plant.admin, 'engineer', { machines: ['press'], groups: [] })
  const gateway = program(plant, token)
  expect(await gateway.begun).toBe(101)
  gateway.send(datagram('press', 'hello'))
  gateway.send(datagram('oven', 'hello'))
  await waitFor(() => gateway.told.find(({ type }) => type === 'error'), { what: 'the error' })
  expect(gateway.told.find(({ type }) => type === 'error')).toMatchObject({
    frame: 2,
    error: { code: 'machine_not_allowed' },
  })
  const { body } = await plant.admin.ask('/api/v1/machines')
  expect(JSON.stringify(body)).toContain('press')
  expect(JSON.stringify(body)).not.toContain('oven')
  expect(JSON.stringify(plant.panel.health().listeners)).not.toContain(token)
})

test('[W1] without a token, with a wrong, weak or revoked one nothing is taken', async () => {
  const plant = await Plant.start()
  const weak = await tokenOf(plant.admin, 'operator')
  const revoked = await tokenOf(plant.admin, 'engineer')
  const list = (await plant.admin.ask('/api/v1/tokens')).body as unknown as { id: string; role: string }[]
  const id = list.find(({ role }) => role === 'engineer')?.id ?? ''
  expect((await plant.admin.ask(`/api/v1/tokens/${id}`, { method: 'DELETE' })).status).toBe(204)
  const statuses = [undefined, 'andon_pat_wrong.wrong', weak, revoked].map((token) => program(plant, token).begun)
  expect(await Promise.all(statuses)).toEqual([401, 401, 403, 401])
})
