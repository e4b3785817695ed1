import { expect, test } from 'vitest'
import { NEVER, RUN_BROKEN, RUN_UNCERTAIN, runColumns, runsFrom, runsOf } from '../../../src/core/trend-runs.ts'
import { SAMPLE_QUALITY, Samples } from '../../../src/core/trend-samples.ts'

test('a run keeps the ends, the extremes, the longest silence and what was doubtful', () => {
  const samples = new Samples()
  samples.push(60_000, 0, SAMPLE_QUALITY.none)
  samples.push(61_000, 4, SAMPLE_QUALITY.good)
  samples.push(62_000, -1, SAMPLE_QUALITY.uncertain)
  samples.push(63_000, 99, SAMPLE_QUALITY.bad)
  samples.push(69_000, 8, SAMPLE_QUALITY.good)
  samples.push(70_000, 0, SAMPLE_QUALITY.none)
  samples.push(180_000, 5, SAMPLE_QUALITY.good)
  const runs = runsOf(samples, 60_000)
  const rows = runColumns(runs).map((column) => [...column])
  expect(Object.fromEntries(Object.keys(runs).map((name, i) => [name, rows[i]]))).toEqual({
    lead: [60_000, NEVER],
    firstTime: [61_000, 180_000],
    lastTime: [69_000, 180_000],
    trail: [70_000, NEVER],
    min: [-1, 5],
    max: [8, 5],
    first: [4, 5],
    last: [8, 5],
    longest: [7_000, 0],
    flags: [RUN_UNCERTAIN | RUN_BROKEN, 0],
    count: [3, 1],
  })
  expect(runsFrom(runColumns(runs))).toEqual(runs)
})
