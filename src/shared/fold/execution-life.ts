import type { EventView } from '../event.ts'
import { type Execution, type ExecutionStatus, executionKey, SEVERITIES } from '../execution.ts'
import { EXECUTION_LIMITS } from './execution-limits.ts'
import { makeRoom, pushBounded, textField } from './fields.ts'

/** By `executionKey`. */
export type Executions = Map<string, Execution>

export const isLive = ({ status }: Execution): boolean => status === 'running' || status === 'paused'

export function create(executions: Executions, event: EventView, kind: Execution['kind'], id: string): Execution {
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
    graph: null,
    steps: [],
    errors: [],
    lastEventOffset: event.offset,
  }
  executions.set(key, execution)
  return execution
}

export function setStatus(
  executions: Executions,
  execution: Execution,
  status: ExecutionStatus,
  event: EventView,
): void {
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
export function stopAll(executions: Executions, event: EventView): void {
  const live = [...executions.values()].filter((each) => each.machine === event.machine && isLive(each))
  for (const execution of live) setStatus(executions, execution, 'stopped', event)
}

export function latestLive(executions: Executions, fits: (execution: Execution) => boolean): Execution | undefined {
  let latest: Execution | undefined
  for (const each of executions.values()) {
    if (fits(each) && isLive(each) && (!latest || each.lastEventOffset > latest.lastEventOffset)) latest = each
  }
  return latest
}

export function fail(execution: Execution, event: EventView, message: string, step: string | null): void {
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
