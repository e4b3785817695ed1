import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { scopedTrends, type Trended } from '../../../core/scoped-trends.ts'
import { TREND_CSV_HEAD } from '../../../core/trend-csv.ts'
import { MAX_TREND_TAGS, parseTrendReference, type TrendTag } from '../../../shared/trend-tag.ts'
import { accessOf, requireRight } from './identity.ts'
import { QueryError, timeOf } from './query-schema.ts'
import { Slots } from './slots.ts'
import { whenClosed } from './when-closed.ts'
import { type TrendsQuery, TRENDS, TREND_TAGS } from './trend-schema.ts'

/** What the routes need of the core. */
export interface Trends {
  readonly recorder: Trended
  readonly now: () => number
}

/** Exports at a time: each reads as fast as its viewer takes it. */
const MAX_EXPORTS = 2

/** Questions that may wait for the one reader. */
const MAX_QUERIES = 32
const MAX_QUERIES_PER_ADDRESS = 16

const DEFAULT_MS = 5 * 60_000
const DEFAULT_POINTS = 500

const JSON_TYPE = 'application/json; charset=utf-8'

/** Recorded values, as they were over time. */
export function trendRoutes(app: FastifyInstance, { recorder, now }: Trends): void {
  const exports = new Slots('exports', MAX_EXPORTS, MAX_EXPORTS)
  const queries = new Slots('searches', MAX_QUERIES, MAX_QUERIES_PER_ADDRESS)

  app.get('/api/v1/trends/tags', { schema: TREND_TAGS }, async (request, reply) => {
    const seen = scopedTrends(recorder, accessOf(request))
    const text = await queries.during(request.socket.remoteAddress, () => seen.tags())
    return reply.type(JSON_TYPE).header('Cache-Control', 'no-store').send(text)
  })

  app.get<{ Querystring: TrendsQuery }>('/api/v1/trends', { schema: TRENDS }, async (request, reply) => {
    const { tag, points = DEFAULT_POINTS, format = 'json' } = request.query
    const tags = [tag].flat().map(tagOf)
    const to = request.query.to === undefined ? now() : timeOf(request.query.to)
    const from = request.query.from === undefined ? to - DEFAULT_MS : timeOf(request.query.from)
    if (!(from < to)) throw new QueryError('"from" must be before "to".')
    const seen = scopedTrends(recorder, format === 'json' ? accessOf(request) : requireRight(request, 'export'))
    if (format === 'json') {
      const text = await queries.during(request.socket.remoteAddress, () => seen.query(tags, from, to, points))
      return reply.type(JSON_TYPE).header('Cache-Control', 'no-store').send(text)
    }
    const giveBack = exports.take(request.socket.remoteAddress)
    whenClosed(reply, giveBack)
    const parts = seen.export(tags, from, to)
    // The first one is asked for before anything is sent: what fails then is still an answer.
    const first = await parts.next()
    const chunks = Readable.from(csv(first, parts), { objectMode: false, highWaterMark: 256 * 1024 })
    const stamp = new Date(now()).toISOString().replaceAll(/[:.]/g, '-')
    return reply
      .type('text/csv; charset=utf-8')
      .header('Content-Disposition', `attachment; filename="andon-trends-${stamp}.csv"`)
      .send(chunks)
  })
}

async function* csv(
  first: IteratorResult<string, void>,
  parts: AsyncGenerator<string, void, undefined>,
): AsyncGenerator<string, void, undefined> {
  yield TREND_CSV_HEAD
  if (first.done) return
  yield first.value
  yield* parts
}

function tagOf(text: string): TrendTag {
  const tag = parseTrendReference(text)
  if (tag) return tag
  throw new QueryError(
    `"${text.slice(0, 100)}" is no tag. Write machine/device/tag; at most ${MAX_TREND_TAGS} of them.`,
  )
}
