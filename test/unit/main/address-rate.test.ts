import { expect, test } from 'vitest'
import { AddressRate } from '../../../src/main/adapters/address-rate.ts'

test('[L6] what comes too fast from one address waits its turn, then is refused; others do not notice', () => {
  const rate = new AddressRate({ perSecond: 10, burst: 3, waitMs: 250 })
  const waits = Array.from({ length: 6 }, () => rate.wait('10.0.0.1', 1_000))
  expect(waits).toEqual([0, 0, 0, 100, 200, null])
  expect(rate.wait('::ffff:10.0.0.1', 1_000)).toBeNull()
  expect(rate.wait('10.0.0.2', 1_000)).toBe(0)
  expect(rate.wait('10.0.0.1', 1_200)).toBe(100)
  expect(rate.wait('10.0.0.1', 9_000)).toBe(0)
})

test('[L6] what is charged is waited for, but never longer than the longest wait', () => {
  const rate = new AddressRate({ perSecond: 10, burst: 3, waitMs: 250 })
  rate.charge('10.0.0.1', 4, 1_000)
  expect(rate.wait('10.0.0.1', 1_000)).toBe(200)
  for (let i = 0; i < 10; i += 1) rate.charge('10.0.0.1', 4, 1_000)
  expect(rate.wait('10.0.0.1', 1_000)).toBeNull()
  expect(rate.wait('10.0.0.1', 1_100)).toBe(250)
  expect(rate.wait('10.0.0.2', 1_000)).toBe(0)
})

test('addresses that have nothing to wait for are forgotten', () => {
  const rate = new AddressRate({ perSecond: 10, burst: 1, waitMs: 0 })
  for (let i = 0; i < 5_000; i += 1) expect(rate.wait(`10.0.${i >> 8}.${i & 255}`, i * 1_000)).toBe(0)
})
