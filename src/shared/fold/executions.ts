import type { Payload } from '../datagram.ts'
import type { EventView } from '../event.ts'
import { type Execution, executionKey } from '../execution.ts'
import { type Executions, fail, latestLive, stopAll } from './execution-life.ts'
import { idField, messageField } from './fields.ts'
import { foldFlow } from './flow-executions.ts'
import { identify } from './flow-identity.ts'
import { foldWorkflow } from './workflow-executions.ts'

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
