import { describe, expect, test } from 'vitest'
import { mayStop, stopOrders } from '../../../src/shared/machine-stop.ts'
import type { MachineDescription } from '../../../src/shared/plant.ts'
import { PlantLookup } from '../../../src/shared/plant-lookup.ts'
import { CoreStage } from '../../support/core-stage.ts'

const plantOf = (press: MachineDescription = {}): PlantLookup => new PlantLookup({ machines: { press } })

const STOPPED = {
  kind: 'event',
  types: ['state_change', 'flow_status_changed', 'machine_terminated'],
  execution: null,
  status: null,
}

describe('[O9] Stop gives a machine', () => {
  test.each([
    [{ type: 'halt', payload: { hard: true }, state: 'idle' }, { hard: true }, { kind: 'state', state: 'idle' }],
    [{ type: 'halt' }, {}, STOPPED],
    [
      { type: 'device_control', payload: { device_id: 'm', speed: 0 } },
      { device_id: 'm', speed: 0 },
      { kind: 'tag', device: 'm', tag: 'speed', value: 0, tolerance: 0 },
    ],
  ])('what is described: %j', (stop, payload, expectation) => {
    const plant = plantOf({ stop, devices: { m: { type: 'motor' } } })
    for (const machine of ['press', 'press_001']) {
      expect(stopOrders(plant, new CoreStage().hub.folded, machine)).toEqual([
        { type: stop.type, payload, expectation },
      ])
    }
  })

  test('what is described, also while it runs workflows', () => {
    const stage = new CoreStage()
    stage.event('press', 'workflow:started', { workflowId: 'w', executionId: 'x1' })
    expect(stopOrders(plantOf({ stop: { type: 'halt' } }), stage.hub.folded, 'press')).toHaveLength(1)
  })

  test('else the end of each workflow that it runs or holds', () => {
    const stage = new CoreStage()
    for (const id of ['x1', 'x2', 'x3']) {
      stage.event('press', 'workflow:started', { workflowId: 'w', executionId: id })
    }
    stage.event('oven', 'workflow:started', { workflowId: 'w', executionId: 'x4' })
    stage.event('press', 'workflow:paused', { executionId: 'x2' })
    stage.event('press', 'workflow:completed', { executionId: 'x3' })
    const orders = stopOrders(plantOf(), stage.hub.folded, 'press')
    expect(orders.map(({ type, payload }) => [type, payload])).toEqual([
      ['workflow:cancel', { executionId: 'x1' }],
      ['workflow:cancel', { executionId: 'x2' }],
    ])
    expect(orders[0]?.expectation).toEqual({
      kind: 'event',
      types: ['workflow:cancelled', 'workflow:completed', 'workflow:failed', 'workflow:error'],
      execution: 'x1',
      status: null,
    })
  })

  test('else an event named stop', () => {
    const order = { type: 'stop', payload: {}, expectation: STOPPED }
    expect(stopOrders(plantOf(), new CoreStage().hub.folded, 'press')).toEqual([order])
    expect(stopOrders(new PlantLookup(), new CoreStage().hub.folded, '__proto__')).toEqual([order])
  })

  test('which a flow confirms by being stopped, not by going on', () => {
    const stage = new CoreStage()
    stage.event('press', 'flow_status_changed', { programId: 'p', status: 'running' })
    expect(stopOrders(plantOf(), stage.hub.folded, 'press')[0]?.expectation).toEqual({
      kind: 'event',
      types: ['flow_status_changed'],
      execution: null,
      status: 'stopped',
    })
  })
})

test('[O9] what may have been a Stop is told by its type', () => {
  const [described, bare] = [plantOf({ stop: { type: 'halt' } }), plantOf()]
  const types = ['halt', 'stop', 'workflow:cancel', 'go']
  expect(types.filter((type) => mayStop(described, 'press', type))).toEqual(['halt'])
  expect(types.filter((type) => mayStop(bare, 'press', type))).toEqual(['stop', 'workflow:cancel'])
})
