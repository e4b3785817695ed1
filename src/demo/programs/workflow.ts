import type { Payload } from '../../shared/datagram.ts'
import type { Command, Program, Surroundings } from '../program.ts'
import type { NonEmpty } from '../random.ts'

/** Node types of one workflow in their order, with about how many milliseconds each takes. */
const NODES: NonEmpty<{ readonly id: string; readonly type: string; readonly ms: number }> = [
  { id: 'n1', type: 'trigger', ms: 300 },
  { id: 'n2', type: 'http-request', ms: 1_500 },
  { id: 'n3', type: 'filter', ms: 500 },
  { id: 'n4', type: 'transform', ms: 900 },
  { id: 'n5', type: 'inspection', ms: 2_500 },
  { id: 'n6', type: 'database', ms: 1_000 },
  { id: 'n7', type: 'notification', ms: 600 },
]
const FAILURES: NonEmpty<Payload> = [
  { category: 'connection', severity: 'high', error: 'ECONNREFUSED 10.0.0.7:5432' },
  { category: 'validation', severity: 'low', error: 'Field "batch" is missing' },
  { category: 'execution', severity: 'medium', error: 'Camera gave no picture in time' },
  { category: 'system', severity: 'critical', error: 'Out of memory' },
]

interface Execution {
  readonly id: string
  readonly startedAt: number
  /** Index of the node that runs or comes next. */
  node: number
  nodeRuns: boolean
}

/** The workflow engine: one execution after the other, node by node. Its times are epoch milliseconds. */
export class WorkflowEngine implements Program {
  readonly #machine: string
  readonly #around: Surroundings
  #execution: Execution | undefined
  #paused = false
  #cancel = (): void => {}

  constructor(machine: string, around: Surroundings) {
    this.#machine = machine
    this.#around = around
  }

  start(): void {
    if (this.#around.birth === 'registered') return this.#later()
    // Taken up again in the middle of an execution that it never announced.
    this.#execution = {
      id: `e-${this.#around.random.id()}`,
      startedAt: this.#around.clock.now(),
      node: 3,
      nodeRuns: false,
    }
    this.#node()
  }

  handle(command: Command): void {
    const execution = this.#execution
    if (command.type === 'workflow:execute') {
      const id = command.payload['executionId']
      const executionId = typeof id === 'string' && id !== '' ? id : `e-${this.#around.random.id()}`
      if (execution) {
        const error = 'Another execution is running'
        this.#around.send('workflow:error', {
          executionId,
          success: false,
          error,
          details: null,
          timestamp: this.#now(),
        })
      } else this.#execute(executionId)
    }
    if (!execution) return
    if (command.type === 'workflow:pause' && !this.#paused) {
      this.#paused = true
      this.#workflow('paused')
    } else if (command.type === 'workflow:resume' && this.#paused) {
      this.#paused = false
      this.#workflow('resumed')
      if (!execution.nodeRuns) this.#node()
    } else if (command.type === 'workflow:cancel') this.#finish('cancelled')
  }

  busy(): boolean {
    return false
  }

  terminate(): void {
    if (this.#execution) this.#finish('cancelled')
    const timestamp = this.#now() / 1000
    this.#around.send('machine_terminated', { machine_name: this.#machine, config_type: 'workflow', timestamp })
  }

  #later(): void {
    const { clock, random } = this.#around
    this.#cancel = clock.after(random.between(2_000, 5_000), () => this.#execute(`e-${random.id()}`))
  }

  #execute(id: string): void {
    this.#cancel()
    this.#paused = false
    this.#execution = { id, startedAt: this.#now(), node: 0, nodeRuns: false }
    this.#workflow('started', { workflowName: 'Batch inspection', totalNodes: NODES.length })
    this.#node()
  }

  /** One node from its start to its end. A pause lets the running node finish. */
  #node(): void {
    const execution = this.#execution
    if (!execution) return
    const { clock, random } = this.#around
    const node = NODES[execution.node] ?? NODES[0]
    const about = { nodeId: node.id, nodeType: node.type }
    execution.nodeRuns = true
    this.#event('node:started', { ...about, state: 'running' })
    this.#progress(node.id)
    const duration = Math.round(node.ms * random.between(0.7, 1.6))
    this.#cancel = clock.after(duration, () => {
      execution.nodeRuns = false
      if (random.chance(0.025)) {
        const failure = random.pick(FAILURES)
        this.#event('node:failed', { ...about, ...failure, state: 'failed' })
        return this.#finish('failed', failure)
      }
      this.#event('node:completed', {
        ...about,
        result: { items: random.integer(1, 40) },
        duration,
        state: 'completed',
      })
      execution.node += 1
      if (execution.node >= NODES.length) {
        this.#progress(null)
        this.#finish('completed')
      } else if (!this.#paused) this.#node()
    })
  }

  #progress(currentNode: string | null): void {
    const completedNodes = this.#execution?.node ?? 0
    const estimatedTimeRemaining = NODES.slice(completedNodes).reduce((sum, node) => sum + node.ms, 0)
    this.#event('workflow:progress', { totalNodes: NODES.length, completedNodes, currentNode, estimatedTimeRemaining })
  }

  #finish(state: 'completed' | 'failed' | 'cancelled', more: Payload = {}): void {
    this.#workflow(state, { ...more, duration: this.#now() - (this.#execution?.startedAt ?? this.#now()) })
    this.#execution = undefined
    this.#paused = false
    this.#cancel()
    this.#later()
  }

  #workflow(what: string, more: Payload = {}): void {
    this.#event(`workflow:${what}`, { ...more, state: what === 'started' || what === 'resumed' ? 'running' : what })
  }

  #event(type: string, payload: Payload): void {
    const executionId = this.#execution?.id ?? null
    this.#around.send(type, { workflowId: 'w1', executionId, ...payload, timestamp: this.#now() })
  }

  #now(): number {
    return Math.round(this.#around.clock.now())
  }
}
