import { deviceKey } from '../../shared/device.ts'
import type { PlantLookup } from '../../shared/plant-lookup.ts'
import { deviceLabel, machineLabel } from './read-outs.ts'

export interface DeviceReference {
  readonly machine: string
  readonly id: string
}

export interface DeviceSection {
  readonly machine: string
  /** Keys and ids of its devices, by id with numbers as numbers: a card never moves because something happened. */
  readonly devices: readonly { readonly key: string; readonly id: string }[]
}

/** Machine names hold no line breaks. */
export function referenceOf(key: string): DeviceReference {
  const end = key.indexOf('\n')
  return { machine: key.slice(0, end), id: key.slice(end + 1) }
}

/**
 * The devices by machine: those that were heard (`keys`), and those that are described of a machine that was heard.
 * `text` looks in ids, labels and machines.
 */
export function deviceSections(
  keys: Iterable<string>,
  machines: Iterable<string>,
  plant: PlantLookup,
  text: string,
  locale: string,
): DeviceSection[] {
  const all = new Set(keys)
  for (const machine of machines) {
    for (const id of Object.keys(plant.machine(machine)?.devices ?? {})) all.add(deviceKey(machine, id))
  }
  const wanted = text.trim().toLowerCase()
  const byMachine = new Map<string, { key: string; id: string }[]>()
  for (const key of all) {
    const { machine, id } = referenceOf(key)
    if (wanted !== '' && !words(plant, machine, id).includes(wanted)) continue
    const devices = byMachine.get(machine)
    if (devices) devices.push({ key, id })
    else byMachine.set(machine, [{ key, id }])
  }
  const collator = new Intl.Collator(locale, { numeric: true })
  const order = (a: string, b: string): number => collator.compare(a, b) || (a < b ? -1 : 1)
  return [...byMachine]
    .toSorted(([a], [b]) => order(a, b))
    .map(([machine, devices]) => ({ machine, devices: devices.toSorted((a, b) => order(a.id, b.id)) }))
}

function words(plant: PlantLookup, machine: string, id: string): string {
  return [id, deviceLabel(plant, machine, id), machine, machineLabel(plant, machine)].join('\n').toLowerCase()
}
