import type { Expectation } from './command.ts'
import { DEVICE_CONTROL } from './command.ts'
import type { Payload } from './datagram.ts'
import type { Device } from './device.ts'
import { deviceKey } from './device.ts'
import { idField, tagValue } from './fold/fields.ts'
import type { ReadonlyFolded } from './folded.ts'
import type { PlantLookup } from './plant-lookup.ts'

/** What confirms a command of this kind to a flow executor: it says in which status it is now. */
const FLOW_STATUSES: ReadonlyMap<string, string> = new Map([
  ['pause', 'paused'],
  ['resume', 'resumed'],
  ['stop', 'stopped'],
])

const WORKFLOW_EVENTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['workflow:execute', ['workflow:started']],
  ['workflow:pause', ['workflow:paused']],
  ['workflow:resume', ['workflow:resumed']],
  ['workflow:cancel', ['workflow:cancelled']],
  ['workflow:validate', ['workflow:validation-result']],
])

/** What confirms a command where whoever asks does not say it: what is described, else what its kind of machine does. */
export function expectedOf(
  plant: PlantLookup,
  folded: Pick<ReadonlyFolded, 'devices' | 'executions'>,
  machine: string,
  type: string,
  payload: Payload,
): Expectation {
  const state = plant.machine(machine)?.commands?.[type]?.state
  if (state !== undefined) return { kind: 'state', state }
  if (type === DEVICE_CONTROL) return ofWrite(plant, folded.devices, machine, payload) ?? { kind: 'result' }
  const types = WORKFLOW_EVENTS.get(type)
  if (types) {
    const execution = idField(payload, 'executionId') ?? idField(payload, 'validationId')
    return { kind: 'event', types: [...types], execution, status: null }
  }
  const status = FLOW_STATUSES.get(type)
  const isFlow = [...folded.executions.values()].some((each) => each.machine === machine && each.kind === 'flow')
  if (status !== undefined && isFlow) {
    return { kind: 'event', types: ['flow_status_changed'], execution: null, status }
  }
  return { kind: 'transition' }
}

/** A command that writes several tags is confirmed by the first of them: a device sends them together. */
function ofWrite(
  plant: PlantLookup,
  devices: ReadonlyMap<string, Device>,
  machine: string,
  payload: Payload,
): Expectation | null {
  const id = idField(payload, 'device_id')
  if (id === null) return null
  const reported = devices.get(deviceKey(machine, id))?.type ?? null
  for (const [field, value] of Object.entries(payload)) {
    const found = field === 'device_id' ? null : plant.tagWrittenAs(machine, id, field, reported)
    if (found) {
      const tolerance = found.tag.tolerance ?? 0
      return { kind: 'tag', device: id, tag: found.name, value: tagValue(value), tolerance }
    }
  }
  return null
}
