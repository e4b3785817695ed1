import type { RouteLocationRaw } from 'vue-router'
import type { Execution } from '../../shared/execution.ts'
import { type EventFilter, NO_FILTER } from './event-filter.ts'
import { machineParam } from './machine-route.ts'

/** The page of an execution. Its id is any text, just as a machine's name. */
export function executionRoute(machine: string, id: string): RouteLocationRaw {
  return { name: 'execution', params: { machine: machineParam(machine), id: machineParam(id) } }
}

export function runRoute(machine: string): RouteLocationRaw {
  return { name: 'workflow-run', params: { machine: machineParam(machine) } }
}

/** The events that an execution is made of. Not all of a flow program's name it: they are found by their time. */
export function executionEvents({ machine, kind, id, startedAt, endedAt }: Execution): EventFilter {
  if (kind === 'workflow') return { ...NO_FILTER, machine, kind: 'family:workflow', text: id }
  return { ...NO_FILTER, machine, kind: 'family:flow', from: startedAt, to: endedAt }
}
