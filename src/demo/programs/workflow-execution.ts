import type { Payload } from '../../shared/datagram.ts'
import type { Surroundings } from '../program.ts'
import type { NonEmpty } from '../random.ts'
import { inOrder, type WorkflowDefinition, type WorkflowNode } from './workflow-definition.ts'

/** A definition with more is not sent along with the start: it would not fit beside the rest of a datagram. */
const MAX_DRAWN_NODES = 50
const MAX_DRAWN_EDGES = 200

interface Failure {
  readonly category: 'validation' | 'execution' | 'connection' | 'system'
  readonly severity: 'low' | 'medium' | 'high' | 'critical'
  readonly error: string
}

const MISHAPS: NonEmpty<Failure> = [
  { category: 'connection', severity: 'high', error: 'ECONNREFUSED 10.0.0.7:5432' },
  { category: 'validation', severity: 'low', error: 'Field "batch" is missing' },
  { category: 'execution', severity: 'medium', error: 'Camera gave no picture in time' },
  { category: 'system', severity: 'critical', error: 'Out of memory' },
]

export interface ExecutionOrder {
  readonly definition: WorkflowDefinition
  readonly executionId: string
  readonly initialState: Payload
  /** Null: as long as it takes. */
  readonly timeoutMs: number | null
  /** Whoever asked for it gets a result. What the engine runs by itself has none, and fails now and then. */
  readonly asked: boolean
  readonly ended: () => void
}

/** One run of a workflow, node by node in topological order. Its times are epoch milliseconds. */
export class WorkflowExecution {
  readonly #order: ExecutionOrder
  readonly #around: Surroundings
  readonly #nodes: readonly WorkflowNode[]
  readonly #startedAt: number
  readonly #outputs: Record<string, Payload> = {}
  /** Nodes that an edge was taken to. */
  readonly #reached = new Set<string>()
  /** Nodes that are through, one way or another: the index of the one that runs or comes next. */
  #done = 0
  #nodeRuns = false
  #paused = false
  #over = false
  #cancelNode = (): void => {}
  #cancelTimeout = (): void => {}

  constructor(order: ExecutionOrder, around: Surroundings) {
    this.#order = order
    this.#around = around
    this.#nodes = inOrder(order.definition)
    this.#startedAt = this.#now()
  }

  get paused(): boolean {
    return this.#paused
  }

  start(): void {
    const { definition, timeoutMs } = this.#order
    const { nodes, edges, name } = definition
    const drawn = nodes.length <= MAX_DRAWN_NODES && edges.length <= MAX_DRAWN_EDGES
    const brief = { nodes: nodes.map((node) => ({ id: node.id, type: node.type, name: node.name })), edges }
    this.#workflow('started', {
      workflowName: name,
      totalNodes: nodes.length,
      ...(drawn ? { definition: brief } : {}),
    })
    if (timeoutMs !== null) this.#cancelTimeout = this.#around.clock.after(timeoutMs, () => this.#timeOut(timeoutMs))
    this.#next()
  }

  /** Goes on behind so many nodes, without a word of having started. */
  takeUp(done: number): void {
    for (const node of this.#nodes.slice(0, done)) this.#leave(node)
    this.#done = done
    this.#next()
  }

  /** The node that runs is let finish. */
  pause(): void {
    this.#paused = true
    this.#workflow('paused')
  }

  resume(): void {
    this.#paused = false
    this.#workflow('resumed')
    if (!this.#nodeRuns) this.#next()
  }

  cancel(): void {
    this.#end('cancelled')
  }

  #next(): void {
    if (this.#paused) return
    const { edges } = this.#order.definition
    for (let node = this.#nodes[this.#done]; node; node = this.#nodes[this.#done]) {
      const { id } = node
      if (this.#reached.has(id) || !edges.some(({ to }) => to === id)) return this.#run(node)
      this.#done += 1
      this.#event('node:skipped', { ...about(node), state: 'skipped', reason: 'No branch leads to it' })
    }
    const stuck = this.#order.definition.nodes.length - this.#nodes.length
    if (stuck === 0) return this.#complete()
    const error = `${stuck} nodes wait for each other in a circle`
    this.#fail({ category: 'execution', severity: 'medium', error }, null)
  }

  #run(node: WorkflowNode): void {
    const { clock, random } = this.#around
    this.#nodeRuns = true
    this.#event('node:started', { ...about(node), state: 'running' })
    this.#progress(node.id)
    const duration = Math.round(node.ms * random.between(0.7, 1.6))
    this.#cancelNode = clock.after(duration, () => {
      this.#nodeRuns = false
      const failure = this.#failureOf(node)
      if (failure) {
        this.#event('node:failed', { ...about(node), ...failure, duration, state: 'failed' })
        return this.#fail(failure, node.id)
      }
      const result = { items: random.integer(1, 40) }
      this.#outputs[node.id] = result
      this.#event('node:completed', { ...about(node), result, duration, state: 'completed' })
      this.#leave(node)
      this.#done += 1
      this.#next()
    })
  }

  /** A condition goes one way, every other node all ways. */
  #leave({ id, type }: WorkflowNode): void {
    const ways = this.#order.definition.edges.filter(({ from }) => from === id)
    const [first, ...others] = ways
    if (first === undefined) return
    const one = type === 'condition' || type === 'if'
    for (const { to } of one ? [this.#around.random.pick([first, ...others])] : ways) this.#reached.add(to)
  }

  #failureOf(node: WorkflowNode): Failure | undefined {
    if (node.failure !== null) return { category: 'execution', severity: 'high', error: node.failure }
    const { random } = this.#around
    return !this.#order.asked && random.chance(0.025) ? random.pick(MISHAPS) : undefined
  }

  #timeOut(ms: number): void {
    const error = `Not done within ${ms} ms`
    this.#fail({ category: 'execution', severity: 'high', error }, this.#nodes[this.#done]?.id ?? null)
  }

  #complete(): void {
    this.#progress(null)
    const result = { ...this.#order.initialState, nodes: this.#outputs }
    this.#end('completed', {}, () => this.#event('workflow:result', { success: true, result, duration: this.#took() }))
  }

  #fail(failure: Failure, nodeId: string | null): void {
    const details = nodeId === null ? null : { nodeId }
    this.#end('failed', { ...failure }, () =>
      this.#event('workflow:error', { success: false, ...failure, details, duration: this.#took() }),
    )
  }

  #end(state: 'completed' | 'failed' | 'cancelled', more: Payload = {}, answer: () => void = () => {}): void {
    if (this.#over) return
    this.#over = true
    this.#cancelNode()
    this.#cancelTimeout()
    this.#workflow(state, { ...more, duration: this.#took() })
    if (this.#order.asked) answer()
    this.#order.ended()
  }

  #progress(currentNode: string | null): void {
    const left = this.#nodes.slice(this.#done).reduce((sum, { ms }) => sum + ms, 0)
    this.#event('workflow:progress', {
      totalNodes: this.#order.definition.nodes.length,
      completedNodes: this.#done,
      currentNode,
      estimatedTimeRemaining: left,
    })
  }

  #workflow(what: string, more: Payload = {}): void {
    this.#event(`workflow:${what}`, { ...more, state: what === 'started' || what === 'resumed' ? 'running' : what })
  }

  #event(type: string, payload: Payload): void {
    const { definition, executionId } = this.#order
    this.#around.send(type, { workflowId: definition.id, executionId, ...payload, timestamp: this.#now() })
  }

  #took(): number {
    return this.#now() - this.#startedAt
  }

  #now(): number {
    return Math.round(this.#around.clock.now())
  }
}

const about = ({ id, type, name }: WorkflowNode): Payload => ({ nodeId: id, nodeType: type, nodeName: name })
