import type { Payload } from '../datagram.ts'
import type { EventView } from '../event.ts'
import { type Execution, executionKey } from '../execution.ts'
import { type Executions, isLive, latestLive, setStatus } from './execution-life.ts'
import { idField, objectField } from './fields.ts'

export interface FlowIdentity {
  /** Of one run of a program. */
  readonly session: string | null
  readonly program: string | null
}

export function identify(payload: Payload): FlowIdentity {
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
export function findFlow(
  executions: Executions,
  event: EventView,
  { session, program }: FlowIdentity,
): Execution | undefined {
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
export const isProvisional = ({ id, program, machine }: Execution): boolean => id === program || id === machine

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
