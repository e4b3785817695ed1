import { expect, test } from 'vitest'
import { trendCsv } from '../../../src/core/trend-csv.ts'
import { SAMPLE_QUALITY, Samples } from '../../../src/core/trend-samples.ts'

test('a line for each sample of that time, with no number where there was none', () => {
  const samples = new Samples()
  samples.push(0, 1, SAMPLE_QUALITY.good)
  samples.push(1_000, 2.5, SAMPLE_QUALITY.uncertain)
  samples.push(2_000, 0, SAMPLE_QUALITY.none)
  samples.push(3_000, 9, SAMPLE_QUALITY.bad)
  samples.push(9_000, 9, SAMPLE_QUALITY.good)
  expect(trendCsv({ machine: 'a', device: 'b,c', tag: '-x' }, samples, 1_000, 3_000)).toBe(
    [
      `1970-01-01T00:00:01.000Z,a,"b,c",'-x,2.5,uncertain`,
      `1970-01-01T00:00:02.000Z,a,"b,c",'-x,,none`,
      `1970-01-01T00:00:03.000Z,a,"b,c",'-x,9,bad`,
      '',
    ].join('\r\n'),
  )
})
