import { expect, test } from 'vitest'
import { RELOAD_WAITS, RELOAD_WINDOW_MS, ReloadPolicy } from '../../../src/main/shell/reload-policy.ts'

test('each death in a row waits longer, and the one after the last wait is the end', () => {
  const policy = new ReloadPolicy()
  expect(RELOAD_WAITS.map((_, i) => policy.died(i))).toEqual(RELOAD_WAITS)
  expect([...RELOAD_WAITS].toSorted((a, b) => a - b)).toEqual(RELOAD_WAITS)
  expect(policy.died(100)).toBeNull()
  expect(policy.died(101)).toBeNull()
})

test('deaths of long ago do not count, nor those before somebody tried again', () => {
  const policy = new ReloadPolicy()
  for (const _ of RELOAD_WAITS) policy.died(0)
  expect(policy.died(RELOAD_WINDOW_MS)).toBe(RELOAD_WAITS[0])
  for (const _ of RELOAD_WAITS) policy.died(RELOAD_WINDOW_MS + 1)
  policy.forget()
  expect(policy.died(RELOAD_WINDOW_MS + 2)).toBe(RELOAD_WAITS[0])
})
