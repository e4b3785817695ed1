import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { garbage } from '../../../src/demo/garbage.ts'
import { DatagramSchema, datagramType, MAX_DEPTH } from '../../../src/shared/datagram.ts'

const ARE_TOO_LARGE = 65_536

/** What a careful reader would do, written down a second time and slowly. */
function acceptable(bytes: Buffer): boolean {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return false
  }
  const depth = Math.max(0, ...(bytes.toString().match(/[[{]+/g) ?? []).map((run) => run.length))
  return (
    bytes.length < ARE_TOO_LARGE &&
    depth < MAX_DEPTH &&
    Value.Check(DatagramSchema, value) &&
    datagramType(value) !== undefined
  )
}

test.each(garbage().map((one) => [one.what, one] as const))('%s', (_what, { bytes, valid }) => {
  expect(acceptable(bytes)).toBe(valid)
})
