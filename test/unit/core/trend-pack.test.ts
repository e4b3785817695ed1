import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { packColumns, unpackColumns } from '../../../src/core/trend-pack.ts'
import { fuzzSeed } from '../../support/random.ts'

const through = (...columns: number[][]): number[][] =>
  unpackColumns(packColumns(columns.map((column) => Float64Array.from(column)))).map((column) => [...column])

test('columns come back exactly, whatever numbers they hold', () => {
  const anything = fc.double({ noNaN: true })
  const reading = fc.integer({ min: -1e7, max: 1e7 }).map((each) => each / 100)
  const time = fc.integer({ min: 0, max: 4e12 })
  const column = fc.oneof(fc.array(anything), fc.array(reading), fc.array(time))
  fc.assert(
    fc.property(fc.array(column, { maxLength: 4 }), (columns) => {
      expect(through(...columns)).toEqual(columns)
    }),
    { seed: fuzzSeed() | 0 },
  )
})

test('minus nought and endless numbers are what they were', () => {
  expect(Object.is(through([1, -0])[0]?.[1], -0)).toBe(true)
  expect(through([Infinity, -Infinity, 2 ** 60])).toEqual([[Infinity, -Infinity, 2 ** 60]])
})

test('regular times and readings take about a byte or two each', () => {
  const times = Float64Array.from({ length: 3_600 }, (_, i) => 1_795_236_900_000 + i * 1_000)
  const values = Float64Array.from({ length: 3_600 }, (_, i) => Math.round(200 + Math.sin(i / 30) * 50) / 10)
  expect(packColumns([times, values]).length).toBeLessThan(3_600 * 3.2)
})

test('damaged bytes are refused, never a wrong answer’s worth of memory', () => {
  const bytes = packColumns([Float64Array.from([1, 2, 3, 1_000_000])])
  expect(() => unpackColumns(bytes.subarray(0, bytes.length - 1))).toThrow(RangeError)
  expect(() => unpackColumns(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0))).toThrow(RangeError)
  expect(() => unpackColumns(Uint8Array.of(4, 255, 0))).toThrow(RangeError)
})
