import Type from 'typebox'
import { EXPORT_FORMATS } from '../../../core/export.ts'
import type { EventQuery } from '../../../core/event-query.ts'
import { FAMILIES } from '../../../shared/family.ts'
import { MAX_LOG_FILTER, parseLogFilter } from '../../../shared/log-filter.ts'
import { LOG_LEVELS } from '../../../shared/machine.ts'
import { toMilliseconds } from '../../../shared/source-time.ts'
import { ApiError } from './api-error.ts'

/** Most events in one answer. */
const MAX_LIMIT = 1_000

const TimeSchema = Type.String({
  minLength: 1,
  maxLength: 40,
  description: 'ISO 8601, or epoch seconds or milliseconds.',
})

const filters = {
  machine: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  type: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  family: Type.Optional(Type.Enum(FAMILIES)),
  level: Type.Optional(Type.Enum(LOG_LEVELS)),
  text: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'Anywhere in the event, upper and lower case alike.' }),
  ),
  log: Type.Optional(
    Type.String({
      minLength: 2,
      maxLength: MAX_LOG_FILTER,
      description: 'Log lines alone, by a filter as in a channel `log:<filter>`: {"level":["error"],"tag":"pump"}.',
    }),
  ),
  from: Type.Optional(TimeSchema),
  to: Type.Optional(TimeSchema),
}

export const EventsQuerySchema = Type.Object(
  {
    ...filters,
    order: Type.Optional(Type.Enum(['asc', 'desc'] as const)),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT, default: 100 })),
    cursor: Type.Optional(Type.Integer({ minimum: 0, description: '`next` of the page before.' })),
  },
  { additionalProperties: false },
)
export type EventsQuery = Type.Static<typeof EventsQuerySchema>

export const ExportQuerySchema = Type.Object(
  { ...filters, format: Type.Optional(Type.Enum(EXPORT_FORMATS)) },
  { additionalProperties: false },
)
export type ExportQuery = Type.Static<typeof ExportQuerySchema>

export const StateQuerySchema = Type.Object({ at: Type.Optional(TimeSchema) }, { additionalProperties: false })
export type StateQuery = Type.Static<typeof StateQuerySchema>

/** A time of a query, epoch milliseconds; throws a sentence for people. */
export function timeOf(value: string): number {
  const time = toMilliseconds(/^\d+(\.\d+)?$/.test(value) ? Number(value) : value)
  if (time === null) throw new QueryError(`"${value}" is no time. Use ISO 8601, or epoch seconds or milliseconds.`)
  return time
}

/** What is wrong with a query, for whoever sent it. */
export class QueryError extends ApiError {
  constructor(message: string) {
    super(400, 'bad_query', message)
  }
}

export function filterFrom(query: Omit<ExportQuery, 'format'>): Omit<EventQuery, 'order' | 'limit' | 'cursor'> {
  const { from, to, log: asked, ...rest } = query
  const log = asked === undefined ? undefined : parseLogFilter(asked)
  if (log === null) throw new QueryError('The query is not right: log is no filter of log lines.')
  return {
    ...rest,
    log,
    from: from === undefined ? undefined : Math.floor(timeOf(from)),
    to: to === undefined ? undefined : Math.floor(timeOf(to)),
  }
}
