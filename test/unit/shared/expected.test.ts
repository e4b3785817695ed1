import { describe, expect, test } from 'vitest'
import type { Payload } from '../../../src/shared/datagram.ts'
import { expectedOf } from '../../../src/shared/expected.ts'
import { PlantLookup } from '../../../src/shared/plant-lookup.ts'
import { CoreStage } from '../../support/core-stage.ts'

const PLANT = new PlantLookup({
  machines: {
    press: {
      commands: { start: { state: 'loading' }, go: {}, pause: { state: 'held' } },
      devices: {
        pump: { tags: { power: { type: 'number', tolerance: 0.5, field: 'watts' }, mode: { type: 'string' } } },
      },
    },
  },
})

function expected(type: string, payload: Payload = {}, { machine = 'press', flow = false } = {}): unknown {
  const stage = new CoreStage()
  stage.event('press', 'device_update', { device_id: 'motor', device_type: 'motor', new_state: { speed: 0 } })
  if (flow) stage.event(machine, 'flow_status_changed', { programId: 'p', status: 'running' })
  return expectedOf(PLANT, stage.hub.folded, machine, type, payload)
}

const TRANSITION = { kind: 'transition' }
const event = (types: string[], execution: string | null, status: string | null = null): object => ({
  kind: 'event',
  types,
  execution,
  status,
})

describe('[O4] without an expectation', () => {
  test('the state that is described confirms, of the template too', () => {
    expect(expected('start')).toEqual({ kind: 'state', state: 'loading' })
    expect(expected('start', {}, { machine: 'press_001' })).toEqual({ kind: 'state', state: 'loading' })
  })

  test.each(['go', 'whatever', 'constructor', '__proto__', 'toString'])('“%s” is confirmed by any transition', (type) =>
    expect(expected(type)).toEqual(TRANSITION),
  )

  test.each([
    [
      { device_id: 'motor', speed: 7 },
      { kind: 'tag', device: 'motor', tag: 'speed', value: 7, tolerance: 0 },
    ],
    [
      { device_id: 'pump', watts: 7 },
      { kind: 'tag', device: 'pump', tag: 'power', value: 7, tolerance: 0.5 },
    ],
    // Of several the first one, whatever stands before it.
    [
      { mode: 'm', device_id: 'pump', watts: 7 },
      { kind: 'tag', device: 'pump', tag: 'mode', value: 'm', tolerance: 0 },
    ],
    [{ device_id: 'motor', nothing: 7 }, { kind: 'result' }],
    [{ device_id: 'nobody', speed: 7 }, { kind: 'result' }],
    [{ device_id: 'motor' }, { kind: 'result' }],
    [{ speed: 7 }, { kind: 'result' }],
  ])('a write of %j', (payload, expectation) => expect(expected('device_control', payload)).toEqual(expectation))

  test.each([
    ['workflow:execute', { executionId: 'x' }, event(['workflow:started'], 'x')],
    ['workflow:execute', {}, event(['workflow:started'], null)],
    ['workflow:pause', { executionId: 'x' }, event(['workflow:paused'], 'x')],
    ['workflow:resume', { executionId: 'x' }, event(['workflow:resumed'], 'x')],
    ['workflow:cancel', { executionId: 'x' }, event(['workflow:cancelled'], 'x')],
    ['workflow:validate', { validationId: 'v' }, event(['workflow:validation-result'], 'v')],
  ])('%s %j', (type, payload, expectation) => expect(expected(type, payload)).toEqual(expectation))

  test.each([
    ['resume', 'resumed'],
    ['stop', 'stopped'],
  ])('%s for a machine that runs a flow is confirmed by its status', (type, status) => {
    expect(expected(type, {}, { flow: true })).toEqual(event(['flow_status_changed'], null, status))
    expect(expected(type)).toEqual(TRANSITION)
  })

  test('what is described goes before what is known', () => {
    expect(expected('pause', {}, { flow: true })).toEqual({ kind: 'state', state: 'held' })
  })
})
