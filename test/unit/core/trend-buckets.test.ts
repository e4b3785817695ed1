import { expect, test } from 'vitest'
import { BUCKET_QUALITY, Bucketer, type Buckets } from '../../../src/core/trend-buckets.ts'
import { runsOf } from '../../../src/core/trend-runs.ts'
import { SAMPLE_QUALITY, Samples } from '../../../src/core/trend-samples.ts'

type Row = readonly [time: number, value: number, quality?: keyof typeof SAMPLE_QUALITY]

function samples(...rows: readonly Row[]): Samples {
  const made = new Samples()
  for (const [time, value, quality = 'good'] of rows) made.push(time, value, SAMPLE_QUALITY[quality])
  return made
}

const GRID = { from: 1_000, to: 5_000, step: 1_000, interval: null as number | null }

function buckets(rows: readonly Row[], interval: number | null = null): Buckets {
  const bucketer = new Bucketer({ ...GRID, interval })
  bucketer.takeSamples(samples(...rows))
  return bucketer.done()
}

test('a bucket says what is least, greatest, first and last, and never an average', () => {
  const rows: Row[] = [
    [1_100, 5],
    [1_200, 900],
    [1_300, -3],
    [1_900, 7],
    [2_500, 1],
  ]
  expect(buckets(rows)).toEqual({
    from: [1_100, 2_500],
    to: [1_900, 2_500],
    min: [-3, 1],
    max: [900, 1],
    first: [5, 1],
    last: [7, 1],
    quality: [0, 0],
    gaps: [],
  })
})

test('the last value before and the first one after stand at the edges, and nothing beyond', () => {
  const rows: Row[] = [
    [100, 1],
    [900, 2],
    [2_000, 3],
    [5_000, 4],
    [6_000, 5],
  ]
  expect(buckets(rows)).toMatchObject({ from: [900, 2_000, 5_000], last: [2, 3, 4] })
})

test('where a machine says that it has no value, there is a gap from then to the next one', () => {
  const rows: Row[] = [
    [1_100, 1],
    [1_500, 0, 'none'],
    [3_000, 2],
    [3_500, 9, 'bad'],
  ]
  expect(buckets(rows)).toMatchObject({
    last: [1, 2],
    gaps: [
      [1_500, 3_000],
      [3_500, null],
    ],
  })
})

test('silence is a gap only for a tag with a rule', () => {
  const rows: Row[] = [
    [1_100, 1],
    [3_900, 2],
  ]
  expect(buckets(rows).gaps).toEqual([])
  expect(buckets(rows, 500).gaps).toEqual([[1_100, 3_900]])
})

test('a gap or a doubt within a bucket is told by its quality', () => {
  const doubt: Row[] = [
    [1_100, 1],
    [1_200, 2, 'uncertain'],
  ]
  expect(buckets(doubt).quality).toEqual([BUCKET_QUALITY.uncertain])
  const hole: Row[] = [
    [1_100, 1],
    [1_200, 9, 'bad'],
    [1_300, 2],
  ]
  expect(buckets(hole)).toMatchObject({ quality: [BUCKET_QUALITY.broken], max: [2], gaps: [] })
})

test('runs give the same buckets as the samples that they were made of', () => {
  const rows = Array.from({ length: 200 }, (_, i): Row => {
    if (i % 17 === 5) return [900 + i * 23, 0, 'none']
    return [900 + i * 23, Math.sin(i) * 10, i % 11 === 3 ? 'uncertain' : 'good']
  })
  const bucketer = new Bucketer({ ...GRID, interval: 23 })
  bucketer.takeRuns(runsOf(samples(...rows), 100))
  const fromRuns = bucketer.done()
  const fromSamples = buckets(rows, 23)
  expect({ ...fromRuns, from: fromRuns.from.slice(1, -1), to: fromRuns.to.slice(1, -1) }).toEqual({
    ...fromSamples,
    from: fromSamples.from.slice(1, -1),
    to: fromSamples.to.slice(1, -1),
  })
})
