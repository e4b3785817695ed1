import type { WorkflowDefinition, WorkflowNode } from './workflow-definition.ts'

const node = (id: string, type: string, name: string, ms: number): WorkflowNode => ({
  id,
  type,
  name,
  ms,
  failure: null,
})

/** What the engine runs again and again by itself. */
export const BATCH: WorkflowDefinition = {
  id: 'w1',
  name: 'Batch inspection',
  nodes: [
    node('n1', 'trigger', 'Batch complete', 300),
    node('n2', 'http-request', 'Fetch order', 1_500),
    node('n3', 'filter', 'Drop rejects', 500),
    node('n4', 'transform', 'To metric', 900),
    node('n5', 'inspection', 'Camera', 2_500),
    node('n6', 'database', 'Store', 1_000),
    node('n7', 'notification', 'Tell the shift', 600),
  ],
  edges: [
    { from: 'n1', to: 'n2' },
    { from: 'n2', to: 'n3' },
    { from: 'n3', to: 'n4' },
    { from: 'n3', to: 'n5' },
    { from: 'n4', to: 'n6' },
    { from: 'n5', to: 'n6' },
    { from: 'n6', to: 'n7' },
  ],
}
