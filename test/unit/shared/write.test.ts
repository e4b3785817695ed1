import { describe, expect, test } from 'vitest'
import type { TagDescription } from '../../../src/shared/plant.ts'
import { valueObjection, writeOf } from '../../../src/shared/write.ts'

describe('[O6] a value', () => {
  const integer: TagDescription = { type: 'integer', min: 0, max: 255, unit: 'rpm' }
  const number: TagDescription = { type: 'number', min: 0.5 }

  test.each([
    [integer, 0, null],
    [integer, 255, null],
    [integer, 256, 'out_of_range: t must be from 0 to 255 rpm.'],
    [integer, -1, 'out_of_range: t must be from 0 to 255 rpm.'],
    [integer, 1.5, 'wrong_type: t must be a whole number.'],
    [integer, 2 ** 53, 'wrong_type: t must be a whole number.'],
    [integer, '1', 'wrong_type: t must be a whole number.'],
    [integer, true, 'wrong_type: t must be a whole number.'],
    [integer, null, 'wrong_type: t must be a whole number.'],
    [number, 0.5, null],
    [number, 0.49, 'out_of_range: t must be at least 0.5.'],
    [{ type: 'number', max: 10 }, 10.1, 'out_of_range: t must be at most 10.'],
    [{ type: 'number' }, 1e300, null],
    [number, Infinity, 'wrong_type: t must be a number.'],
    [number, Number.NaN, 'wrong_type: t must be a number.'],
    [number, [1], 'wrong_type: t must be a number.'],
    [{ type: 'boolean' }, false, null],
    [{ type: 'boolean' }, 0, 'wrong_type: t must be true or false.'],
    [{ type: 'boolean' }, 'true', 'wrong_type: t must be true or false.'],
    [{ type: 'string' }, '', null],
    [{ type: 'string' }, 'x'.repeat(500), null],
    [{ type: 'string' }, 'x'.repeat(501), 'wrong_type: t must be a text of at most 500 characters.'],
    [{ type: 'string' }, undefined, 'wrong_type: t must be a text of at most 500 characters.'],
  ] satisfies [TagDescription, unknown, string | null][])('for %j: %j: %s', (tag, value, expected) => {
    const objection = valueObjection('t', tag, value)
    expect(objection && `${objection.refusal}: ${objection.reason}`).toBe(expected)
  })
})

test('[O4] a write names the device and the value, and is confirmed by the tag within its tolerance', () => {
  expect(writeOf('motor', 'speed', { type: 'number' }, 1)).toEqual({
    payload: { device_id: 'motor', speed: 1 },
    expectation: { kind: 'tag', device: 'motor', tag: 'speed', value: 1, tolerance: 0 },
  })
  expect(writeOf('valve', 'value', { type: 'boolean', field: 'state', tolerance: 2 }, true)).toEqual({
    payload: { device_id: 'valve', state: true },
    expectation: { kind: 'tag', device: 'valve', tag: 'value', value: true, tolerance: 2 },
  })
})

test('a tag of any name is a key like any other', () => {
  const { payload } = writeOf('motor', '__proto__', { type: 'number' }, 1)
  expect(JSON.stringify(payload)).toBe('{"device_id":"motor","__proto__":1}')
})
