import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Execution } from '../../../src/shared/execution.ts'
import { foldExecution } from '../../../src/shared/fold/executions.ts'
import { filterExecutions, NO_EXECUTION_FILTER } from '../../../src/renderer/model/execution-filter.ts'
import { executionEvents } from '../../../src/renderer/model/execution-route.ts'
import {
  actionPlace,
  extentOf,
  latestSteps,
  percentOf,
  remainingOf,
  splitExecutions,
  stepLook,
  stepTitle,
} from '../../../src/renderer/model/execution-view.ts'
import { isHardwareAbnormal, missingControllers, orderHardware } from '../../../src/renderer/model/hardware-marks.ts'
import { jsonBreak } from '../../../src/renderer/model/json-place.ts'
import { commandBytes } from '../../../src/renderer/model/json-payload.ts'
import { EXAMPLE_DEFINITION, executePayload, newRunId, readDraft } from '../../../src/renderer/model/workflow-draft.ts'
import { workflowPicture } from '../../../src/renderer/model/workflow-picture.ts'
import { event } from './support.ts'

/** A machine, a type and a payload. */
type Said = readonly [string, string, object]

/** The executions after these events, a second between two. */
function executions(...said: readonly Said[]): Execution[] {
  const state = new Map<string, Execution>()
  said.forEach(([machine, type, payload], index) => {
    foldExecution(state, event(index + 1, machine, type, { ...payload }))
  })
  return [...state.values()]
}

function only(...said: readonly Said[]): Execution {
  const [first] = executions(...said)
  if (!first) throw new Error('no execution')
  return first
}

const e1 = { executionId: 'e1', workflowId: 'w1' }

describe('progress', () => {
  test('of a workflow is its nodes', () => {
    const execution = only(['m', 'workflow:started', { ...e1, totalNodes: 8 }])
    expect(extentOf(execution)).toEqual({ done: 0, total: 8, fraction: 0 })
    const later = only(['m', 'workflow:progress', { ...e1, totalNodes: 8, completedNodes: 3 }])
    expect(extentOf(later)?.fraction).toBe(0.375)
    expect(extentOf(only(['m', 'workflow:progress', { ...e1, totalNodes: 2, completedNodes: 9 }]))?.fraction).toBe(1)
    expect(extentOf(only(['m', 'workflow:started', e1]))).toBeNull()
    expect(extentOf(only(['m', 'workflow:started', { ...e1, totalNodes: 0 }]))).toBeNull()
  })

  test('of a flow program is its action templates, counted from one whatever the machine counts from', () => {
    const action = (actionIndex: number): Said => [
      'm',
      'action_template_started',
      { programId: 'p', actionTemplateId: `t${actionIndex}`, actionIndex, totalActions: 4 },
    ]
    const place = (...indexes: number[]) => only(...indexes.map(action))
    const placeOf = (...indexes: number[]) => {
      const shown = place(...indexes).action
      return shown === null ? null : actionPlace(shown)
    }
    expect(placeOf(0)).toEqual({ number: 1, total: 4 })
    expect(placeOf(0, 3)).toEqual({ number: 4, total: 4 })
    expect(placeOf(4)).toEqual({ number: 4, total: 4 })
    expect(placeOf(4, 2)).toEqual({ number: 2, total: 4 })
    expect(extentOf(place(1))).toEqual({ done: 1, total: 4, fraction: 0.25 })
    const completed = only(action(1), ['m', 'action_template_completed', { actionTemplateId: 't1', success: true }])
    expect(extentOf(completed)).toEqual({ done: 2, total: 4, fraction: 0.5 })
    expect(extentOf(only(['m', 'block_started', { blockId: 'b' }]))).toBeNull()
  })

  test('is 100 % only when it is all', () => {
    expect([0, 0.004, 0.375, 0.999, 1, 2, -1].map(percentOf)).toEqual([0, 0, 37, 99, 100, 100, 0])
  })

  test('what is left is what the machine says, less what has passed since', () => {
    const said = { ...e1, totalNodes: 4, completedNodes: 1, estimatedTimeRemaining: 9_000 }
    const execution = only(['m', 'workflow:progress', said])
    expect(remainingOf(execution, 1_000)).toEqual({ ms: 9_000, said: true })
    expect(remainingOf(execution, 4_000)).toEqual({ ms: 6_000, said: true })
    expect(remainingOf(execution, 500)).toEqual({ ms: 9_000, said: true })
    expect(remainingOf(execution, 10_000)).toBeNull()
    expect(remainingOf({ ...execution, status: 'paused' }, 1_000)).toBeNull()
    expect(remainingOf({ ...execution, status: 'completed' }, 1_000)).toBeNull()
  })

  test('and where it says nothing, what it would be at the pace so far', () => {
    const execution = only(
      ['m', 'workflow:started', { ...e1, totalNodes: 4 }],
      ['m', 'x', {}],
      ['m', 'workflow:progress', { ...e1, completedNodes: 1 }],
    )
    expect(remainingOf(execution, 3_000)).toEqual({ ms: 6_000, said: false })
    expect(remainingOf(execution, 4_000)).toEqual({ ms: 5_000, said: false })
    expect(remainingOf(only(['m', 'workflow:started', { ...e1, totalNodes: 4 }]), 3_000)).toBeNull()
  })
})

describe('steps', () => {
  const steps = (['b1', 'b2', 'b3', 'b4', 'b5'] as const).map(
    (blockId) => ['m', 'block_executed_enhanced', { blockId, executionSessionId: 's1', blockName: 'EC' }] as const,
  )

  test('the latest four are at a glance, newest first', () => {
    expect(latestSteps(only(...steps), 4).map(({ id }) => id)).toEqual(['b5', 'b4', 'b3', 'b2'])
    expect(latestSteps(only(...steps.slice(0, 2)), 4).map(({ id }) => id)).toEqual(['b2', 'b1'])
  })

  test('are called by what they say, else by their name, else by their id', () => {
    const step = { id: 'b1', name: 'EC', displayText: 'Прочетен EC1' }
    expect(stepTitle(step)).toBe('Прочетен EC1')
    expect(stepTitle({ ...step, displayText: ' ' })).toBe('EC')
    expect(stepTitle({ id: 'b1', name: '', displayText: null })).toBe('b1')
  })

  test('that ran when their execution ended were cut off', () => {
    const running = only(['m', 'node:started', { ...e1, nodeId: 'n1' }])
    expect(running.steps.map((step) => stepLook(step, running))).toEqual(['running'])
    const ended = only(['m', 'node:started', { ...e1, nodeId: 'n1' }], ['m', 'workflow:cancelled', e1])
    expect(ended.steps.map((step) => stepLook(step, ended))).toEqual(['cut'])
  })
})

test('executions that run keep their place, those that have ended stand newest first', () => {
  const all = executions(
    ['b', 'workflow:started', { executionId: 'b1' }],
    ['a', 'workflow:started', { executionId: 'a1' }],
    ['a', 'workflow:started', { executionId: 'a2' }],
    ['b', 'workflow:completed', { executionId: 'old' }],
    ['b', 'workflow:failed', { executionId: 'new' }],
  )
  const { live, ended } = splitExecutions(all)
  expect(live.map(({ id }) => id)).toEqual(['a1', 'a2', 'b1'])
  expect(ended.map(({ id }) => id)).toEqual(['new', 'old'])
  expect(splitExecutions(all.toReversed())).toEqual({ live, ended })
})

test('executions are filtered by machine, kind and status', () => {
  const all = executions(
    ['a', 'workflow:started', { executionId: 'e1' }],
    ['b', 'workflow:completed', { executionId: 'e2' }],
    ['b', 'block_started', { blockId: 'b1', executionSessionId: 's1' }],
  )
  const ids = (part: object): string[] => filterExecutions(all, { ...NO_EXECUTION_FILTER, ...part }).map(({ id }) => id)
  expect(ids({})).toEqual(['e1', 'e2', 's1'])
  expect(ids({ machine: 'b' })).toEqual(['e2', 's1'])
  expect(ids({ machine: 'b', kind: 'workflow' })).toEqual(['e2'])
  expect(ids({ status: 'running' })).toEqual(['e1', 's1'])
})

test('the events of an execution are found by its id, those of a program by its time', () => {
  const flow = only(['m', 'block_started', { blockId: 'b', executionSessionId: 's' }], ['m', 'machine_terminated', {}])
  expect(executionEvents(flow)).toMatchObject({ machine: 'm', kind: 'family:flow', text: '', from: 1_000, to: 2_000 })
  const workflow = only(['m', 'workflow:started', e1])
  expect(executionEvents(workflow)).toMatchObject({ kind: 'family:workflow', text: 'e1', from: null, to: null })
})

describe('the picture of a workflow', () => {
  const definition = {
    nodes: [
      { id: 'n1', type: 'http', name: 'Fetch' },
      { id: 'n2', type: 'camera' },
      { id: 'n3', type: 'db' },
    ],
    edges: [
      { from: 'n1', to: 'n2' },
      { from: 'n1', to: 'n3' },
    ],
  }

  test('is what the engine described, with how each node does', () => {
    const picture = workflowPicture(
      only(
        ['m', 'workflow:started', { ...e1, definition }],
        ['m', 'node:completed', { ...e1, nodeId: 'n1' }],
        ['m', 'node:started', { ...e1, nodeId: 'n2' }],
        ['m', 'node:started', { ...e1, nodeId: 'extra', nodeType: 'x' }],
      ),
    )
    expect(picture?.nodes.map(({ id, title, type, look }) => [id, title, type, look])).toEqual([
      ['n1', 'Fetch', 'http', 'completed'],
      ['n2', 'n2', 'camera', 'running'],
      ['n3', 'n3', 'db', 'waiting'],
      ['extra', 'extra', 'x', 'running'],
    ])
    expect(picture?.edges.map(({ from, to }) => [from, to])).toEqual([
      ['n1', 'n2'],
      ['n1', 'n3'],
    ])
    expect(picture?.guessed).toBe(false)
  })

  test('is the order of the nodes where nothing was described', () => {
    const picture = workflowPicture(
      only(
        ['m', 'node:completed', { ...e1, nodeId: 'a' }],
        ['m', 'node:failed', { ...e1, nodeId: 'b' }],
        ['m', 'node:started', { ...e1, nodeId: 'a' }],
        ['m', 'node:skipped', { ...e1, nodeId: 'c' }],
      ),
    )
    expect(picture?.nodes.map(({ id, look }) => [id, look])).toEqual([
      ['a', 'running'],
      ['b', 'failed'],
      ['c', 'skipped'],
    ])
    expect(picture?.edges.map(({ from, to }) => `${from}${to}`)).toEqual(['ab', 'bc'])
    expect(picture?.guessed).toBe(true)
    expect(workflowPicture(only(['m', 'workflow:started', e1]))).toBeNull()
  })
})

test('hardware is abnormal where controllers are missing or issues are critical', () => {
  const well = { machine: 'a', time: 1, controllersOnline: 4, totalControllers: 4, criticalIssues: 0 }
  const missing = { ...well, machine: 'b', controllersOnline: 3 }
  const critical = { ...well, machine: 'c', controllersOnline: null, criticalIssues: 2 }
  expect([well, missing, critical].map(isHardwareAbnormal)).toEqual([false, true, true])
  expect([well, missing, critical].map(missingControllers)).toEqual([0, 1, null])
  expect(isHardwareAbnormal({ ...well, controllersOnline: null, criticalIssues: null })).toBe(false)
  expect(orderHardware([well, critical, missing]).map(({ machine }) => machine)).toEqual(['b', 'c', 'a'])
})

describe('a draft of a workflow', () => {
  test('has the size of the very command that will be sent', () => {
    const draft = readDraft(EXAMPLE_DEFINITION)
    if (!draft.ok) throw new Error('the example is wrong')
    expect(commandBytes('workflow:execute', executePayload(draft.definition, newRunId('r')))).toBe(draft.bytes)
    expect(newRunId('r')).not.toBe(newRunId('r'))
  })

  test('is ready where it can be sent', () => {
    expect(readDraft(EXAMPLE_DEFINITION)).toMatchObject({ ok: true, definition: { id: 'sample' } })
  })

  test('else says what is wrong, and where', () => {
    expect(readDraft(' ')).toMatchObject({ ok: false, problem: 'empty' })
    expect(readDraft('{\n  "id": }')).toMatchObject({ problem: 'not_json', place: { line: 2, column: 9 } })
    expect(readDraft('{"id":"a","nodes":[]}')).toMatchObject({
      problem: null,
      mistake: expect.stringMatching(/^\/nodes /) as unknown,
    })
    const nodes = Array.from({ length: 150 }, (_, i) => ({ id: `node-${i}`, type: 'x' }))
    expect(readDraft(JSON.stringify({ id: 'a', nodes }))).toMatchObject({ ok: false, problem: 'too_long' })
    const circle = { id: 'a', nodes: nodes.slice(0, 2), edges: [{ from: 'node-0', to: 'node-0' }] }
    expect(readDraft(JSON.stringify(circle))).toMatchObject({ mistake: expect.stringContaining('circle') as unknown })
  })
})

describe('where a text stops being JSON', () => {
  test.each([
    ['{"a": 1,}', 1, 9],
    ['[1 2]', 1, 4],
    ['{"a" 1}', 1, 6],
    ['{\n"a": tru\n}', 2, 6],
    ['{"a": 1', 1, 8],
    ['[1]]', 1, 4],
    ['["a\nb"]', 1, 2],
    ['', 1, 1],
    ['{]', 1, 2],
  ])('%j', (text, line, column) => {
    expect(jsonBreak(text)).toEqual({ line, column })
  })

  test('is nowhere exactly where it is JSON', () => {
    const parses = (text: string): boolean => {
      try {
        JSON.parse(text)
        return true
      } catch (error) {
        if (error instanceof SyntaxError) return false
        throw error
      }
    }
    const json = fc.json()
    const broken = fc
      .tuple(json, fc.nat(), fc.constantFrom('', ',', '}', ']', '"', ' ', '1', ':', 'x', '\\'))
      .map(([text, at, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1))
    fc.assert(
      fc.property(fc.oneof(json, broken), (text) => {
        expect([text, jsonBreak(text) === null]).toEqual([text, parses(text)])
      }),
      { numRuns: 2_000, seed: 3 },
    )
  })
})
