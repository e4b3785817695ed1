import type { Expectation } from './command.ts'
import type { Payload } from './datagram.ts'
import { expectedOf } from './expected.ts'
import type { ReadonlyFolded } from './folded.ts'
import type { PlantLookup } from './plant-lookup.ts'

/** One command, as it is given to a machine, and what confirms it. */
export interface Order {
  readonly type: string
  readonly payload: Payload
  readonly expectation: Expectation
}

/** What a machine that stops may say, where nothing is described. */
const STOPPED: Expectation = {
  kind: 'event',
  types: ['state_change', 'flow_status_changed', 'machine_terminated'],
  execution: null,
  status: null,
}

const CANCEL = 'workflow:cancel'
const STOP = 'stop'

/** True where Stop may give an event of this type to the machine. */
export function mayStop(plant: PlantLookup, machine: string, type: string): boolean {
  const described = plant.machine(machine)?.stop
  return described ? type === described.type : type === STOP || type === CANCEL
}

/**
 * What Stop gives to a machine: what is described, else the end of each workflow that it runs, else an event named
 * `stop`.
 */
export function stopOrders(
  plant: PlantLookup,
  folded: Pick<ReadonlyFolded, 'devices' | 'executions'>,
  machine: string,
): Order[] {
  const stopBy = (type: string, payload: Payload): Order => {
    const expected = expectedOf(plant, folded, machine, type, payload)
    return { type, payload, expectation: expected.kind === 'transition' ? STOPPED : expected }
  }
  const described = plant.machine(machine)?.stop
  if (described) {
    const { type, payload = {}, state } = described
    if (state !== undefined) return [{ type, payload, expectation: { kind: 'state', state } }]
    return [stopBy(type, payload)]
  }
  const workflows = [...folded.executions.values()].filter(
    (each) =>
      each.machine === machine && each.kind === 'workflow' && (each.status === 'running' || each.status === 'paused'),
  )
  if (workflows.length === 0) return [stopBy(STOP, {})]
  return workflows.map(({ id }) => ({
    type: CANCEL,
    payload: { executionId: id },
    expectation: {
      kind: 'event',
      types: ['workflow:cancelled', 'workflow:completed', 'workflow:failed', 'workflow:error'],
      execution: id,
      status: null,
    },
  }))
}
