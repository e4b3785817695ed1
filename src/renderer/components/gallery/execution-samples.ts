import type { Execution, Step } from '../../../shared/execution.ts'

function stepAt(now: number, index: number, part: Partial<Step>): Step {
  return {
    offset: index,
    id: `b${index}`,
    name: 'EC',
    type: 'sensor',
    device: `EC${index}`,
    status: 'completed',
    startedAt: now - 10_000 + index * 1_500,
    endedAt: now - 9_000 + index * 1_500,
    duration: 700 + index * 160,
    displayText: `Прочетен EC${index}`,
    result: '{"value":1.8}',
    ...part,
  }
}

const RUNNING = { status: 'running', endedAt: null, duration: null, result: null } as const

/** An execution in every state that its card and its page can show. */
export function sampleExecutions(now: number): Readonly<Record<string, Execution>> {
  const flow: Execution = {
    machine: 'flow_01',
    id: 's-2ffa776e',
    kind: 'flow',
    program: 'p1',
    name: 'Полив и подхранване',
    status: 'running',
    startedAt: now - 185_000,
    endedAt: null,
    cycle: { id: 'c1', name: 'Сутрешен цикъл', status: 'running' },
    action: { id: 't2', name: 'Дозиране', index: 1, total: 4, fromOne: false, status: 'running' },
    progress: null,
    graph: null,
    steps: [1, 2, 3, 4].map((index) => stepAt(now, index, index === 4 ? RUNNING : {})),
    errors: [],
    lastEventOffset: 9,
  }
  const names = ['Fetch order', 'Camera', 'Weigh', 'Store', 'Tell the shift']
  const statuses = ['completed', 'failed', 'skipped', 'running'] as const
  const workflow: Execution = {
    ...flow,
    machine: 'wf_1',
    id: 'e-d8fb3a0b',
    kind: 'workflow',
    program: 'w1',
    name: 'Batch inspection',
    cycle: null,
    action: null,
    progress: { completed: 2, total: 5, current: 'n4', remaining: 63_000, at: now - 4_000 },
    graph: {
      nodes: names.map((name, index) => ({ id: `n${index + 1}`, type: 'transform', name })),
      edges: [
        ['n1', 'n2'],
        ['n1', 'n3'],
        ['n2', 'n4'],
        ['n3', 'n4'],
        ['n4', 'n5'],
      ].map(([from = '', to = '']) => ({ from, to })),
    },
    steps: statuses.map((status, index) =>
      stepAt(now, index, { id: `n${index + 1}`, name: names[index] ?? null, displayText: null, status }),
    ),
  }
  const error = { offset: 8, time: now, message: 'Out of memory', category: 'system', step: 'n2' }
  return {
    flow,
    workflow,
    paused: { ...workflow, id: 'paused', status: 'paused' },
    'no extent': { ...flow, id: 'none', cycle: null, action: null, steps: [], name: null },
    long: { ...flow, id: 'long', name: 'A program whose name goes on and on and must be cut off somewhere on a card' },
    failed: {
      ...workflow,
      id: 'failed',
      status: 'failed',
      endedAt: now,
      errors: [
        { ...error, severity: 'critical' },
        { ...error, offset: 9, category: null, severity: null, step: null },
      ],
    },
    stopped: { ...flow, id: 'stopped', status: 'stopped', endedAt: now },
    cancelled: { ...workflow, id: 'cancelled', status: 'cancelled', endedAt: now },
    completed: { ...workflow, id: 'completed', status: 'completed', endedAt: now },
  }
}
