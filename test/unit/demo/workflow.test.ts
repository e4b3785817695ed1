import { describe, expect, test } from 'vitest'
import { inOrder, readDefinition } from '../../../src/demo/programs/workflow-definition.ts'
import type { Payload } from '../../../src/shared/datagram.ts'
import { stage } from './stage.ts'

/** Each edge as `a>b`. */
function definition(nodes: string, edges = '', more: Readonly<Record<string, Payload>> = {}): Payload {
  return {
    id: 'mine',
    name: 'My workflow',
    nodes: nodes.split(' ').map((id) => ({ id, type: 'task', name: `Node ${id}`, duration: 100, ...more[id] })),
    edges: edges
      .split(' ')
      .filter(Boolean)
      .map((edge) => ({ from: edge.split('>')[0], to: edge.split('>')[1] })),
  }
}

/** A fresh engine that has heard one command and has had time for it, and what it said of that alone. */
function engine(type: string, payload: Payload, ms = 5_000) {
  const set = stage('wf_1')
  set.host.start('registered')
  set.command(type, payload, 'c-1')
  set.clock.pass(ms)
  const about = (name: string) => set.of(name).filter((one) => one.payload['executionId'] === payload['executionId'])
  const story = () =>
    set.heard
      .filter((one) => one.payload['executionId'] === payload['executionId'] && one.type !== 'workflow:progress')
      .map((one) => [one.type, one.payload['nodeId']].filter(Boolean).join(' '))
  return { ...set, about, story }
}

const execute = (workflowDefinition: unknown, more: Payload = {}, ms?: number) =>
  engine('workflow:execute', { workflowDefinition, executionId: 'e1', ...more }, ms)

describe('a definition', () => {
  test('is read with either name of its edges and their ends', () => {
    const nodes = [
      { id: 'a', type: 't' },
      { id: 'b', type: 'filter', label: 'B' },
    ]
    const { definition: read, errors } = readDefinition({
      id: 'w',
      nodes,
      connections: [{ source: 'a', target: 'b' }],
    })
    expect(errors).toEqual([])
    expect(read).toMatchObject({ id: 'w', name: 'w', edges: [{ from: 'a', to: 'b' }] })
    expect(read.nodes.map(({ name, ms }) => [name, ms])).toEqual([
      [null, 800],
      ['B', 500],
    ])
  })

  test.each([
    ['nothing', undefined, ['']],
    ['a list', [], ['']],
    ['no id', { nodes: [{ id: 'a', type: 't' }] }, ['id']],
    ['no nodes', { id: 'w', nodes: [] }, ['nodes']],
    ['a node that is none', { id: 'w', nodes: [7] }, ['nodes[0].id', 'nodes[0].type']],
    ['two nodes of one name', definition('a a'), ['nodes[1].id']],
    ['an edge to nowhere', definition('a b', 'a>c'), ['edges[0].to']],
    ['edges that are no list', { ...definition('a'), edges: 7 }, ['edges']],
    ['a circle', definition('a b c', 'a>b b>c c>b'), ['edges']],
    ['a name that is far too long', { id: 'x'.repeat(129), nodes: [{ id: 'a', type: 't' }] }, ['id']],
  ])('with %s does not validate', (_what, value, paths) => {
    expect(
      readDefinition(value)
        .errors.map(({ path }) => path)
        .filter((path) => path !== 'nodes' || paths.includes('nodes')),
    ).toEqual(paths)
  })

  test('names at most twenty errors', () => {
    const nodes = Array.from({ length: 100 }, () => 0)
    expect(readDefinition({ id: 'w', nodes }).errors).toHaveLength(20)
  })

  test('is put in order: each node after those that lead to it', () => {
    const { definition: read } = readDefinition(definition('d c b a', 'a>b a>c b>d c>d'))
    expect(inOrder(read).map(({ id }) => id)).toEqual(['a', 'c', 'b', 'd'])
  })
})

const validate = (workflowDefinition: unknown) =>
  engine('workflow:validate', { workflowDefinition, validationId: 'v1' }, 200)

describe('workflow:validate', () => {
  test('says that a definition is good', () => {
    const { of, results } = validate(definition('a b', 'a>b'))
    expect(of('workflow:validation-result').map(({ payload }) => payload)).toMatchObject([
      { validationId: 'v1', valid: true, workflowId: 'mine', totalNodes: 2 },
    ])
    expect(results()).toEqual([])
  })

  test('says what is wrong with it, and then that the command failed', () => {
    const { of, results, types } = validate(definition('a b', 'a>c'))
    expect(of('workflow:validation-error').map(({ payload }) => payload)).toMatchObject([
      { validationId: 'v1', valid: false, errors: [{ path: 'edges[0].to', message: 'there is no node c' }] },
    ])
    expect(results()).toEqual([{ command_id: 'c-1', success: false, reason: 'edges[0].to: there is no node c' }])
    expect(types().at(-1)).toBe('command_result')
  })
})

describe('workflow:execute', () => {
  test('runs the given nodes in order and tells enough to draw them', () => {
    const { story, about, results } = execute(definition('c a b', 'a>b b>c'), { initialState: { batch: 7 } })
    expect(story()).toEqual([
      'workflow:started',
      ...['a', 'b', 'c'].flatMap((id) => [`node:started ${id}`, `node:completed ${id}`]),
      'workflow:completed',
      'workflow:result',
    ])
    expect(about('workflow:started')[0]?.payload).toMatchObject({
      workflowId: 'mine',
      workflowName: 'My workflow',
      totalNodes: 3,
      definition: {
        nodes: [
          { id: 'c', type: 'task', name: 'Node c' },
          { id: 'a', type: 'task', name: 'Node a' },
          { id: 'b', type: 'task', name: 'Node b' },
        ],
        edges: [
          { from: 'a', to: 'b' },
          { from: 'b', to: 'c' },
        ],
      },
    })
    expect(about('node:started')[0]?.payload).toMatchObject({
      workflowId: 'mine',
      executionId: 'e1',
      nodeId: 'a',
      nodeType: 'task',
      nodeName: 'Node a',
      state: 'running',
    })
    expect(about('workflow:progress').map(({ payload }) => payload)).toMatchObject(
      ['a', 'b', 'c', null].map((currentNode, index) => ({
        totalNodes: 3,
        completedNodes: index,
        currentNode,
        estimatedTimeRemaining: 300 - 100 * index,
      })),
    )
    expect(about('workflow:result')[0]?.payload).toMatchObject({
      success: true,
      result: { batch: 7, nodes: { a: { items: expect.any(Number) } } },
      duration: expect.any(Number),
      timestamp: expect.any(Number),
    })
    expect(results()).toEqual([])
  })

  test('leaves the drawing out where there are more than 50 nodes', () => {
    const nodes = Array.from({ length: 51 }, (_, index) => ({ id: `n${index}`, type: 't' }))
    const { about } = execute({ id: 'mine', nodes })
    expect(about('workflow:started')[0]?.payload).not.toHaveProperty('definition')
    expect(about('workflow:started')[0]?.payload['totalNodes']).toBe(51)
  })

  test('takes one way out of a condition and skips what only the others lead to', () => {
    const edges = 'a>b a>c b>d c>d'
    const { story, about } = execute(definition('a b c d', edges, { a: { type: 'condition' } }))
    expect(story().filter((line) => line.startsWith('node:skipped'))).toHaveLength(1)
    expect(story().filter((line) => line.startsWith('node:completed'))).toHaveLength(3)
    expect(story()).toContain('node:completed d')
    expect(about('workflow:progress').at(-1)?.payload).toMatchObject({ completedNodes: 4, totalNodes: 4 })
  })

  test('fails where a node fails, and says so in every way', () => {
    const { story, about, results } = execute(definition('a b c', 'a>b b>c', { b: { fail: 'No paper' } }))
    expect(story().slice(-4)).toEqual(['node:started b', 'node:failed b', 'workflow:failed', 'workflow:error'])
    const failure = { error: 'No paper', category: 'execution', severity: 'high' }
    expect(about('workflow:failed')[0]?.payload).toMatchObject({ ...failure, state: 'failed' })
    expect(about('workflow:error')[0]?.payload).toMatchObject({
      ...failure,
      success: false,
      details: { nodeId: 'b' },
    })
    // The command was to execute it, and that was done.
    expect(results()).toEqual([])
  })

  test('fails where it takes longer than it may', () => {
    const { story, about } = execute(definition('a b c', 'a>b b>c'), { options: { timeout: 110 } })
    expect(story().at(-1)).toBe('workflow:error')
    expect(about('workflow:error')[0]?.payload['error']).toBe('Not done within 110 ms')
  })

  test('refuses what does not validate, but tries where it is told to skip that', () => {
    const circle = definition('a b c', 'b>c c>b')
    const refused = execute(circle)
    expect(refused.story()).toEqual(['workflow:error'])
    expect(refused.about('workflow:error')[0]?.payload).toMatchObject({
      success: false,
      category: 'validation',
      details: { errors: [{ path: 'edges' }] },
    })
    expect(refused.results()).toMatchObject([{ command_id: 'c-1', success: false }])
    const tried = execute(circle, { options: { skipValidation: true } })
    expect(tried.story()).toEqual([
      'workflow:started',
      'node:started a',
      'node:completed a',
      'workflow:failed',
      'workflow:error',
    ])
  })

  test('runs the engine’s own workflow where none is given', () => {
    const { about } = engine('workflow:execute', { executionId: 'e1' }, 30_000)
    expect(about('workflow:started')[0]?.payload).toMatchObject({ workflowId: 'w1', totalNodes: 7 })
    expect(about('workflow:result')).toHaveLength(1)
  })

  test('runs beside the engine’s own, within bounds, and never twice under one id', () => {
    const { clock, command, of, results } = engine('workflow:execute', { executionId: 'e1' }, 500)
    command('workflow:execute', { executionId: 'e1' }, 'c-2')
    for (let n = 2; n < 12; n += 1) command('workflow:execute', { executionId: `e${n}` }, 'c-n')
    clock.pass(700)
    expect(of('workflow:started')).toHaveLength(8)
    expect(results()[0]).toMatchObject({ command_id: 'c-2', reason: 'e1 is running already' })
    expect(results().slice(1)).toHaveLength(3)
    expect(of('workflow:error')[0]?.payload).toMatchObject({ executionId: 'e1', success: false })
  })
})

describe('an execution', () => {
  test('pauses behind the node that runs, resumes and is cancelled', () => {
    const { clock, command, story } = execute(definition('a b c', 'a>b b>c'), {}, 80)
    command('workflow:pause', { executionId: 'e1' })
    clock.pass(5_000)
    expect(story().slice(-2)).toEqual(['workflow:paused', 'node:completed a'])
    command('workflow:resume', { executionId: 'e1' })
    clock.pass(60)
    expect(story().slice(-2)).toEqual(['workflow:resumed', 'node:started b'])
    command('workflow:cancel', { executionId: 'e1' })
    clock.pass(5_000)
    expect(story().at(-1)).toBe('workflow:cancelled')
  })

  test('that is none, or is not paused, cannot be cancelled or resumed, and the engine says why', () => {
    const { clock, command, results, of, host } = stage('wf_1')
    host.start('registered')
    for (const type of ['pause', 'resume', 'cancel']) command(`workflow:${type}`, {}, 'c-1')
    command('workflow:cancel', { executionId: 'e9' }, 'c-2')
    command('workflow:execute', { executionId: 'e1' })
    command('workflow:resume', {}, 'c-3')
    command('workflow:pause', { executionId: 'e1' })
    command('workflow:pause', {}, 'c-4')
    command('nonsense', {}, 'c-5')
    clock.pass(600)
    expect(results().map(({ command_id: id, reason }) => [id, reason])).toEqual([
      ['c-1', 'Nothing is running'],
      ['c-1', 'Nothing is running'],
      ['c-1', 'Nothing is running'],
      ['c-2', 'e9 is not running'],
      ['c-3', 'Nothing to resume: it is not paused'],
      ['c-4', 'Nothing to pause: it is paused'],
      ['c-5', 'Unknown message type: nonsense'],
    ])
    expect(of('error').at(-1)?.payload).toMatchObject({
      code: 'refused',
      message: 'Unknown message type: nonsense',
      details: { originalType: 'nonsense', originalRequestId: 'c-5' },
    })
  })
})
