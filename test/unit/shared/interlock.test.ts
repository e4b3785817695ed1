import { describe, expect, test } from 'vitest'
import { holds, interlocks } from '../../../src/shared/interlock.ts'
import type { Condition } from '../../../src/shared/plant.ts'
import { CoreStage } from '../../support/core-stage.ts'

const OPEN: Condition = { machine: 'door', state: ['open', 'opening'] }
const temperature = (limits: object): Condition => ({ machine: 'oven', device: 'temp', tag: 'value', ...limits })

function stageOf(state = 'open', value: unknown = 50, more: object = {}): CoreStage {
  const stage = new CoreStage()
  stage.event('door', 'state_change', { to_state: state })
  stage.event('oven', 'device_update', { device_id: 'temp', new_state: { value }, ...more })
  return stage
}

describe('[O6] a condition over a state', () => {
  test.each([
    ['open', true],
    ['opening', true],
    ['closed', false],
  ])('%s: %s', (state, held) => expect(holds(OPEN, stageOf(state).hub.folded)).toBe(held))

  test('cannot be told of a machine that nobody heard of, or whose state nobody did', () => {
    const stage = new CoreStage()
    expect(holds(OPEN, stage.hub.folded)).toBeNull()
    stage.event('door')
    expect(holds(OPEN, stage.hub.folded)).toBeNull()
  })

  test('cannot be told of a machine that has been silent for too long, until it is heard again', () => {
    const stage = stageOf('closed')
    stage.report('panel', 'door', 'machine_stale', {})
    expect(holds(OPEN, stage.hub.folded)).toBeNull()
    stage.event('door')
    expect(holds(OPEN, stage.hub.folded)).toBe(false)
  })

  test('cannot be told of a machine whose program has ended: nothing would be said of its silence', () => {
    const stage = stageOf('closed')
    stage.event('door', 'machine_terminated')
    expect(holds(OPEN, stage.hub.folded)).toBeNull()
  })
})

describe('[O6] a condition over a value', () => {
  test.each([
    [50, { is: 50 }, true],
    [51, { is: 50 }, false],
    [50, { above: 49 }, true],
    [50, { above: 50 }, false],
    [50, { below: 51 }, true],
    [50, { below: 50 }, false],
    [50, { above: 40, below: 60 }, true],
    [70, { above: 40, below: 60 }, false],
    [true, { is: true }, true],
    [false, { is: true }, false],
    ['on', { is: 'on' }, true],
    ['off', { is: 'on' }, false],
    // Of another kind than what is asked about: it cannot be told.
    [1, { is: true }, null],
    ['50', { is: 50 }, null],
    ['hot', { above: 40 }, null],
    [true, { below: 40 }, null],
    [null, { is: 50 }, null],
    [null, { is: null }, null],
    [50, { is: null }, false],
  ])('%j with %j: %s', (value, limits, held) => {
    expect(holds(temperature(limits), stageOf('open', value).hub.folded)).toBe(held)
  })

  test.each([[{ quality: 'bad' }], [{ quality: 'uncertain' }], [{ status: 'offline' }]])(
    'cannot be told of a value with %j',
    (more) => expect(holds(temperature({ is: 50 }), stageOf('open', 50, more).hub.folded)).toBeNull(),
  )

  test('cannot be told of a device, a tag or a machine that nobody heard of, or that is silent', () => {
    const stage = stageOf()
    for (const [device, tag] of [
      ['other', 'value'],
      ['temp', 'other'],
      ['__proto__', 'constructor'],
    ] as const) {
      expect(holds({ machine: 'oven', device, tag, is: 50 }, stage.hub.folded)).toBeNull()
    }
    expect(holds({ machine: 'door', device: 'temp', tag: 'value', is: 50 }, stage.hub.folded)).toBeNull()
    stage.report('panel', 'oven', 'machine_stale', {})
    expect(holds(temperature({ is: 50 }), stage.hub.folded)).toBeNull()
  })
})

describe('[O6] an interlock refuses', () => {
  const interlock = (...when: Condition[]) => ({ name: 'I', machine: 'press', when, reason: 'No.' })
  const [yes, no, unknown] = [OPEN, temperature({ is: 1 }), { machine: 'nobody', state: ['x'] }]

  test.each([
    ['every condition holds', [yes, temperature({ is: 50 })], true],
    ['one does not hold', [yes, no], false],
    ['one cannot be told: what is not known is never taken for safe', [yes, unknown], true],
    ['nothing can be told', [unknown], true],
    ['one does not hold, whatever cannot be told', [unknown, no], false],
  ])('where %s', (_, when, refuses) => expect(interlocks(interlock(...when), stageOf().hub.folded)).toBe(refuses))
})
