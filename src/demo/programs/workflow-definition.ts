import { MAX_NAME_LENGTH, type Payload } from '../../shared/datagram.ts'

export interface WorkflowNode {
  readonly id: string
  readonly type: string
  readonly name: string | null
  /** About how many milliseconds it takes. */
  readonly ms: number
  /** With what it fails, whenever it runs. */
  readonly failure: string | null
}

export interface WorkflowEdge {
  readonly from: string
  readonly to: string
}

export interface WorkflowDefinition {
  readonly id: string
  readonly name: string
  readonly nodes: readonly WorkflowNode[]
  readonly edges: readonly WorkflowEdge[]
}

/** `path` is where in the definition, like `nodes[2].id`; empty for the whole. */
export interface DefinitionError {
  readonly path: string
  readonly message: string
}

export interface ReadDefinition {
  /** What of it can be run. */
  readonly definition: WorkflowDefinition
  readonly errors: readonly DefinitionError[]
}

const MAX_ERRORS = 20
const MAX_MS = 600_000
const DEFAULT_MS = 800
/** How long nodes of some types take. */
const TYPE_MS: ReadonlyMap<string, number> = new Map([
  ['trigger', 300],
  ['http-request', 1_500],
  ['filter', 500],
  ['inspection', 2_500],
  ['database', 1_000],
])

/**
 * `{id, name?, nodes: [{id, type, name?|label?, duration?, fail?}], edges|connections: [{from|source, to|target}]}`.
 * `duration`: milliseconds. `fail`: true, or with what the node fails.
 */
export function readDefinition(value: unknown): ReadDefinition {
  const errors: DefinitionError[] = []
  const wrong = (path: string, message: string): void => {
    if (errors.length < MAX_ERRORS) errors.push({ path, message })
  }
  const whole = asObject(value)
  if (!whole) wrong('', 'must be an object')
  const id = text(whole?.['id'])
  if (whole && id === null) wrong('id', `must be a text of 1 to ${MAX_NAME_LENGTH} characters`)
  const nodes = readNodes(whole?.['nodes'], wrong)
  const key = whole?.['edges'] === undefined && whole?.['connections'] !== undefined ? 'connections' : 'edges'
  const edges = readEdges(whole?.[key] ?? [], key, new Set(nodes.map((node) => node.id)), wrong)
  const definition = { id: id ?? 'unnamed', name: text(whole?.['name']) ?? id ?? 'Unnamed', nodes, edges }
  const stuck = nodes.length - inOrder(definition).length
  if (stuck > 0) wrong(key, `${stuck} nodes wait for each other in a circle`)
  return { definition, errors }
}

type Wrong = (path: string, message: string) => void

function readNodes(list: unknown, wrong: Wrong): WorkflowNode[] {
  if (!Array.isArray(list) || list.length === 0) {
    wrong('nodes', 'must be a list of at least one node')
    return []
  }
  const nodes = new Map<string, WorkflowNode>()
  list.forEach((one: unknown, index) => {
    const node = asObject(one)
    const id = text(node?.['id'])
    const type = text(node?.['type'])
    if (id === null) wrong(`nodes[${index}].id`, `must be a text of 1 to ${MAX_NAME_LENGTH} characters`)
    else if (nodes.has(id)) wrong(`nodes[${index}].id`, `another node is called ${id}`)
    if (type === null) wrong(`nodes[${index}].type`, `must be a text of 1 to ${MAX_NAME_LENGTH} characters`)
    if (!node || id === null || type === null || nodes.has(id)) return
    const { duration, fail } = node as Record<'duration' | 'fail', unknown>
    const timed = typeof duration === 'number' && duration >= 0
    const ms = timed ? Math.min(duration, MAX_MS) : (TYPE_MS.get(type) ?? DEFAULT_MS)
    const failure = text(fail) ?? (fail === true ? `Node ${id} failed` : null)
    nodes.set(id, { id, type, name: text(node['name']) ?? text(node['label']), ms, failure })
  })
  return [...nodes.values()]
}

function readEdges(list: unknown, key: string, ids: ReadonlySet<string>, wrong: Wrong): WorkflowEdge[] {
  if (!Array.isArray(list)) {
    wrong(key, 'must be a list')
    return []
  }
  const edges: WorkflowEdge[] = []
  list.forEach((one: unknown, index) => {
    const edge = asObject(one)
    const end = (names: readonly [string, string]): string | null => {
      const name = edge?.[names[1]] === undefined ? names[0] : names[1]
      const id = text(edge?.[name])
      if (id !== null && ids.has(id)) return id
      wrong(`${key}[${index}].${name}`, id === null ? 'must name a node' : `there is no node ${id}`)
      return null
    }
    const from = end(['from', 'source'])
    const to = end(['to', 'target'])
    if (from !== null && to !== null) edges.push({ from, to })
  })
  return edges
}

/** Each node after all that lead to it, else as they are written; nodes in a circle, and behind one, are left out. */
export function inOrder({ nodes, edges }: WorkflowDefinition): WorkflowNode[] {
  const order: WorkflowNode[] = []
  const done = new Set<string>()
  for (;;) {
    const next = nodes.find(
      (node) => !done.has(node.id) && edges.every(({ from, to }) => to !== node.id || done.has(from)),
    )
    if (!next) return order
    done.add(next.id)
    order.push(next)
  }
}

function asObject(value: unknown): Payload | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Payload) : undefined
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= MAX_NAME_LENGTH ? value : null
}
