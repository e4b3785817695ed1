import type { EventView } from '../event.ts'
import { type Execution, type ExecutionStatus, executionKey, type StepStatus } from '../execution.ts'
import { create, type Executions, fail, setStatus } from './execution-life.ts'
import { endStep, startStep } from './execution-steps.ts'
import { countField, durationField, idField, messageField, textField } from './fields.ts'
import { graphField } from './workflow-graph.ts'

const WORKFLOW_STATUSES: ReadonlyMap<string, ExecutionStatus> = new Map([
  ['workflow:completed', 'completed'],
  ['workflow:failed', 'failed'],
  ['workflow:error', 'failed'],
  ['workflow:cancelled', 'cancelled'],
  ['workflow:paused', 'paused'],
  ['workflow:resumed', 'running'],
])

const NODE_ENDS: ReadonlyMap<string, StepStatus> = new Map([
  ['node:completed', 'completed'],
  ['node:failed', 'failed'],
  ['node:error', 'failed'],
  ['node:skipped', 'skipped'],
])

export function foldWorkflow(executions: Executions, event: EventView): Execution | undefined {
  const { payload, type } = event
  const workflow = idField(payload, 'workflowId')
  const id = idField(payload, 'executionId') ?? workflow
  const nodeEnd = NODE_ENDS.get(type)
  const status = WORKFLOW_STATUSES.get(type)
  const starts = type === 'workflow:started'
  const known = starts || nodeEnd !== undefined || status !== undefined
  if (id === null || !(known || type === 'node:started' || type === 'workflow:progress')) return undefined

  let execution = starts ? undefined : executions.get(executionKey(event.machine, id))
  execution ??= create(executions, event, 'workflow', id)
  execution.program = workflow ?? execution.program
  execution.name = textField(payload, 'workflowName') ?? execution.name ?? execution.program
  if (status !== undefined) {
    const message = messageField(payload) ?? type
    // An engine says first which node failed and then, in the same words, that the workflow did.
    if (status === 'failed' && execution.errors.at(-1)?.message !== message) fail(execution, event, message, null)
    setStatus(executions, execution, status, event)
    return execution
  }
  if (starts || type === 'workflow:progress') {
    if (starts) execution.graph = graphField(payload)
    setProgress(execution, event)
    return execution
  }
  const node = idField(payload, 'nodeId')
  if (node === null) return execution
  if (nodeEnd === undefined) startStep(execution, event, node, payload, event.time)
  else endStep(execution, event, node, payload, nodeEnd)
  if (nodeEnd === 'failed') fail(execution, event, messageField(payload) ?? type, node)
  return execution
}

function setProgress(execution: Execution, { payload, time }: EventView): void {
  const total = countField(payload, 'totalNodes') ?? execution.progress?.total
  if (total === undefined) return
  execution.progress = {
    completed: countField(payload, 'completedNodes') ?? execution.progress?.completed ?? 0,
    total,
    current: textField(payload, 'currentNode'),
    remaining: durationField(payload, 'estimatedTimeRemaining'),
    at: time,
  }
}
