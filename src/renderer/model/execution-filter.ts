import type { Execution } from '../../shared/execution.ts'

/** Null stands for everything. */
export interface ExecutionFilter {
  readonly machine: string | null
  readonly kind: Execution['kind'] | null
  readonly status: Execution['status'] | null
}

export const NO_EXECUTION_FILTER: ExecutionFilter = { machine: null, kind: null, status: null }

export function filterExecutions(executions: readonly Execution[], filter: ExecutionFilter): Execution[] {
  const { machine, kind, status } = filter
  return executions.filter(
    (each) =>
      (machine === null || each.machine === machine) &&
      (kind === null || each.kind === kind) &&
      (status === null || each.status === status),
  )
}
