import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { historyRoutes } from '../../../src/main/adapters/rest/history-routes.ts'
import { requireIdentity } from '../../../src/main/adapters/rest/identity.ts'
import { testAccess } from '../../support/access.ts'

test('what looks at the ends of the journal waits among the searches, so many of one address', async () => {
  const app = Fastify()
  onTestFinished(() => app.close())
  const access = testAccess()
  app.addHook('onRequest', (request, reply, done) => {
    requireIdentity({ identify: () => ({ kind: 'known', access, fresh: null }) }, request, reply)
    done()
  })
  const waiting: (() => void)[] = []
  const query = async () => {
    await new Promise<void>((resolve) => waiting.push(resolve))
    return { texts: [], next: null }
  }
  historyRoutes(app, {
    query,
    stateAt: () => Promise.resolve(null),
    now: () => 0,
    health: { state: 'durable', first: 0, durable: 0, bytes: 0, lost: 0 },
  })
  const asked = Array.from({ length: 17 }, () => app.inject('/api/v1/journal'))
  const last = await Promise.race(asked)
  expect(last.statusCode).not.toBe(200)
  expect(waiting).toHaveLength(16)
})
