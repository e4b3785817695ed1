import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { once } from 'node:events'
import type { FastifyReply } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { whenClosed } from '../../../src/main/adapters/rest/when-closed.ts'

test('whoever asks after the connection was lost is called back at once, and nobody twice', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = connect(port, '127.0.0.1')
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  const [, raw] = (await once(server, 'request')) as [unknown, FastifyReply['raw']]
  const reply = { raw } as FastifyReply
  let early = 0
  whenClosed(reply, () => (early += 1))
  expect(early).toBe(0)
  const closed = once(raw, 'close')
  client.destroy()
  await closed
  let late = 0
  whenClosed(reply, () => (late += 1))
  expect([early, late]).toEqual([1, 1])
})
