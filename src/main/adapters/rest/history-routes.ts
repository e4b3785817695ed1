import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { exportEvents } from '../../../core/export.ts'
import type { EventPage, EventQuery } from '../../../core/event-query.ts'
import type { PastState } from '../../../core/journal-store.ts'
import type { AndonEvent } from '../../../shared/event.ts'
import type { JournalHealth } from '../../../shared/health.ts'
import { EVENTS, EXPORT, JOURNAL, STATE } from './history-schema.ts'
import { type EventsQuery, type ExportQuery, filterFrom, QueryError, type StateQuery, timeOf } from './query-schema.ts'
import { Slots } from './slots.ts'

/** Exports at a time: each reads the journal as fast as its viewer takes it. */
const MAX_EXPORTS = 2

/** Searches that may wait for the journal's one reader, which gives each a bounded time. */
const MAX_QUERIES = 32
const MAX_QUERIES_PER_ADDRESS = 16

/** What the routes need of the core. */
export interface History {
  query(query: EventQuery): Promise<EventPage>
  stateAt(time: number): Promise<PastState | null>
  readonly health: JournalHealth
  now(): number
}

const JSON_TYPE = 'application/json; charset=utf-8'

/** What was: events, the state at a past moment, and exports. */
export function historyRoutes(app: FastifyInstance, history: History): void {
  const exports = new Slots('exports', MAX_EXPORTS, MAX_EXPORTS)
  const queries = new Slots('searches', MAX_QUERIES, MAX_QUERIES_PER_ADDRESS)

  /** The event at one end of the journal. */
  const end = async (order: 'asc' | 'desc'): Promise<AndonEvent | null> => {
    const { texts } = await history.query({ order, limit: 1 })
    return texts[0] === undefined ? null : (JSON.parse(texts[0]) as AndonEvent)
  }

  app.get<{ Querystring: EventsQuery }>('/api/v1/events', { schema: EVENTS }, async (request, reply) => {
    const { order = 'desc', limit = 100, cursor, ...filters } = request.query
    const query = { ...filterFrom(filters), order, limit, cursor }
    const page = await queries.during(request.socket.remoteAddress, () => history.query(query))
    const next = page.next === null ? 'null' : `"${page.next}"`
    return reply.type(JSON_TYPE).send(`{"events":[${page.texts.join(',')}],"next":${next}}`)
  })

  app.get<{ Querystring: StateQuery }>('/api/v1/state', { schema: STATE }, async (request, reply) => {
    const at = request.query.at === undefined ? history.now() : timeOf(request.query.at)
    const past = await queries.during(request.socket.remoteAddress, () => history.stateAt(at))
    if (!past) throw new QueryError('The journal does not reach back to that moment.')
    const { offset, time, state } = past
    return reply.type(JSON_TYPE).send(`{"at":${at},"offset":${offset},"time":${time},"state":${state}}`)
  })

  app.get('/api/v1/journal', { schema: JOURNAL }, async () => {
    const [first, last] = [await end('asc'), await end('desc')]
    const { state, durable, bytes, lost } = history.health
    return { first: pointOf(first), last: pointOf(last), now: history.now(), state, durable, bytes, lost }
  })

  app.get<{ Querystring: ExportQuery }>('/api/v1/export', { schema: EXPORT }, async (request, reply) => {
    const { format = 'ndjson', ...filters } = request.query
    const filter = filterFrom(filters)
    const giveBack = exports.take(request.socket.remoteAddress)
    reply.raw.once('close', giveBack)
    const newest = (await end('desc'))?.offset ?? 0
    const ends = await Promise.all(
      (['asc', 'desc'] as const).map(async (order) => {
        const [text] = (await history.query({ ...filter, order, limit: 1 })).texts
        return text === undefined ? 0 : (JSON.parse(text) as AndonEvent).offset
      }),
    )
    const chunks = Readable.from(
      exportEvents((query) => history.query(query), filter, format, newest),
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

function pointOf(event: AndonEvent | null): { offset: number; time: number } | null {
  return event && { offset: event.offset, time: event.time }
}
