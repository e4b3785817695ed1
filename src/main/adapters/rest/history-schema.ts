import Type from 'typebox'
import { AndonEventSchema } from '../../../shared/event.ts'
import { StateSchema } from '../../../shared/state.ts'
import { problem, BAD_QUERY } from './problem-schema.ts'
import { EventsQuerySchema, ExportQuerySchema, StateQuerySchema } from './query-schema.ts'

const tags = ['History']

const EVENT = {
  offset: 42,
  time: 1795236900640,
  origin: 'machine',
  body: { machine_name: 'lamp', type: 'state_change', payload: { from_state: 'red', to_state: 'green' } },
}

const NO_JOURNAL = problem('The journal cannot be read', 'io', 'The journal cannot be read.')
const PointSchema = Type.Union([Type.Object({ offset: Type.Integer(), time: Type.Integer() }), Type.Null()])

export const EVENTS = {
  tags,
  operationId: 'events',
  summary: 'Events, newest first',
  description: 'A search is bounded in time: a page may be short, even empty, and still have a `next`.',
  querystring: EventsQuerySchema,
  response: {
    200: Type.Object(
      {
        events: Type.Array(AndonEventSchema),
        next: Type.Union([Type.String(), Type.Null()], { description: 'Goes into `cursor` for the following page.' }),
      },
      { description: 'A page of events', examples: [{ events: [EVENT], next: '42' }] },
    ),
    400: BAD_QUERY,
    503: NO_JOURNAL,
  },
}

export const STATE = {
  tags,
  operationId: 'state',
  summary: 'The folded state at a past moment',
  querystring: StateQuerySchema,
  response: {
    200: Type.Object(
      {
        at: Type.Integer({ description: 'The moment that was asked for, epoch milliseconds.' }),
        offset: Type.Integer({ description: 'Of the last event up to then.' }),
        time: Type.Integer({ description: 'Of that event, epoch milliseconds.' }),
        state: StateSchema,
      },
      { description: 'The state' },
    ),
    400: BAD_QUERY,
    503: NO_JOURNAL,
  },
}

export const JOURNAL = {
  tags,
  operationId: 'journal',
  summary: 'The ends of the journal, how far it is durable, its size',
  response: {
    200: Type.Object(
      {
        first: PointSchema,
        last: PointSchema,
        now: Type.Integer({ description: 'The panel’s clock, epoch milliseconds.' }),
        state: Type.String(),
        durable: Type.Integer({ description: 'Everything up to this offset outlives a crash.' }),
        bytes: Type.Union([Type.Integer(), Type.Null()]),
        lost: Type.Integer({ description: 'Events that could not be kept.' }),
      },
      {
        description: 'The journal',
        examples: [
          {
            first: { offset: 1, time: 1795236900640 },
            last: { offset: 42, time: 1795236999640 },
            now: 1795236999700,
            state: 'durable',
            durable: 42,
            bytes: 65536,
            lost: 0,
          },
        ],
      },
    ),
    503: NO_JOURNAL,
  },
}

export const EXPORT = {
  tags,
  operationId: 'export',
  summary: 'Events as a download',
  description: 'The headers X-Andon-First-Offset and X-Andon-Last-Offset name the ends.',
  querystring: ExportQuerySchema,
  response: {
    200: {
      description: 'One event a line',
      content: {
        'application/x-ndjson': { schema: { type: 'string', examples: [`${JSON.stringify(EVENT)}\n`] } },
        'text/csv': { schema: { type: 'string' } },
      },
    },
    400: BAD_QUERY,
    429: problem('Two exports are running already', 'busy', 'Other exports are running. Try again later.'),
    503: NO_JOURNAL,
  },
}
