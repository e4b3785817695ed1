import type { Payload } from '../datagram.ts'
import type { EventView } from '../event.ts'
import {
  type Execution,
  type ExecutionStatus,
  executionKey,
  SEVERITIES,
  type Step,
  type StepStatus,
} from '../execution.ts'
import {
  asObject,
  countField,
  idField,
  jsonText,
  makeRoom,
  messageField,
  numberField,
  objectField,
  pushBounded,
  textField,
} from './fields.ts'

export const EXECUTION_LIMITS = {
  /** In all; above it the ended ones go first, then those silent longest. */
  all: 500,
  /** Kept of each machine's past, so that a busy machine does not push out the history of the others. */
  endedPerMachine: 20,
  /** Of one execution: enough for a screen of history; the rest is in the log. */
  steps: 60,
  errors: 20,
  /** Of a step's result and display text, in UTF-16 units: with the steps they are most of a snapshot. */
  text: 300,
} as const

type Executions = Map<string, Execution>

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

const isLive = ({ status }: Execution): boolean => status === 'running' || status === 'paused'

/**
 * Folds one event into the executions, in place. Returns the execution that changed; undefined where none did, and
 * where a machine's end stops all of its own. Only machines' events run anything, and the latest word of the machine on
 * a status holds, also after an end.
 */
export function foldExecution(executions: Executions, event: EventView): Execution | undefined {
  if (event.origin !== 'machine') return undefined
  const changed = fold(executions, event)
  if (changed) changed.lastEventOffset = event.offset
  return changed
}

function fold(executions: Executions, event: EventView): Execution | undefined {
  if (event.family === 'flow') return foldFlow(executions, event)
  if (event.family === 'workflow') return foldWorkflow(executions, event)
  if (event.type === 'error_occurred') return foldError(executions, event)
  if (event.type === 'machine_terminated') stopAll(executions, event)
  return undefined
}

// Executions

function create(executions: Executions, event: EventView, kind: Execution['kind'], id: string): Execution {
  const key = executionKey(event.machine, id)
  // One that begins anew stands behind those that began before.
  executions.delete(key)
  makeRoom(executions, EXECUTION_LIMITS.all, (each) => each.lastEventOffset + (isLive(each) ? 2 ** 52 : 0))
  const execution: Execution = {
    machine: event.machine,
    id,
    kind,
    program: null,
    name: null,
    status: 'running',
    startedAt: event.time,
    endedAt: null,
    cycle: null,
    action: null,
    progress: null,
    steps: [],
    errors: [],
    lastEventOffset: event.offset,
  }
  executions.set(key, execution)
  return execution
}

function setStatus(executions: Executions, execution: Execution, status: ExecutionStatus, event: EventView): void {
  execution.status = status
  if (isLive(execution)) {
    execution.endedAt = null
    return
  }
  if (execution.endedAt !== null) return
  execution.endedAt = event.time
  execution.lastEventOffset = event.offset
  let ended = 0
  let oldest = execution
  for (const each of executions.values()) {
    if (each.machine !== event.machine || isLive(each)) continue
    ended += 1
    if (each.lastEventOffset < oldest.lastEventOffset) oldest = each
  }
  if (ended > EXECUTION_LIMITS.endedPerMachine) executions.delete(executionKey(oldest.machine, oldest.id))
}

/** A program that has ended runs nothing any more. What is killed cannot say so: its executions run until it is stale. */
function stopAll(executions: Executions, event: EventView): void {
  const live = [...executions.values()].filter((each) => each.machine === event.machine && isLive(each))
  for (const execution of live) setStatus(executions, execution, 'stopped', event)
}

/** An error that names no execution is taken as one of the machine's execution that was heard of last. */
function foldError(executions: Executions, event: EventView): Execution | undefined {
  const { machine, payload } = event
  const { session } = identify(payload)
  const named = session === null ? undefined : executions.get(executionKey(machine, session))
  const execution = named ?? latestLive(executions, (each) => each.machine === machine)
  if (execution) fail(execution, event, messageField(payload) ?? event.type, stepOf(payload))
  return execution
}

const stepOf = (payload: Payload): string | null => idField(payload, 'blockId') ?? idField(payload, 'nodeId')

function latestLive(executions: Executions, fits: (execution: Execution) => boolean): Execution | undefined {
  let latest: Execution | undefined
  for (const each of executions.values()) {
    if (fits(each) && isLive(each) && (!latest || each.lastEventOffset > latest.lastEventOffset)) latest = each
  }
  return latest
}

function fail(execution: Execution, event: EventView, message: string, step: string | null): void {
  const { payload } = event
  const severity = textField(payload, 'severity')?.toLowerCase()
  const error = {
    offset: event.offset,
    time: event.time,
    message,
    category: textField(payload, 'category'),
    severity: SEVERITIES.find((each) => each === severity) ?? null,
    step,
  }
  pushBounded(execution.errors, error, EXECUTION_LIMITS.errors)
}

// Steps

function startStep(
  execution: Execution,
  event: EventView,
  id: string,
  payload: Payload,
  startedAt: number | null,
): Step {
  const running = execution.steps.findIndex((step) => step.id === id && step.status === 'running')
  if (running >= 0) execution.steps.splice(running, 1)
  const step: Step = {
    offset: event.offset,
    id,
    name: textField(payload, 'blockName') ?? textField(payload, 'nodeName'),
    type: textField(payload, 'blockType') ?? textField(payload, 'nodeType'),
    device: textField(payload, 'deviceName'),
    status: 'running',
    startedAt,
    endedAt: null,
    duration: null,
    displayText: textField(payload, 'displayText', EXECUTION_LIMITS.text),
    result: null,
  }
  execution.steps.push(step)
  if (execution.steps.length > EXECUTION_LIMITS.steps) {
    const ended = execution.steps.findIndex(({ status }) => status !== 'running')
    execution.steps.splice(Math.max(ended, 0), 1)
  }
  return step
}

function endStep(execution: Execution, event: EventView, id: string, payload: Payload, status: StepStatus): void {
  const running = execution.steps.findLast((each) => each.id === id && each.status === 'running')
  const step = running ?? startStep(execution, event, id, payload, null)
  step.status = status
  step.endedAt = event.time
  step.duration = durationOf(payload) ?? (step.startedAt === null ? null : event.time - step.startedAt)
  step.displayText = textField(payload, 'displayText', EXECUTION_LIMITS.text) ?? step.displayText
  step.result = jsonText(payload['result'], EXECUTION_LIMITS.text)
}

function durationOf(payload: Payload): number | null {
  const duration = numberField(objectField(payload, 'timing'), 'duration') ?? numberField(payload, 'duration')
  return duration !== null && duration >= 0 ? duration : null
}

// Flow programs

interface FlowIdentity {
  /** Of one run of a program. */
  readonly session: string | null
  readonly program: string | null
}

function identify(payload: Payload): FlowIdentity {
  const context = objectField(payload, 'executionContext')
  return {
    session:
      idField(context, 'executionSessionId') ??
      idField(context, 'executionId') ??
      idField(payload, 'executionSessionId') ??
      idField(payload, 'executionId'),
    program: idField(context, 'programId') ?? idField(payload, 'programId'),
  }
}

/**
 * The execution that a flow event is about. Some events name no session: they belong to the machine's running flow
 * program, and where none is known to one under the program's id, or the machine's name. It gets its session's id with
 * the first event that names one.
 */
function findFlow(executions: Executions, event: EventView, { session, program }: FlowIdentity): Execution | undefined {
  const { machine } = event
  if (session !== null)
    return executions.get(executionKey(machine, session)) ?? adopt(executions, event, session, program)
  const live = latestLive(executions, (each) => isFlowOf(each, machine, program))
  return live ?? executions.get(executionKey(machine, program ?? machine))
}

function isFlowOf(execution: Execution, machine: string, program: string | null): boolean {
  if (execution.machine !== machine || execution.kind !== 'flow') return false
  return program === null || execution.program === null || execution.program === program
}

/** Begun by events that name no session. */
const isProvisional = ({ id, program, machine }: Execution): boolean => id === program || id === machine

/**
 * A session that was not known: it is the one that has run without a name. A session of the same program that still
 * seems to run was cut off: a killed program sends nothing.
 */
function adopt(
  executions: Executions,
  event: EventView,
  session: string,
  program: string | null,
): Execution | undefined {
  let adopted: Execution | undefined
  for (const each of executions.values()) {
    if (!isFlowOf(each, event.machine, program) || !isLive(each)) continue
    if (isProvisional(each)) adopted = each
    else if (program !== null && each.program === program) setStatus(executions, each, 'stopped', event)
  }
  if (!adopted) return undefined
  executions.delete(executionKey(adopted.machine, adopted.id))
  adopted.id = session
  executions.set(executionKey(adopted.machine, session), adopted)
  return adopted
}

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

function foldFlow(executions: Executions, event: EventView): Execution | undefined {
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
      execution.action = {
        id: textField(payload, 'actionTemplateId'),
        name: textField(payload, 'actionTemplateName'),
        index: countField(payload, 'actionIndex'),
        total: countField(payload, 'totalActions'),
        status: 'running',
      }
      return execution
    }
    case 'action_template_completed': {
      const execution = namedFlow(executions, event)
      if (!execution) return undefined
      const failed = payload['success'] === false
      const id = textField(payload, 'actionTemplateId')
      const action = (execution.action ??= { id, name: null, index: null, total: null, status: 'running' })
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

// Workflows

function foldWorkflow(executions: Executions, event: EventView): Execution | undefined {
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
    setProgress(execution, payload)
    return execution
  }
  const node = idField(payload, 'nodeId')
  if (node === null) return execution
  if (nodeEnd === undefined) startStep(execution, event, node, payload, event.time)
  else endStep(execution, event, node, payload, nodeEnd)
  if (nodeEnd === 'failed') fail(execution, event, messageField(payload) ?? type, node)
  return execution
}

function setProgress(execution: Execution, payload: Payload): void {
  const total = countField(payload, 'totalNodes') ?? execution.progress?.total
  if (total === undefined) return
  const remaining = numberField(payload, 'estimatedTimeRemaining')
  execution.progress = {
    completed: countField(payload, 'completedNodes') ?? execution.progress?.completed ?? 0,
    total,
    current: textField(payload, 'currentNode'),
    remaining: remaining !== null && remaining >= 0 ? remaining : null,
  }
}
