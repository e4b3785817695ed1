import type { Execution, Step } from '../../shared/execution.ts'
import { type StepLook, stepLook } from './execution-view.ts'
import type { GraphEdge } from './graph/graph.ts'

/** A node of a workflow as it stands in one execution. */
export interface PictureNode {
  readonly id: string
  readonly title: string
  readonly type: string | null
  readonly look: StepLook
  /** Its latest run; null where it has not begun. */
  readonly step: Step | null
}

export interface WorkflowPicture {
  readonly nodes: readonly PictureNode[]
  readonly edges: readonly GraphEdge[]
  /** The engine did not say how the nodes hang together: they stand as they were seen, one after the other. */
  readonly guessed: boolean
}

/** The graph of a workflow with what its nodes do; null where no node is known yet. */
export function workflowPicture(execution: Execution): WorkflowPicture | null {
  const latest = new Map(execution.steps.map((step) => [step.id, step]))
  const { graph } = execution
  if (!graph && latest.size === 0) return null
  const described = graph?.nodes ?? []
  const known = new Set(described.map(({ id }) => id))
  // An engine may run nodes that it did not tell of.
  const others = [...latest.values()].filter(({ id }) => !known.has(id))
  const all = [...described, ...others]
  const nodes = all.map(({ id, type, name }): PictureNode => {
    const step = latest.get(id) ?? null
    return {
      id,
      title: name ?? step?.name ?? id,
      type: type ?? step?.type ?? null,
      look: step ? stepLook(step, execution) : 'waiting',
      step,
    }
  })
  const edges = graph?.edges ?? others.slice(1).map(({ id }, index) => ({ from: others[index]?.id ?? '', to: id }))
  return {
    nodes,
    edges: edges.map(({ from, to }) => ({ id: JSON.stringify([from, to]), from, to, label: null })),
    guessed: graph === null,
  }
}
