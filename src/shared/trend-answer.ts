import Type from 'typebox'

const Times = (description: string) => Type.Array(Type.Number(), { description })

/** What is shown of one tag; one place in each list for every bucket that holds a value, oldest first. */
export const TrendSeriesSchema = Type.Object({
  tag: Type.String({ description: 'machine/device/tag; / and % in a name are written %2F and %25.' }),
  /** Values are 0 and 1. */
  boolean: Type.Boolean({ description: 'The values are false and true, written 0 and 1.' }),
  interval: Type.Union([Type.Number(), Type.Null()], {
    description: 'Milliseconds between two values as a rule; null where the tag is sent when it changes, or rarely.',
  }),
  from: Times('When the first value of each bucket was so, epoch milliseconds.'),
  to: Times('When the last one was so.'),
  min: Times('The least value of each bucket.'),
  max: Times('The greatest value.'),
  first: Times('The first value.'),
  last: Times('The last value.'),
  quality: Type.Array(Type.Integer({ minimum: 0, maximum: 2 }), {
    description: '0: good. 1: some of it is uncertain. 2: some of it is missing or bad.',
  }),
  gaps: Type.Array(Type.Tuple([Type.Number(), Type.Union([Type.Number(), Type.Null()])]), {
    description: 'From when to when there is no value; the end is null where there is none yet.',
  }),
})
export type TrendSeries = Type.Static<typeof TrendSeriesSchema>

export const TrendAnswerSchema = Type.Object({
  from: Type.Number({ description: 'Beginning of the first bucket, epoch milliseconds.' }),
  to: Type.Number({ description: 'End of the last bucket.' }),
  step: Type.Number({ description: 'Width of a bucket, milliseconds.' }),
  level: Type.Enum(['raw', 'minute', 'five_minutes', 'hour'] as const, {
    description: 'What the buckets were made of. Their values are exact in any case.',
  }),
  series: Type.Array(TrendSeriesSchema, { description: 'In the order asked for; empty where nothing is recorded.' }),
})
export type TrendAnswer = Type.Static<typeof TrendAnswerSchema>

export const RecordedTagSchema = Type.Object({
  tag: Type.String(),
  machine: Type.String(),
  device: Type.String(),
  name: Type.String(),
  boolean: Type.Boolean(),
  first: Type.Number({ description: 'When the oldest value was so, epoch milliseconds.' }),
  last: Type.Number(),
  interval: Type.Union([Type.Number(), Type.Null()]),
})
export type RecordedTag = Type.Static<typeof RecordedTagSchema>

export const RecordedTagsSchema = Type.Object({ tags: Type.Array(RecordedTagSchema) })
