import { describe, expect, test } from 'vitest'
import { findDevice } from '../../../src/core/find-device.ts'
import { CoreStage } from '../../support/core-stage.ts'

function devices(...names: readonly (readonly [string, string])[]): CoreStage['hub']['folded']['devices'] {
  const stage = new CoreStage()
  for (const [machine, device_id] of names)
    stage.event(machine, 'device_update', { device_id, new_state: { speed: 1 } })
  return stage.hub.folded.devices
}

describe('[V1] a device is found', () => {
  const plant = devices(['press', 'motor_01'], ['oven', 'motor_01'], ['oven', 'lamp'])

  test.each([
    ['press/motor_01', 'press'],
    ['oven/motor_01', 'oven'],
    ['lamp', 'oven'],
    ['oven/lamp', 'oven'],
  ])('by %s: that of %s', (reference, machine) => {
    expect(findDevice(plant.values(), reference)).toMatchObject({ kind: 'found', device: { machine } })
  })

  test('by its id alone only where one machine has it', () => {
    expect(findDevice(plant.values(), 'motor_01')).toEqual({ kind: 'ambiguous', machines: ['press', 'oven'] })
  })

  test.each(['nope', 'press/lamp', 'press', 'press/', '/motor_01', '', '__proto__', 'PRESS/MOTOR_01'])(
    'not by “%s”',
    (reference) => expect(findDevice(plant.values(), reference)).toEqual({ kind: 'unknown' }),
  )

  test('by the whole of its name before the id of another one', () => {
    const twins = devices(['oven', 'press/motor_01'], ['press', 'motor_01'])
    expect(findDevice(twins.values(), 'press/motor_01')).toMatchObject({ device: { machine: 'press', id: 'motor_01' } })
  })
})
