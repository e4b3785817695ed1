import * as fc from 'fast-check'
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { type Origin, viewEvent } from '../../../src/shared/event.ts'
import { type Execution, executionKey, ExecutionSchema } from '../../../src/shared/execution.ts'
import { EXECUTION_LIMITS } from '../../../src/shared/fold/execution-limits.ts'
import { foldExecution } from '../../../src/shared/fold/executions.ts'
import { stage } from '../demo/stage.ts'

/** Folds events with growing offsets; the clock says a thousand times the offset. */
class Fold {
  readonly executions = new Map<string, Execution>()
  offset = 0

  take(type: string, payload: unknown = {}, origin: Origin = 'machine', machine = 'm'): Execution | undefined {
    this.offset += 1
    const body = { machine_name: machine, type, payload }
    return foldExecution(this.executions, viewEvent({ offset: this.offset, time: this.offset * 1_000, origin, body }))
  }

  say(type: string, payload: unknown = {}): this {
    this.take(type, payload)
    return this
  }

  get(id: string, machine = 'm'): Execution {
    const execution = this.executions.get(executionKey(machine, id))
    if (!execution) throw new Error(`there is no execution ${id}, but ${this.ids.join(', ')}`)
    return execution
  }

  /** The same as a viewer has it who was sent a snapshot now. */
  copy(): Fold {
    const copy = new Fold()
    copy.offset = this.offset
    for (const each of JSON.parse(JSON.stringify([...this.executions.values()])) as Execution[]) {
      copy.executions.set(executionKey(each.machine, each.id), each)
    }
    return copy
  }

  get ids(): string[] {
    return [...this.executions.values()].map(({ id }) => id)
  }
}

const context = (executionSessionId: string | null, more: object = {}) => ({
  executionContext: {
    executionSessionId,
    programId: 'p1',
    programName: 'Полив',
    cycleId: 'c1',
    cycleName: 'Сутрешен цикъл',
    ...more,
  },
})
const block = {
  blockId: 'b1',
  blockType: 'sensor',
  blockName: 'EC',
  deviceName: 'EC1',
  displayText: 'Прочетен EC1',
  ...context('s1'),
}
const done = { ...block, timing: { duration: 120 }, status: 'completed', result: { value: 1.8 } }

describe('blocks of a flow program', () => {
  test.each(['', '_enhanced'])('run and end, also by the names that end with "%s"', (suffix) => {
    const fold = new Fold().say(`block_started${suffix}`, block)
    expect(fold.get('s1')).toMatchObject({
      kind: 'flow',
      program: 'p1',
      name: 'Полив',
      status: 'running',
      startedAt: 1_000,
      cycle: { id: 'c1', name: 'Сутрешен цикъл', status: 'running' },
      steps: [{ id: 'b1', status: 'running', startedAt: 1_000, endedAt: null, displayText: 'Прочетен EC1' }],
    })
    expect(fold.take(`block_executed${suffix}`, done)).toBe(fold.get('s1'))
    expect(fold.get('s1').steps).toEqual([
      {
        offset: 1,
        id: 'b1',
        name: 'EC',
        type: 'sensor',
        device: 'EC1',
        status: 'completed',
        startedAt: 1_000,
        endedAt: 2_000,
        duration: 120,
        displayText: 'Прочетен EC1',
        result: '{"value":1.8}',
      },
    ])
    expect(fold.get('s1').lastEventOffset).toBe(2)
  })

  test('took as long as the machine says, else from start to end, else nobody knows', () => {
    const fold = new Fold().say('block_started', block).say('block_executed', { ...done, timing: {}, duration: 7 })
    fold.say('block_started', block).say('block_executed', { ...done, timing: { duration: -1 } })
    fold.say('block_executed', { ...done, timing: {} })
    expect(fold.get('s1').steps.map(({ duration }) => duration)).toEqual([7, 1_000, null])
  })

  test('that fail are errors of the execution, which goes on', () => {
    const fold = new Fold().say('block_started', block)
    fold.say('block_executed', { ...done, status: 'failed', result: { error: 'Сензорът не отговаря' } })
    expect(fold.get('s1')).toMatchObject({
      status: 'running',
      steps: [{ status: 'failed' }],
      errors: [{ offset: 2, time: 2_000, message: 'Сензорът не отговаря', category: null, severity: null, step: 'b1' }],
    })
  })

  test('that are skipped are so', () => {
    expect(new Fold().say('block_executed', { ...done, status: 'skipped' }).get('s1').steps[0]?.status).toBe('skipped')
  })

  test('that start again while they run began anew', () => {
    const fold = new Fold().say('block_started', block).say('block_started', block)
    expect(fold.get('s1').steps).toMatchObject([{ status: 'running', startedAt: 2_000 }])
  })

  test('without an id leave no step', () => {
    const fold = new Fold().say('block_started', context('s1')).say('block_executed', context('s1'))
    expect(fold.get('s1').steps).toEqual([])
  })
})

const idOf = (payload: object): string[] => new Fold().say('block_started', payload).ids

describe('a flow program', () => {
  test('is known by its session, else by executionId, else by its program, else by its machine', () => {
    expect(idOf(context('s1', { executionId: 'e1' }))).toEqual(['s1'])
    expect(idOf(context(null, { executionId: 'e1' }))).toEqual(['e1'])
    expect(idOf({ executionSessionId: 's2' })).toEqual(['s2'])
    expect(idOf(context(null))).toEqual(['p1'])
    expect(idOf({})).toEqual(['m'])
    expect(idOf(context('x'.repeat(129)))).toEqual(['p1'])
  })

  test('goes through its action templates', () => {
    const fold = new Fold().say('block_started', block).say('action_template_started', {
      programId: 'p1',
      actionTemplateId: 't1',
      actionTemplateName: 'Дозиране',
      actionIndex: 0,
      totalActions: 2,
    })
    const action = { id: 't1', name: 'Дозиране', index: 0, total: 2, fromOne: false }
    expect(fold.get('s1').action).toEqual({ ...action, status: 'running' })
    fold.say('action_template_completed', { actionTemplateId: 't1', executionSessionId: 's1', success: true })
    expect(fold.get('s1')).toMatchObject({ action: { ...action, status: 'completed' }, errors: [] })
  })

  test.each([
    [
      [0, 1, 2],
      [false, false, false],
    ],
    [
      [1, 2, 3],
      [false, false, true],
    ],
    [
      [3, 1],
      [true, true],
    ],
    [
      [3, 0],
      [true, false],
    ],
  ])('whose action templates are numbered %j is known to count from one by its last: %j', (indexes, known) => {
    const fold = new Fold().say('block_started', block)
    const seen = indexes.map((actionIndex) => {
      fold.say('action_template_started', { programId: 'p1', actionTemplateId: 't', actionIndex, totalActions: 3 })
      return fold.get('s1').action?.fromOne
    })
    expect(seen).toEqual(known)
  })

  test('whose action template or cycle did not succeed has an error', () => {
    const fold = new Fold().say('block_started', block)
    fold.say('action_template_started', { programId: 'p1', actionTemplateId: 't1', actionTemplateName: 'Дозиране' })
    fold.say('action_template_completed', { actionTemplateId: 't1', executionSessionId: 's1', success: false })
    fold.say('cycle_completed', { programId: 'p1', cycleId: 'c1', success: false, error: 'празен резервоар' })
    expect(fold.get('s1')).toMatchObject({
      status: 'running',
      action: { status: 'failed' },
      cycle: { status: 'failed' },
      errors: [{ message: 'action_template_completed: Дозиране' }, { message: 'празен резервоар' }],
    })
  })

  test('completes cycles and goes on with the next', () => {
    const fold = new Fold().say('block_started', block)
    fold.say('cycle_completed', { programId: 'p1', cycleId: 'c1', success: true })
    expect(fold.get('s1')).toMatchObject({ status: 'running', cycle: { id: 'c1', status: 'completed' } })
    fold.say('block_executed', done)
    expect(fold.get('s1').cycle?.status).toBe('completed')
    fold.say('block_started', { ...block, ...context('s1', { cycleId: 'c2', cycleName: 'Обеден' }) })
    expect(fold.get('s1').cycle).toEqual({ id: 'c2', name: 'Обеден', status: 'running' })
  })

  test('is paused, resumed and stopped', () => {
    const fold = new Fold().say('block_started', block)
    const statuses = ['paused', 'resumed', 'stopped'].map((status) => {
      fold.say('flow_status_changed', { status, executionSessionId: 's1' })
      return [fold.get('s1').status, fold.get('s1').endedAt]
    })
    expect(statuses).toEqual([
      ['paused', null],
      ['running', null],
      ['stopped', 4_000],
    ])
  })

  test('whose status is no known word stays as it is', () => {
    const fold = new Fold().say('block_started', block)
    for (const status of ['odd', null, {}, 'constructor']) {
      expect(fold.take('flow_status_changed', { status, executionSessionId: 's1' })).toBeUndefined()
    }
    expect(fold.get('s1').status).toBe('running')
  })

  test('that is paused runs again with its next block, even if nobody said so', () => {
    const fold = new Fold().say('flow_status_changed', { status: 'paused', executionSessionId: 's1' })
    expect(fold.say('block_started', block).get('s1').status).toBe('running')
  })

  test('begun by events without a session is the session that is named next', () => {
    const fold = new Fold().say('action_template_started', { programId: 'p1', actionTemplateId: 't1' })
    expect(fold.ids).toEqual(['p1'])
    fold.say('block_started', block)
    expect(fold.ids).toEqual(['s1'])
    expect(fold.get('s1')).toMatchObject({ startedAt: 1_000, action: { id: 't1' }, steps: [{ id: 'b1' }] })
  })

  test('gets the events without a session while it runs, but not those of another program', () => {
    const fold = new Fold().say('block_started', block).say('cycle_completed', { programId: 'p1', cycleId: 'c1' })
    expect(fold.get('s1').cycle?.status).toBe('completed')
    fold.say('action_template_started', { programId: 'p2', actionTemplateId: 't9' })
    expect(fold.ids).toEqual(['s1', 'p2'])
    expect(fold.get('s1').action).toBeNull()
  })

  test('that has ended does not get the events of the next run', () => {
    const fold = new Fold().say('block_started', block)
    fold.say('flow_status_changed', { status: 'stopped', executionSessionId: 's1' })
    fold.say('action_template_started', { programId: 'p1', actionTemplateId: 't1' })
    fold.say('block_started', { ...block, ...context('s2') })
    expect(fold.get('s1')).toMatchObject({ status: 'stopped', action: null })
    expect(fold.get('s2')).toMatchObject({ status: 'running', action: { id: 't1' } })
    expect(fold.ids).toEqual(['s1', 's2'])
  })

  test('without sessions begins anew after it has ended', () => {
    const anonymous = { ...block, ...context(null) }
    const fold = new Fold().say('block_started', anonymous)
    fold.say('flow_status_changed', { status: 'stopped' }).say('block_started', anonymous)
    expect(fold.ids).toEqual(['p1'])
    expect(fold.get('p1')).toMatchObject({ status: 'running', startedAt: 3_000, endedAt: null })
    expect(fold.get('p1').steps).toHaveLength(1)
  })

  test('that was killed is stopped as soon as another session of it begins', () => {
    const fold = new Fold().say('block_started', block).say('block_started', { ...block, ...context('s2') })
    expect(fold.get('s1')).toMatchObject({ status: 'stopped', endedAt: 2_000 })
    expect(fold.get('s2').status).toBe('running')
    fold.say('block_started', { ...block, ...context('s3', { programId: 'p2' }) })
    expect(fold.get('s2').status).toBe('running')
  })

  test('is not begun by the end of something that nobody named', () => {
    const fold = new Fold().say('cycle_completed', { programId: 'p1' }).say('action_template_completed', {})
    expect(fold.ids).toEqual([])
    fold.say('action_template_completed', { executionSessionId: 's1', actionTemplateId: 't1' })
    expect(fold.get('s1')).toMatchObject({ status: 'running', action: { id: 't1', status: 'completed' } })
  })
})

describe('initial_execution_state', () => {
  const state = {
    active: [{ blockId: 'b2', blockName: 'pH', blockStatus: 'running', blockStartTime: '2025-09-18T19:21:00Z' }],
    recent: [
      { blockId: 'b0', blockStatus: 'failed', duration: 5 },
      { blockId: 'b1', blockStatus: 'completed', duration: 120, outputData: { value: 2 } },
    ],
    executionContext: {
      executionId: 's1',
      programId: 'p1',
      programName: 'Полив',
      programStatus: 'paused',
      currentCycle: { cycleId: 'c2', cycleName: 'Обеден', cycleStatus: 'running' },
    },
  }

  test('shows what ran before the panel listened', () => {
    expect(new Fold().say('initial_execution_state', state).get('s1')).toMatchObject({
      program: 'p1',
      name: 'Полив',
      status: 'paused',
      cycle: { id: 'c2', name: 'Обеден', status: 'running' },
      steps: [
        { id: 'b0', status: 'failed', startedAt: null, endedAt: null, duration: 5 },
        { id: 'b1', status: 'completed', duration: 120, result: '{"value":2}' },
        { id: 'b2', name: 'pH', status: 'running' },
      ],
    })
  })

  test('adds nothing to blocks that the panel heard of itself but those that run', () => {
    const fold = new Fold().say('block_started', block).say('block_executed', done)
    fold.say('initial_execution_state', state).say('initial_execution_state', state)
    expect(fold.get('s1').steps.map(({ id }) => id)).toEqual(['b1', 'b2'])
  })

  test('of a completed program is completed', () => {
    const fold = new Fold().say('initial_execution_state', { executionContext: { programId: 'p1', isCompleted: true } })
    expect(fold.get('p1')).toMatchObject({ status: 'completed', endedAt: 1_000 })
  })

  test('of nothing is nothing', () => {
    const fold = new Fold()
    for (const payload of [null, {}, { active: [], recent: [], executionContext: null }, { active: 'x', recent: 7 }]) {
      expect(fold.take('initial_execution_state', payload)).toBeUndefined()
    }
    expect(fold.ids).toEqual([])
  })
})

describe('a workflow', () => {
  const e1 = { workflowId: 'w1', executionId: 'e1' }

  test('starts, goes through its nodes and completes', () => {
    const fold = new Fold().say('workflow:started', { ...e1, workflowName: 'Batch', totalNodes: 2 })
    expect(fold.get('e1')).toMatchObject({
      kind: 'workflow',
      program: 'w1',
      name: 'Batch',
      status: 'running',
      progress: { completed: 0, total: 2, current: null, remaining: null },
    })
    fold.say('node:started', { ...e1, nodeId: 'n1', nodeType: 'filter' })
    fold.say('node:completed', { ...e1, nodeId: 'n1', nodeType: 'filter', result: { items: 3 } })
    fold.say('node:skipped', { ...e1, nodeId: 'n2' }).say('workflow:completed', e1)
    expect(fold.get('e1')).toMatchObject({
      status: 'completed',
      startedAt: 1_000,
      endedAt: 5_000,
      errors: [],
      steps: [
        { id: 'n1', type: 'filter', status: 'completed', duration: 1_000, result: '{"items":3}' },
        { id: 'n2', status: 'skipped', startedAt: null, endedAt: 4_000, duration: null },
      ],
    })
  })

  test.each(['failed', 'error'])('and a node fail also as workflow:%s and node:%s', (word) => {
    const failure = { ...e1, category: 'connection', severity: 'HIGH', error: 'ECONNREFUSED' }
    const fold = new Fold().say(`node:${word}`, { ...failure, nodeId: 'n1' }).say(`workflow:${word}`, failure)
    expect(fold.get('e1')).toMatchObject({ status: 'failed', endedAt: 2_000, steps: [{ status: 'failed' }] })
    expect(fold.get('e1').errors).toEqual([
      { offset: 1, time: 1_000, message: 'ECONNREFUSED', category: 'connection', severity: 'high', step: 'n1' },
    ])
    fold.say(`workflow:${word}`, { ...e1, error: { message: 'another', severity: 'odd' } })
    expect(fold.get('e1').errors[1]).toMatchObject({ message: 'another', severity: null, step: null })
  })

  test('is paused, resumed and cancelled', () => {
    const fold = new Fold().say('workflow:started', e1)
    const statuses = ['paused', 'resumed', 'cancelled'].map((word) => fold.say(`workflow:${word}`, e1).get('e1').status)
    expect(statuses).toEqual(['paused', 'running', 'cancelled'])
    expect(fold.get('e1').endedAt).toBe(4_000)
  })

  test('tells its progress, of which what is not said stays', () => {
    const fold = new Fold()
    const progress = { ...e1, totalNodes: 7, completedNodes: 3, currentNode: 'n4', estimatedTimeRemaining: 1_500 }
    fold.say('workflow:progress', { ...e1, completedNodes: 2 })
    expect(fold.get('e1').progress).toBeNull()
    fold.say('workflow:progress', progress)
    expect(fold.get('e1').progress).toEqual({ completed: 3, total: 7, current: 'n4', remaining: 1_500, at: 2_000 })
    fold.say('workflow:progress', { ...e1, currentNode: null, estimatedTimeRemaining: -1, completedNodes: 'x' })
    expect(fold.get('e1').progress).toEqual({ completed: 3, total: 7, current: null, remaining: null, at: 3_000 })
  })

  test('that is started again begins anew', () => {
    const fold = new Fold().say('workflow:started', e1).say('node:started', { ...e1, nodeId: 'n1' })
    fold
      .say('workflow:started', { ...e1, executionId: 'e2' })
      .say('workflow:failed', e1)
      .say('workflow:started', e1)
    expect(fold.get('e1')).toMatchObject({ status: 'running', startedAt: 5_000, endedAt: null, steps: [], errors: [] })
    expect(fold.ids).toEqual(['e2', 'e1'])
  })

  test('has the graph that its start describes', () => {
    const definition = {
      nodes: [
        { id: 'n1', type: 'filter', name: 'Wash' },
        { id: 'n2', type: 'x', label: 'Dry' },
        { id: 3 },
        7,
        { id: 'n1' },
      ],
      edges: [
        { from: 'n1', to: 'n2' },
        { from: 'n1', to: 'n2' },
        { source: 'n2', target: 3 },
        { from: 'n1', to: 'no' },
        'x',
      ],
    }
    const fold = new Fold().say('workflow:started', { ...e1, definition })
    const graph = {
      nodes: [
        { id: 'n1', type: 'filter', name: 'Wash' },
        { id: 'n2', type: 'x', name: 'Dry' },
        { id: '3', type: null, name: null },
      ],
      edges: [
        { from: 'n1', to: 'n2' },
        { from: 'n2', to: '3' },
      ],
    }
    expect(fold.get('e1').graph).toEqual(graph)
    expect(fold.say('workflow:progress', { ...e1, totalNodes: 3 }).get('e1').graph).toEqual(graph)
    for (const odd of [null, 7, [], {}, { nodes: 'x' }, { nodes: [{}] }]) {
      expect(new Fold().say('workflow:started', { ...e1, definition: odd }).get('e1').graph).toBeNull()
    }
  })

  test('that was not announced is known from whatever names it first', () => {
    for (const type of ['node:started', 'node:completed', 'workflow:progress', 'workflow:paused', 'workflow:failed']) {
      expect(new Fold().say(type, { ...e1, nodeId: 'n' }).ids).toEqual(['e1'])
    }
    expect(new Fold().say('workflow:started', { workflowId: 'w1' }).get('w1').name).toBe('w1')
    for (const type of ['workflow:started', 'workflow:result', 'workflow:x', 'node:x']) {
      expect(new Fold().say(type, { nodeId: 'n' }).ids).toEqual([])
    }
    expect(new Fold().say('workflow:validation-error', e1).ids).toEqual([])
  })

  test('that has ended is not brought back by late nodes and progress, but by the machine’s own word', () => {
    const fold = new Fold().say('workflow:failed', e1).say('node:completed', { ...e1, nodeId: 'n1' })
    fold.say('workflow:progress', { ...e1, totalNodes: 2, completedNodes: 1 })
    expect(fold.get('e1')).toMatchObject({ status: 'failed', endedAt: 1_000, steps: [{ id: 'n1' }] })
    fold.say('workflow:resumed', e1)
    expect(fold.get('e1')).toMatchObject({ status: 'running', endedAt: null })
  })
})

describe('error_occurred', () => {
  test('belongs to the machine’s execution that was heard of last and still runs', () => {
    const fold = new Fold()
    for (const executionId of ['e1', 'e2', 'e3']) fold.say('workflow:started', { executionId })
    fold.take('workflow:started', { executionId: 'e4' }, 'machine', 'other')
    fold.say('node:started', { executionId: 'e1', nodeId: 'n1' }).say('workflow:completed', { executionId: 'e3' })
    const payload = { message: 'hot', category: 'system', severity: 'critical', nodeId: 'n1' }
    expect(fold.take('error_occurred', payload)).toBe(fold.get('e1'))
    expect(fold.get('e1').errors).toMatchObject([
      { message: 'hot', category: 'system', severity: 'critical', step: 'n1' },
    ])
    expect(fold.get('e1').status).toBe('running')
  })

  test('that names an execution belongs to it', () => {
    const fold = new Fold()
      .say('workflow:started', { executionId: 'e1' })
      .say('workflow:started', { executionId: 'e2' })
    fold.say('error_occurred', { executionId: 'e1' })
    expect(fold.get('e1').errors).toMatchObject([{ message: 'error_occurred' }])
  })

  test('while nothing runs concerns no execution', () => {
    expect(new Fold().take('error_occurred', { message: 'hot' })).toBeUndefined()
  })
})

test('a program that ends stops what it ran', () => {
  const fold = new Fold()
    .say('workflow:started', { executionId: 'e1' })
    .say('workflow:completed', { executionId: 'e1' })
  fold.say('workflow:started', { executionId: 'e2' })
  fold.take('workflow:started', { executionId: 'e3' }, 'machine', 'other')
  fold.say('machine_terminated')
  expect(fold.get('e1').status).toBe('completed')
  expect(fold.get('e2')).toMatchObject({ status: 'stopped', endedAt: 5_000, lastEventOffset: 5 })
  expect(fold.get('e3', 'other').status).toBe('running')
})

test('only machines’ events run anything', () => {
  const fold = new Fold()
  for (const origin of ['panel', 'operator'] as const) {
    fold.take('workflow:started', { executionId: 'e1' }, origin)
    fold.take('block_started', block, origin)
  }
  expect(fold.ids).toEqual([])
  fold.say('workflow:started', { executionId: 'e1' }).take('workflow:completed', { executionId: 'e1' }, 'operator')
  fold.take('machine_terminated', {}, 'panel')
  expect(fold.get('e1').status).toBe('running')
})

describe('bounds', () => {
  test('of each machine the last 20 that ended are kept, and all that run', () => {
    const fold = new Fold().say('workflow:started', { executionId: 'long' })
    fold.take('workflow:completed', { executionId: 'x' }, 'machine', 'other')
    for (let i = 0; i < 30; i += 1) fold.say('workflow:completed', { executionId: `e${i}` })
    expect(fold.ids).toHaveLength(EXECUTION_LIMITS.endedPerMachine + 2)
    expect(fold.ids.slice(0, 3)).toEqual(['long', 'x', 'e10'])
  })

  test('above 500 in all the ended go first, then those silent longest', () => {
    const fold = new Fold()
    for (let i = 0; i < 499; i += 1) fold.say('workflow:started', { executionId: `e${i}` })
    fold.say('workflow:completed', { executionId: 'ended' }).say('workflow:progress', { executionId: 'e0' })
    fold.say('workflow:started', { executionId: 'new' })
    expect(fold.ids).toHaveLength(EXECUTION_LIMITS.all - EXECUTION_LIMITS.all / 10 + 1)
    const known = ['ended', 'e0', 'e1', 'e49', 'e50', 'new'].map((id) => fold.ids.includes(id))
    expect(known).toEqual([false, true, false, false, true, true])
  })

  test('of an execution’s steps the last 60 are kept, those that run longest, and of its errors the last 20', () => {
    const fold = new Fold().say('node:started', { executionId: 'e1', nodeId: 'long' })
    for (let i = 0; i < 100; i += 1) fold.say('node:failed', { executionId: 'e1', nodeId: `n${i}`, error: `${i}` })
    const { steps, errors } = fold.get('e1')
    expect([steps.length, steps[0]?.id, steps[1]?.id, steps.at(-1)?.id]).toEqual([60, 'long', 'n41', 'n99'])
    expect([errors.length, errors[0]?.message]).toEqual([EXECUTION_LIMITS.errors, '80'])
  })

  test('of a workflow’s graph the first 50 nodes and 200 edges are kept', () => {
    const nodes = Array.from({ length: 90 }, (_, i) => ({ id: `n${i}`, type: 'x' }))
    const edges = nodes.flatMap((from, i) => nodes.slice(i + 1).map((to) => ({ from: from.id, to: to.id })))
    const graph = new Fold()
      .say('workflow:started', { executionId: 'e1', definition: { nodes, edges } })
      .get('e1').graph
    expect([graph?.nodes.length, graph?.edges.length]).toEqual([EXECUTION_LIMITS.nodes, EXECUTION_LIMITS.edges])
  })

  test('texts are cut', () => {
    const long = 'x'.repeat(10_000)
    const fold = new Fold()
    for (let i = 0; i < 100; i += 1) {
      const payload = { ...block, blockName: long, displayText: long, status: 'failed', result: long, error: long }
      fold.say('block_executed', { ...payload, ...context('s1', { programName: long, cycleName: long }) })
    }
    expect(JSON.stringify(fold.get('s1')).length).toBeLessThan(100_000)
  })
})

/** An object with some of these keys. */
const some = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { requiredKeys: [] })

test('no payload makes it throw or leave what its schema does not allow, and snapshots go on the same', () => {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>('__proto__', 0.5, 1e308, -0, 'x'.repeat(600), '\ud800', 'failed', 'completed'),
  )
  const id = fc.oneof({ weight: 5, arbitrary: fc.constantFrom('a', 'b', 'c', 'm') }, { weight: 1, arbitrary: odd })
  const words = fc.oneof(fc.constantFrom('running', 'paused', 'resumed', 'stopped', 'completed', 'failed'), odd)
  const one = some({ blockId: id, blockStatus: words, duration: odd, outputData: odd, displayText: odd })
  const blocks = fc.oneof(odd, fc.array(fc.oneof(one, odd)))
  const nodes = fc.oneof(odd, some({ id, type: odd, name: odd }))
  const edges = fc.oneof(odd, some({ from: id, to: id }))
  const flow = { executionSessionId: id, executionId: id, programId: id, programName: odd, cycleId: id, cycleName: odd }
  const cycle = some({ cycleId: id, cycleName: odd, cycleStatus: words })
  const payload = fc.oneof(
    { weight: 1, arbitrary: odd },
    {
      weight: 8,
      arbitrary: some({
        ...flow,
        executionContext: fc.oneof(
          odd,
          some({ ...flow, programStatus: words, isCompleted: odd, currentCycle: fc.oneof(odd, cycle) }),
        ),
        workflowId: id,
        nodeId: id,
        blockId: id,
        status: words,
        result: odd,
        error: odd,
        severity: odd,
        category: odd,
        displayText: odd,
        timing: fc.oneof(odd, some({ duration: odd })),
        duration: odd,
        success: odd,
        totalNodes: odd,
        completedNodes: odd,
        currentNode: odd,
        definition: fc.oneof(odd, some({ nodes: fc.array(nodes), edges: fc.array(edges) })),
        estimatedTimeRemaining: odd,
        actionTemplateId: id,
        actionIndex: odd,
        totalActions: odd,
        active: blocks,
        recent: blocks,
      }),
    },
  )
  const types =
    'block_started block_executed_enhanced flow_status_changed action_template_started action_template_completed ' +
    'cycle_completed initial_execution_state error_occurred machine_terminated workflow:started workflow:progress ' +
    'workflow:completed workflow:error workflow:paused workflow:resumed node:started node:completed node:failed x'
  const event = fc.tuple(
    fc.constantFrom(...types.split(' ')),
    payload,
    fc.constantFrom<Origin>('machine', 'machine', 'machine', 'panel', 'operator'),
    fc.constantFrom('m', 'm', '__proto__'),
  )
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const fold = new Fold()
      let viewer = fold.copy()
      for (const [index, each] of events.entries()) {
        if (index % 7 === 0) viewer = fold.copy()
        viewer.take(...each)
        const before = JSON.stringify([...fold.executions])
        const changed = fold.take(...each)
        expect(each[2] === 'machine' || JSON.stringify([...fold.executions]) === before).toBe(true)
        expect(changed?.lastEventOffset ?? fold.offset).toBe(fold.offset)
      }
      expect([...viewer.executions]).toEqual([...fold.executions])
      for (const [key, execution] of fold.executions) {
        expect(key).toBe(executionKey(execution.machine, execution.id))
        expect(Value.Check(ExecutionSchema, execution)).toBe(true)
        expect(JSON.parse(JSON.stringify(execution))).toEqual(execution)
        const live = execution.status === 'running' || execution.status === 'paused'
        expect(execution.endedAt === null).toBe(live)
        expect(execution.steps.filter(({ status, endedAt }) => status === 'running' && endedAt !== null)).toEqual([])
      }
    }),
    { numRuns: 500, seed: 4 },
  )
})

/** What the demo's program leads to when it runs by a script. */
function run(machine: string, script: (act: ReturnType<typeof stage>) => void): Execution[] {
  const act = stage(machine)
  act.host.start('registered')
  script(act)
  const executions = new Map<string, Execution>()
  act.heard.forEach(({ datagram }, index) => {
    foldExecution(executions, viewEvent({ offset: index + 1, time: index, origin: 'machine', body: datagram }))
  })
  for (const execution of executions.values()) expect(Value.Check(ExecutionSchema, execution)).toBe(true)
  return [...executions.values()]
}

describe('the demo plant', () => {
  test('has one flow session, through pauses and over all its cycles', () => {
    const sessions = run('flow_01', ({ clock, command }) => {
      clock.pass(60_000)
      command('pause')
      clock.pass(20_000)
      command('resume')
      clock.pass(120_000)
    })
    expect(sessions).toMatchObject([{ kind: 'flow', program: 'p1', status: 'running', action: { total: 2 } }])
    expect(sessions[0]?.id).toMatch(/^s-/)
    expect(sessions[0]?.steps).toHaveLength(EXECUTION_LIMITS.steps)
    expect(sessions[0]?.steps.filter(({ status }) => status === 'running').length).toBeLessThanOrEqual(1)
  })

  test('has another session after it was stopped, and after it was killed', () => {
    const sessions = run('flow_01', ({ clock, command, host }) => {
      clock.pass(30_000)
      command('stop')
      clock.pass(40_000)
      host.crash()
      host.start('unregistered')
      clock.pass(30_000)
      host.terminate()
    })
    expect(sessions.map(({ id, status }) => [id.slice(0, 2), status])).toEqual([
      ['s-', 'stopped'],
      ['s-', 'stopped'],
      ['s-', 'stopped'],
    ])
  })

  test('runs workflows one after the other, of which some fail, and keeps the last 20', () => {
    const executions = run('wf_1', ({ clock }) => clock.pass(60 * 60_000))
    const ended = executions.filter(({ endedAt }) => endedAt !== null)
    expect(ended).toHaveLength(EXECUTION_LIMITS.endedPerMachine)
    expect(executions.length - ended.length).toBeLessThanOrEqual(1)
    for (const { status, steps, progress, errors, name } of ended) {
      expect(name).toBe('Batch inspection')
      expect(status === 'completed' ? [7, 7, 0] : [steps.length - 1, 7, 1]).toEqual([
        progress?.completed,
        progress?.total,
        errors.length,
      ])
    }
    expect(ended.some(({ status }) => status === 'failed')).toBe(true)
  })
})
