import type { Payload } from '../datagram.ts'
import type { ExecutionGraph } from '../execution.ts'
import { EXECUTION_LIMITS } from './execution-limits.ts'
import { asObject, idField, textField } from './fields.ts'

/**
 * The nodes of a workflow and what follows what, where its engine says so; null where it says nothing that can be
 * drawn. Of two nodes of one id the first counts; an edge to a node that is not there is none, nor is one said twice.
 */
export function graphField(payload: Payload): ExecutionGraph | null {
  const definition = asObject(payload['definition']) ?? asObject(payload['workflowDefinition'])
  if (!definition) return null
  const nodes = new Map<string, ExecutionGraph['nodes'][number]>()
  for (const each of listOf(definition['nodes'])) {
    const id = idField(each, 'id')
    if (id === null || nodes.has(id)) continue
    if (nodes.size >= EXECUTION_LIMITS.nodes) break
    nodes.set(id, { id, type: textField(each, 'type'), name: textField(each, 'name') ?? textField(each, 'label') })
  }
  if (nodes.size === 0) return null
  const edges = new Map<string, ExecutionGraph['edges'][number]>()
  for (const each of listOf(definition['edges'] ?? definition['connections'])) {
    const from = idField(each, 'from') ?? idField(each, 'source')
    const to = idField(each, 'to') ?? idField(each, 'target')
    if (from === null || to === null || !nodes.has(from) || !nodes.has(to)) continue
    if (edges.size >= EXECUTION_LIMITS.edges) break
    edges.set(JSON.stringify([from, to]), { from, to })
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] }
}

function listOf(value: unknown): Payload[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((each: unknown): Payload[] => {
    const object = asObject(each)
    return object ? [object] : []
  })
}
