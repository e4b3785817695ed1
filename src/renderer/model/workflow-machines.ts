import type { Execution } from '../../shared/execution.ts'
import type { PlantLookup } from '../../shared/plant-lookup.ts'

/** Whether a machine is known to execute workflows: it has done so, or the plant description says so. */
export function runsWorkflows(machine: string, executions: readonly Execution[], plant: PlantLookup): boolean {
  if (executions.some((each) => each.machine === machine && each.kind === 'workflow')) return true
  return Object.hasOwn(plant.machine(machine)?.commands ?? {}, 'workflow:execute')
}

/** All such machines, by name. */
export function workflowMachines(
  machines: readonly string[],
  executions: readonly Execution[],
  plant: PlantLookup,
): string[] {
  return machines.filter((machine) => runsWorkflows(machine, executions, plant)).toSorted()
}
