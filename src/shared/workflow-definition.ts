import Type from 'typebox'
import { Value } from 'typebox/value'
import { MAX_NAME_LENGTH } from './datagram.ts'

const Name = Type.String({ minLength: 1, maxLength: MAX_NAME_LENGTH })

export const WorkflowNodeSchema = Type.Object({
  id: Name,
  type: Name,
  name: Type.Optional(Type.String({ maxLength: MAX_NAME_LENGTH })),
})
export type WorkflowNode = Type.Static<typeof WorkflowNodeSchema>

export const WorkflowEdgeSchema = Type.Object({ from: Name, to: Name })
export type WorkflowEdge = Type.Static<typeof WorkflowEdgeSchema>

/** What a workflow engine is asked to run: nodes, and what follows what. Other keys are the engine's own business. */
export const WorkflowDefinitionSchema = Type.Object({
  id: Name,
  name: Type.Optional(Type.String({ maxLength: MAX_NAME_LENGTH })),
  nodes: Type.Array(WorkflowNodeSchema, { minItems: 1, maxItems: 200 }),
  edges: Type.Optional(Type.Array(WorkflowEdgeSchema, { maxItems: 1_000 })),
})
export type WorkflowDefinition = Type.Static<typeof WorkflowDefinitionSchema>

/** What is wrong with a definition, for people, with the place in it; null where nothing is. */
export function definitionMistake(definition: unknown): string | null {
  if (!Value.Check(WorkflowDefinitionSchema, definition)) {
    const [first] = Value.Errors(WorkflowDefinitionSchema, definition)
    return `${first?.instancePath || 'The definition'} ${first?.message ?? 'is not right'}.`.slice(0, 200)
  }
  const ids = new Set<string>()
  for (const [i, { id }] of definition.nodes.entries()) {
    if (ids.has(id)) return `/nodes/${i}/id: another node is called "${id}" already.`
    ids.add(id)
  }
  const { edges = [] } = definition
  for (const [i, { from, to }] of edges.entries()) {
    const unknown = [from, to].find((id) => !ids.has(id))
    if (unknown !== undefined) return `/edges/${i}: there is no node "${unknown}".`
  }
  return cycleIn(ids, edges)
}

/** Nodes without open predecessors go, again and again; what is left runs in a circle. */
function cycleIn(ids: ReadonlySet<string>, edges: readonly WorkflowEdge[]): string | null {
  const left = new Set(ids)
  const open = new Map([...ids].map((id) => [id, 0]))
  for (const { to } of edges) open.set(to, (open.get(to) ?? 0) + 1)
  const ready = [...ids].filter((id) => open.get(id) === 0)
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    left.delete(id)
    for (const edge of edges) {
      if (edge.from !== id) continue
      const count = (open.get(edge.to) ?? 0) - 1
      open.set(edge.to, count)
      if (count === 0) ready.push(edge.to)
    }
  }
  const [first] = left
  return first === undefined ? null : `/edges: they run in a circle through "${first}".`
}
