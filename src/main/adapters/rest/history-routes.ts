import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Access } from '../../../core/access.ts'
import { exportEvents } from '../../../core/export.ts'
import type { EventQuery } from '../../../core/event-query.ts'
import { type Past, scopedPast } from '../../../core/scoped-history.ts'
import type { AndonEvent } from '../../../shared/event.ts'
import type { JournalHealth } from '../../../shared/health.ts'
import { accessOf, requireRight } from './identity.ts'
import { EVENTS, EXPORT, JOURNAL, STATE } from './history-schema.ts'
import { type EventsQuery, type ExportQuery, filterFrom, QueryError, type StateQuery, timeOf } from './query-schema.ts'
import { Slots } from './slots.ts'
import { whenClosed } from './when-closed.ts'

/** Exports at a time: each reads the journal as fast as its viewer takes it. */
const MAX_EXPORTS = 2

/** Searches that may wait for the journal's one reader, which gives each a bounded time. */
const MAX_QUERIES = 32
const MAX_QUERIES_PER_ADDRESS = 16

/** What the routes need of the core. */
export interface History extends Past {
  readonly health: JournalHealth
  now(): number
}

const JSON_TYPE = 'application/json; charset=utf-8'

/** What was: events, the state at a past moment, and exports. */
export function historyRoutes(app: FastifyInstance, history: History): void {
  const exports = new Slots('exports', MAX_EXPORTS, MAX_EXPORTS)
  const queries = new Slots('searches', MAX_QUERIES, MAX_QUERIES_PER_ADDRESS)

  const past = (access: Access): Past => scopedPast(history, access)

  app.get<{ Querystring: EventsQuery }>('/api/v1/events', { schema: EVENTS }, async (request, reply) => {
    const { order = 'desc', limit = 100, cursor, ...filters } = request.query
    const query = { ...filterFrom(filters), order, limit, cursor }
    const seen = past(accessOf(request))
    const page = await queries.during(request.socket.remoteAddress, () => seen.query(query))
    const next = page.next === null ? 'null' : `"${page.next}"`
    return reply.type(JSON_TYPE).send(`{"events":[${page.texts.join(',')}],"next":${next}}`)
  })

  app.get<{ Querystring: StateQuery }>('/api/v1/state', { schema: STATE }, async (request, reply) => {
    const at = request.query.at === undefined ? history.now() : timeOf(request.query.at)
    const seen = past(accessOf(request))
    const found = await queries.during(request.socket.remoteAddress, () => seen.stateAt(at))
    if (!found) throw new QueryError('The journal does not reach back to that moment.')
    const { offset, time, state } = found
    return reply.type(JSON_TYPE).send(`{"at":${at},"offset":${offset},"time":${time},"state":${state}}`)
  })

  const journalOf = async (access: Access): Promise<object> => {
    const seen = past(access)
    const [first, last] = [await end(seen, 'asc'), await end(seen, 'desc')]
    const { state, durable, ...size } = history.health
    // How much there is of the rest of the plant is nobody's business.
    const { bytes, lost } = access.seesEverything ? size : { bytes: null, lost: 0 }
    return { first: pointOf(first), last: pointOf(last), now: history.now(), state, durable, bytes, lost }
  }
  app.get('/api/v1/journal', { schema: JOURNAL }, (request) =>
    queries.during(request.socket.remoteAddress, () => journalOf(accessOf(request))),
  )

  app.get<{ Querystring: ExportQuery }>('/api/v1/export', { schema: EXPORT }, async (request, reply) => {
    const { format = 'ndjson', ...filters } = request.query
    const access = requireRight(request, 'export')
    const seen = past(access)
    const filter = filterFrom(filters)
    const giveBack = exports.take(request.socket.remoteAddress)
    whenClosed(reply, giveBack)
    const newest = (await end(seen, 'desc'))?.offset ?? 0
    const ends = await Promise.all(
      (['asc', 'desc'] as const).map(async (order) => {
        const text = await firstText(seen, { ...filter, order })
        return text === undefined ? 0 : (JSON.parse(text) as AndonEvent).offset
      }),
    )
    const chunks = Readable.from(
      exportEvents((query) => seen.query(query), filter, format, newest),
      { objectMode: false, highWaterMark: 256 * 1024 },
    )
    const stamp = new Date(history.now()).toISOString().replaceAll(/[:.]/g, '-')
    return (
      reply
        .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8')
        .header('Content-Disposition', `attachment; filename="andon-events-${stamp}.${format}"`)
        // Every line names its offset, so with these a viewer can say how far it is.
        .header('X-Andon-First-Offset', String(ends[0]))
        .header('X-Andon-Last-Offset', String(ends[1]))
        .send(chunks)
    )
  })
}

/** A search is bounded in time: where most of the journal is not for this viewer, it takes several. */
async function firstText(past: Past, query: Omit<EventQuery, 'limit' | 'cursor'>): Promise<string | undefined> {
  let cursor: number | undefined
  for (;;) {
    const { texts, next } = await past.query({ ...query, limit: 1, cursor })
    if (texts[0] !== undefined || next === null) return texts[0]
    cursor = next
  }
}

/** The event at one end of the journal. */
async function end(past: Past, order: 'asc' | 'desc'): Promise<AndonEvent | null> {
  const text = await firstText(past, { order })
  return text === undefined ? null : (JSON.parse(text) as AndonEvent)
}

function pointOf(event: AndonEvent | null): { offset: number; time: number } | null {
  return event && { offset: event.offset, time: event.time }
}
