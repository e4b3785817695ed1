import Type from 'typebox'
import { RecordedTagsSchema, TrendAnswerSchema } from '../../../shared/trend-answer.ts'
import { MAX_TREND_TAGS } from '../../../shared/trend-tag.ts'
import { BAD_QUERY, problem } from './problem-schema.ts'

const tags = ['History']

const NO_TRENDS = problem('The trends cannot be read', 'io', 'The disk reports an error.')

const TimeSchema = Type.String({
  minLength: 1,
  maxLength: 40,
  description: 'ISO 8601, or epoch seconds or milliseconds.',
})

/** Three names of at most 128 characters, each perhaps escaped. */
const ReferenceSchema = Type.String({ minLength: 5, maxLength: 1_200 })

const TrendsQuerySchema = Type.Object(
  {
    tag: Type.Union([ReferenceSchema, Type.Array(ReferenceSchema, { minItems: 1, maxItems: MAX_TREND_TAGS })], {
      description: `machine/device/tag, / and % in a name written %2F and %25. Repeatable, at most ${MAX_TREND_TAGS}.`,
    }),
    from: Type.Optional(TimeSchema),
    to: Type.Optional(TimeSchema),
    points: Type.Optional(
      Type.Integer({ minimum: 2, maximum: 4_000, default: 500, description: 'Most buckets of each tag.' }),
    ),
    format: Type.Optional(Type.Enum(['json', 'csv'] as const)),
  },
  { additionalProperties: false },
)
export type TrendsQuery = Type.Static<typeof TrendsQuerySchema>

const EXAMPLE = {
  from: 1795236900000,
  to: 1795236960000,
  step: 1000,
  level: 'raw',
  series: [
    {
      tag: 'cell_1/motor_01/speed',
      boolean: false,
      interval: 1000,
      from: [1795236900640],
      to: [1795236900640],
      min: [120],
      max: [120],
      first: [120],
      last: [120],
      quality: [0],
      gaps: [],
    },
  ],
}

export const TRENDS = {
  tags,
  operationId: 'trends',
  summary: 'Recorded values over time',
  description:
    'The last five minutes unless told otherwise. In as many buckets as `points` allows, of every value what is least, greatest, first and last: exact at every width, never an average. `format=csv` gives every value as it came.',
  querystring: TrendsQuerySchema,
  response: {
    200: {
      description: 'The values of each tag',
      content: {
        'application/json': { schema: Type.Object(TrendAnswerSchema.properties, { examples: [EXAMPLE] }) },
        'text/csv': { schema: { type: 'string' } },
      },
    },
    400: BAD_QUERY,
    429: problem('Two exports are running already', 'busy', 'Other exports are running. Try again later.'),
    503: NO_TRENDS,
  },
}

export const TREND_TAGS = {
  tags,
  operationId: 'trendTags',
  summary: 'The tags whose values are recorded',
  response: { 200: { ...RecordedTagsSchema, description: 'The tags' }, 503: NO_TRENDS },
}
