import * as fc from 'fast-check'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { type Origin, viewEvent } from '../../../src/shared/event.ts'
import { type HardwareHealth, HardwareHealthSchema } from '../../../src/shared/execution.ts'
import { foldHardware, MAX_HARDWARE } from '../../../src/shared/fold/hardware.ts'

function folding() {
  const hardware = new Map<string, HardwareHealth>()
  let offset = 0
  const take = (machine: string, payload: unknown, origin: Origin = 'machine', type = 'hardware_health_update') => {
    offset += 1
    const body = { machine_name: machine, type, payload }
    return foldHardware(hardware, viewEvent({ offset, time: offset * 1_000, origin, body }))
  }
  return { hardware, take }
}

test('a machine’s latest health is kept', () => {
  const { hardware, take } = folding()
  take('m', { controllersOnline: 3, totalControllers: 4, criticalIssuesCount: 1, hasIssues: true })
  const changed = take('m', { controllersOnline: 4, totalControllers: 4, criticalIssuesCount: 0 })
  const health = { machine: 'm', time: 2_000, controllersOnline: 4, totalControllers: 4, criticalIssues: 0 }
  expect(changed).toEqual(health)
  expect([...hardware.values()]).toEqual([health])
})

test('what it does not say, or says as no count, is not known', () => {
  const { take } = folding()
  expect(take('m', { controllersOnline: -1, totalControllers: '4' })).toMatchObject({
    controllersOnline: null,
    totalControllers: null,
    criticalIssues: null,
  })
})

test('only a machine’s own health updates say it', () => {
  const { hardware, take } = folding()
  expect(take('m', {}, 'panel')).toBeUndefined()
  expect(take('m', {}, 'operator')).toBeUndefined()
  expect(take('m', {}, 'machine', 'device_update')).toBeUndefined()
  expect(hardware.size).toBe(0)
})

test('invented machines do not grow it without end', () => {
  const { hardware, take } = folding()
  for (let i = 0; i < MAX_HARDWARE + 1; i += 1) take(`m${i}`, {})
  expect(hardware.size).toBe(MAX_HARDWARE - MAX_HARDWARE / 10 + 1)
  expect([hardware.has('m0'), hardware.has(`m${MAX_HARDWARE}`)]).toEqual([false, true])
})

test('no payload makes it throw or leave what its schema does not allow', () => {
  const odd = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom<unknown>(1e308, 0.5, Infinity, -0))
  const payload = fc.oneof(
    odd,
    fc.record({ controllersOnline: odd, totalControllers: odd, criticalIssuesCount: odd }, { requiredKeys: [] }),
  )
  fc.assert(
    fc.property(payload, (one) => {
      const health = folding().take('m', one)
      expect(Value.Check(HardwareHealthSchema, health)).toBe(true)
      expect(JSON.parse(JSON.stringify(health))).toEqual(health)
    }),
    { numRuns: 500, seed: 4 },
  )
})
