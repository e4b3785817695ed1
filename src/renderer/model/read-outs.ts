import type { Device, Tag } from '../../shared/device.ts'
import type { TagDescription } from '../../shared/plant.ts'
import type { PlantLookup } from '../../shared/plant-lookup.ts'
import { visibleName } from './visible-text.ts'

/** One value of a device, as far as it is described, known or heard. */
export interface ReadOut {
  readonly name: string
  readonly label: string
  readonly description: TagDescription | null
  /** Undefined where the machine has not sent it yet. */
  readonly tag: Tag | undefined
}

/** Every value of a device: those that are described or known first, in their order, then what else it sent. */
export function readOuts(plant: PlantLookup, machine: string, id: string, device: Device | undefined): ReadOut[] {
  const described = plant.tags(machine, id, device?.type)
  const names = new Set([...described.keys(), ...(device?.tags ?? []).map(({ name }) => name)])
  return [...names].map((name) => {
    const description = plant.tag(machine, id, name, device?.type)
    return {
      name,
      label: description?.label ?? name,
      description,
      tag: device?.tags.find((each) => each.name === name),
    }
  })
}

/** What people read for a machine: its own label, else its name. That of a template would name all of its instances. */
export function machineLabel(plant: PlantLookup, machine: string): string {
  const { machines = {} } = plant.current
  return (Object.hasOwn(machines, machine) ? machines[machine]?.label : undefined) ?? visibleName(machine)
}

/** The same for a device. */
export function deviceLabel(plant: PlantLookup, machine: string, id: string): string {
  return plant.device(machine, id)?.label ?? visibleName(id)
}
