import { expect, test } from 'vitest'
import { telemetryTag } from '../../../src/shared/tag.ts'

const tag = (type: string, payload: Readonly<Record<string, unknown>>): string | null => telemetryTag({ type, payload })

test('updates of the same device with the same tags replace each other, whatever their order', () => {
  const one = tag('device_update', { device_id: 'm', new_state: { speed: 1, torque: 2 } })
  expect(one).not.toBeNull()
  expect(tag('device_update', { device_id: 'm', new_state: { torque: 9, speed: 8 } })).toBe(one)
})

test('an update that brings other tags, or is of another device, replaces nothing', () => {
  const one = tag('device_update', { device_id: 'm', new_state: { speed: 1 } })
  expect(tag('device_update', { device_id: 'm', new_state: { torque: 1 } })).not.toBe(one)
  expect(tag('device_update', { device_id: 'n', new_state: { speed: 1 } })).not.toBe(one)
})

test('an update that names another type of the device, or none, replaces nothing', () => {
  const update = (device_type?: string): string | null =>
    tag('device_update', {
      device_id: 'm',
      new_state: { speed: 1 },
      ...(device_type === undefined ? {} : { device_type }),
    })
  expect(update('motor')).toBe(update('motor'))
  expect(new Set([update('motor'), update('servo'), update()]).size).toBe(3)
})

test('two tags of one device are two', () => {
  expect(tag('tag_update', { device_id: 'm', tag: 'a' })).not.toBe(tag('tag_update', { device_id: 'm', tag: 'b' }))
  expect(tag('tag_update', { tag: 'a' })).toBe(tag('tag_update', { tag: 'a', value: 2 }))
})

test('what is no telemetry, says more than values, or cannot be told apart is never conflated', () => {
  expect(tag('state_change', { device_id: 'm', new_state: { speed: 1 } })).toBeNull()
  expect(tag('device_update', { device_id: 'm', status: 'offline', new_state: { speed: 1 } })).toBeNull()
  expect(tag('device_update', { device_id: 'm' })).toBeNull()
  expect(tag('device_update', { device_id: 'm', new_state: [1], current_value: { speed: 1 } })).toBeNull()
  expect(tag('device_update', { device_id: 7, new_state: { speed: 1 } })).toBeNull()
  expect(tag('tag_update', { device_id: 'm' })).toBeNull()
})
