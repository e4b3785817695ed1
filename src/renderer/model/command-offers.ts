import { DEVICE_CONTROL } from '../../shared/command.ts'
import type { Machine } from '../../shared/machine.ts'
import type { PlantLookup } from '../../shared/plant-lookup.ts'

/** A command that can be given with one press. */
export interface CommandOffer {
  readonly type: string
  readonly label: string
  readonly confirm: boolean
}

/** More than these are not looked for; any other one can be typed. */
const MOST_SEEN = 12

/**
 * The commands that are described of a machine; where none are, the events that were seen to move it, by name. Those
 * that its own clock gives (`timeout(3)`) are nobody's to give.
 */
export function commandOffers(plant: PlantLookup, machine: Machine): CommandOffer[] {
  const described = Object.entries(plant.machine(machine.name)?.commands ?? {})
  if (described.length > 0) {
    return described.map(([type, { label = type, confirm = false }]) => ({ type, label, confirm }))
  }
  const seen = new Set(machine.transitions.flatMap(({ trigger }) => (trigger === null ? [] : [trigger])))
  return [...seen]
    .filter((type) => type !== '' && !/^(?:timeout|after)\b/i.test(type) && type !== DEVICE_CONTROL)
    .toSorted()
    .slice(0, MOST_SEEN)
    .map((type) => ({ type, label: type, confirm: false }))
}
