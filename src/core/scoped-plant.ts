import { coversDeviceOf, coversMachine, type Filter } from '../shared/channel.ts'
import type { MachineDescription, Plant } from '../shared/plant.ts'

/** What is described of what may be seen: nothing else is named in it. */
export function scopedPlant(plant: Plant, scope: Filter): Plant {
  const sees = (machine: string): boolean => coversMachine(scope, machine) || isTemplateSeen(scope, machine)
  const seesMember = ({ machine, device }: { machine: string; device: string }): boolean =>
    coversDeviceOf(scope, machine, device)
  const machines = Object.entries(plant.machines ?? {}).flatMap(([name, machine]) => {
    const shown = sees(name) ? machine : partOf(name, machine, scope)
    return shown ? [[name, shown] as const] : []
  })
  const groups = Object.entries(plant.groups ?? {}).flatMap(([name, members]) => {
    const shown = members.filter(seesMember)
    return shown.length > 0 ? [[name, shown] as const] : []
  })
  const interlocks = (plant.interlocks ?? []).filter(
    ({ machine, when }) => sees(machine) && when.every((condition) => sees(condition.machine)),
  )
  const alarms = Object.entries(plant.alarms ?? {}).filter(([id]) => sees(decoded(id.split('/')[0] ?? '')))
  return {
    ...(plant.shelve_max === undefined ? {} : { shelve_max: plant.shelve_max }),
    ...(plant.machines ? { machines: Object.fromEntries(machines) } : {}),
    ...(plant.groups ? { groups: Object.fromEntries(groups) } : {}),
    ...(plant.interlocks ? { interlocks } : {}),
    ...(plant.alarms ? { alarms: Object.fromEntries(alarms) } : {}),
  }
}

/** `press` describes each `press_001`: whoever may see one of those may read it. */
function isTemplateSeen(scope: Filter, template: string): boolean {
  if (scope.scope && !isTemplateSeen(scope.scope, template)) return false
  return scope.all || [...scope.machines].some((name) => name === template || name.startsWith(`${template}_`))
}

/** Of a machine of which only some devices may be seen, those. */
function partOf(name: string, { devices = {} }: MachineDescription, scope: Filter): MachineDescription | null {
  const shown = Object.entries(devices).filter(([id]) => coversDeviceOf(scope, name, id))
  return shown.length > 0 ? { devices: Object.fromEntries(shown) } : null
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
