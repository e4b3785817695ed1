import Type from 'typebox'
import type { ReadonlyFolded } from '../../../shared/folded.ts'
import type { Machine } from '../../../shared/machine.ts'
import type { PlantLookup } from '../../../shared/plant-lookup.ts'

const MaybeText = Type.Union([Type.String(), Type.Null()])
const MaybeSeconds = Type.Union([Type.Number(), Type.Null()])

/** A machine in brief. Times are epoch seconds. */
export const MachineViewSchema = Type.Object(
  {
    machine: Type.String(),
    label: MaybeText,
    template: MaybeText,
    state: MaybeText,
    state_since: MaybeSeconds,
    stale: Type.Boolean({ description: 'It has been silent for too long.' }),
    terminated: Type.Boolean(),
    last_event_at: Type.Number({ description: 'Epoch seconds.' }),
    last_event_type: Type.String(),
    error: Type.Union([Type.String(), Type.Null()], { description: 'The error that stands.' }),
    jobs_completed: Type.Integer(),
    jobs_failed: Type.Integer(),
    control: Type.Union([Type.Object({ holder: Type.String(), since: Type.Number() }), Type.Null()], {
      description: 'Who has control of it.',
    }),
    devices: Type.Array(Type.String(), { description: 'Ids of its devices.' }),
  },
  {
    description: 'A machine in brief; times are epoch seconds',
    examples: [
      {
        machine: 'lamp',
        label: 'Lamp',
        template: null,
        state: 'red',
        state_since: 1725364800.1,
        stale: false,
        terminated: false,
        last_event_at: 1725364800.1,
        last_event_type: 'state_change',
        error: null,
        jobs_completed: 0,
        jobs_failed: 0,
        control: null,
        devices: [],
      },
    ],
  },
)
export type MachineView = Type.Static<typeof MachineViewSchema>

export function machineView(machine: Machine, folded: ReadonlyFolded, plant: PlantLookup): MachineView {
  const { name, stateSince, lastError } = machine
  const control = folded.control.get(name)
  return {
    machine: name,
    label: plant.machine(name)?.label ?? null,
    template: machine.template,
    state: machine.state,
    state_since: stateSince === null ? null : stateSince / 1000,
    stale: machine.staleSince !== null,
    terminated: machine.terminatedAt !== null,
    last_event_at: machine.lastEventAt / 1000,
    last_event_type: machine.lastEventType,
    error: machine.errorStanding ? (lastError?.message ?? null) : null,
    jobs_completed: machine.jobsCompleted,
    jobs_failed: machine.jobsFailed,
    control: control ? { holder: control.holder, since: control.since / 1000 } : null,
    devices: [...folded.devices.values()].flatMap((device) => (device.machine === name ? device.id : [])),
  }
}
