import type { Command } from '../../shared/command.ts'
import type { Payload } from '../../shared/datagram.ts'
import type { Execution } from '../../shared/execution.ts'
import { isLive } from './execution-view.ts'
import { parsePayload } from './json-payload.ts'

/** What can be done to an execution. */
export const STEERS = ['pause', 'resume', 'stop', 'cancel'] as const
export type Steer = (typeof STEERS)[number]

const TYPES = {
  flow: { pause: 'pause', resume: 'resume', stop: 'stop' },
  workflow: { pause: 'workflow:pause', resume: 'workflow:resume', cancel: 'workflow:cancel' },
} as const satisfies Record<Execution['kind'], Partial<Record<Steer, string>>>

/** The event that does it; null where this kind of execution knows no such thing. */
export function steerType(kind: Execution['kind'], steer: Steer): string | null {
  const types: Partial<Record<Steer, string>> = TYPES[kind]
  return types[steer] ?? null
}

export function steerPayload({ kind, id }: Execution): Payload {
  return kind === 'workflow' ? { executionId: id } : {}
}

/** What can be done to it as it stands, in the order of the buttons: the first changes with its status, the last ends it. */
export function steersOf({ kind, status }: Execution): Steer[] {
  return [status === 'paused' ? 'resume' : 'pause', kind === 'flow' ? 'stop' : 'cancel']
}

export function steeringSubject({ machine, id }: Pick<Execution, 'machine' | 'id'>): string {
  return JSON.stringify(['execution', machine, id])
}

/** What a command does to an execution; null where it does not concern it. */
export function steerBy(command: Command, execution: Execution): Steer | null {
  if (command.machine !== execution.machine || command.requestedAt < execution.startedAt) return null
  const steer = STEERS.find((each) => steerType(execution.kind, each) === command.type)
  if (!steer) return null
  if (execution.kind === 'flow')
    return isLive(execution) || command.requestedAt <= (execution.endedAt ?? 0) ? steer : null
  const typed = parsePayload(command.payload)
  return typed.ok && typed.payload['executionId'] === execution.id ? steer : null
}

/** The latest command about an execution, whoever gave it. */
export function latestSteer(
  commands: readonly Command[],
  execution: Execution,
): { readonly command: Command; readonly steer: Steer } | null {
  let latest: { readonly command: Command; readonly steer: Steer } | null = null
  for (const command of commands) {
    const steer = steerBy(command, execution)
    if (steer && (!latest || command.requestedAt >= latest.command.requestedAt)) latest = { command, steer }
  }
  return latest
}
