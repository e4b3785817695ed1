import type { Payload } from '../datagram.ts'
import type { EventView } from '../event.ts'
import type { Execution, ExecutionStatus, StepStatus } from '../execution.ts'
import { EXECUTION_LIMITS } from './execution-limits.ts'
import { create, type Executions, fail, isLive, setStatus } from './execution-life.ts'
import { durationOf, endStep, startStep } from './execution-steps.ts'
import { asObject, countField, idField, jsonText, messageField, objectField, textField } from './fields.ts'
import { findFlow, identify, isProvisional } from './flow-identity.ts'

const FLOW_STATUSES: ReadonlyMap<string | null, ExecutionStatus> = new Map([
  ['running', 'running'],
  ['started', 'running'],
  ['resumed', 'running'],
  ['paused', 'paused'],
  ['stopped', 'stopped'],
  ['completed', 'completed'],
  ['failed', 'failed'],
  ['error', 'failed'],
  ['cancelled', 'cancelled'],
])

/** The execution that an event shows to be running now; one that had ended goes on or, without a session's id, begins anew. */
function runningFlow(executions: Executions, event: EventView): Execution {
  const identity = identify(event.payload)
  let execution = findFlow(executions, event, identity)
  if (!execution || (!isLive(execution) && isProvisional(execution))) {
    execution = create(executions, event, 'flow', identity.session ?? identity.program ?? event.machine)
  }
  setStatus(executions, execution, 'running', event)
  describeFlow(execution, event.payload, true)
  return execution
}

/** The execution that an event speaks of; one that is not known is begun only where its session is named. */
function namedFlow(executions: Executions, event: EventView): Execution | undefined {
  const identity = identify(event.payload)
  let execution = findFlow(executions, event, identity)
  if (!execution && identity.session !== null) execution = create(executions, event, 'flow', identity.session)
  if (execution) describeFlow(execution, event.payload, false)
  return execution
}

function describeFlow(execution: Execution, payload: Payload, begins: boolean): void {
  const context = asObject(payload['executionContext']) ?? payload
  execution.program = idField(context, 'programId') ?? execution.program
  execution.name = textField(context, 'programName') ?? execution.name
  const id = textField(context, 'cycleId')
  const name = textField(context, 'cycleName')
  if (id === null && name === null) return
  const { cycle } = execution
  if (!cycle || cycle.id !== id) execution.cycle = { id, name, status: 'running' }
  else {
    cycle.name = name ?? cycle.name
    if (begins) cycle.status = 'running'
  }
}

export function foldFlow(executions: Executions, event: EventView): Execution | undefined {
  const { payload, type } = event
  switch (type.endsWith('_enhanced') ? type.slice(0, -'_enhanced'.length) : type) {
    case 'block_started': {
      const execution = runningFlow(executions, event)
      const id = idField(payload, 'blockId')
      if (id !== null) startStep(execution, event, id, payload, event.time)
      return execution
    }
    case 'block_executed': {
      const execution = namedFlow(executions, event) ?? runningFlow(executions, event)
      const id = idField(payload, 'blockId')
      if (id === null) return execution
      const status = blockEnd(payload)
      endStep(execution, event, id, payload, status)
      if (status === 'failed') {
        const said = messageField(payload) ?? messageField(objectField(payload, 'result'))
        fail(execution, event, said ?? textField(payload, 'displayText', EXECUTION_LIMITS.text) ?? type, id)
      }
      return execution
    }
    case 'action_template_started': {
      const execution = runningFlow(executions, event)
      const index = countField(payload, 'actionIndex')
      const total = countField(payload, 'totalActions')
      const before = execution.action
      execution.action = {
        id: textField(payload, 'actionTemplateId'),
        name: textField(payload, 'actionTemplateName'),
        index,
        total,
        fromOne: index !== 0 && ((before?.fromOne ?? false) || (index !== null && index === total)),
        status: 'running',
      }
      return execution
    }
    case 'action_template_completed': {
      const execution = namedFlow(executions, event)
      if (!execution) return undefined
      const failed = payload['success'] === false
      const id = textField(payload, 'actionTemplateId')
      const action = (execution.action ??= {
        id,
        name: null,
        index: null,
        total: null,
        fromOne: false,
        status: 'running',
      })
      if (action.id === id) action.status = failed ? 'failed' : 'completed'
      if (failed) fail(execution, event, messageField(payload) ?? `${type}: ${action.name ?? id ?? ''}`, null)
      return execution
    }
    case 'cycle_completed': {
      const execution = namedFlow(executions, event)
      if (!execution) return undefined
      const failed = payload['success'] === false
      const { cycle } = execution
      if (cycle) cycle.status = failed ? 'failed' : 'completed'
      if (failed) fail(execution, event, messageField(payload) ?? `${type}: ${cycle?.name ?? cycle?.id ?? ''}`, null)
      return execution
    }
    case 'flow_status_changed': {
      const status = FLOW_STATUSES.get(textField(payload, 'status'))
      if (status === undefined) return undefined
      const execution = namedFlow(executions, event) ?? runningFlow(executions, event)
      setStatus(executions, execution, status, event)
      return execution
    }
    case 'initial_execution_state':
      return foldInitial(executions, event)
    default:
      return undefined
  }
}

function blockEnd(payload: Payload): StepStatus {
  const status = textField(payload, 'status') ?? textField(payload, 'blockStatus')
  if (status === 'skipped') return 'skipped'
  return status === 'failed' || status === 'error' || payload['success'] === false ? 'failed' : 'completed'
}

/** What ran before the panel listened. Blocks that it heard of itself are known better than told here. */
function foldInitial(executions: Executions, event: EventView): Execution | undefined {
  const { payload } = event
  const context = asObject(payload['executionContext'])
  const active = blocksOf(payload['active'])
  if (!context && active.length === 0) return undefined
  const execution = namedFlow(executions, event) ?? runningFlow(executions, event)
  const status =
    context?.['isCompleted'] === true ? 'completed' : FLOW_STATUSES.get(textField(context ?? payload, 'programStatus'))
  if (status !== undefined) setStatus(executions, execution, status, event)

  const cycle = asObject(context?.['currentCycle'])
  if (cycle) {
    const said = FLOW_STATUSES.get(textField(cycle, 'cycleStatus'))
    execution.cycle = {
      id: textField(cycle, 'cycleId'),
      name: textField(cycle, 'cycleName'),
      status: said === 'completed' || said === 'failed' ? said : 'running',
    }
  }
  if (execution.steps.length === 0) {
    for (const block of blocksOf(payload['recent'])) importBlock(execution, event, block)
  }
  const running = new Set(execution.steps.filter((step) => step.status === 'running').map(({ id }) => id))
  for (const block of active) if (!running.has(idField(block, 'blockId') ?? '')) importBlock(execution, event, block)
  return execution
}

function blocksOf(list: unknown): Payload[] {
  if (!Array.isArray(list)) return []
  return list.slice(-EXECUTION_LIMITS.steps).filter((block) => asObject(block) !== null)
}

function importBlock(execution: Execution, event: EventView, block: Payload): void {
  const id = idField(block, 'blockId')
  if (id === null) return
  const step = startStep(execution, event, id, block, null)
  if (textField(block, 'blockStatus') === 'running') return
  step.status = blockEnd(block)
  step.duration = durationOf(block)
  step.result = jsonText(block['outputData'], EXECUTION_LIMITS.text)
}
