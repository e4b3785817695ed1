import { type Device, deviceReference } from '../shared/device.ts'

export type FoundDevice =
  | { readonly kind: 'found'; readonly device: Device }
  | { readonly kind: 'unknown' }
  /** Several machines have a device of this id. */
  | { readonly kind: 'ambiguous'; readonly machines: readonly string[] }

/** Finds a device by `<machine>/<id>`, or by its id alone where only one machine has such a device. */
export function findDevice(devices: Iterable<Device>, reference: string): FoundDevice {
  const byId: Device[] = []
  for (const device of devices) {
    if (deviceReference(device.machine, device.id) === reference) return { kind: 'found', device }
    if (device.id === reference) byId.push(device)
  }
  const [device] = byId
  if (!device) return { kind: 'unknown' }
  return byId.length === 1
    ? { kind: 'found', device }
    : { kind: 'ambiguous', machines: byId.map(({ machine }) => machine) }
}
