import { coversMachine, filterOf } from '../../src/shared/channel.ts'
import { foldedSnapshot, type FoldedSnapshot, type ReadonlyFolded } from '../../src/shared/folded.ts'

/** Everything that is folded, as JSON gives it back: apart from what changes in place. */
export function wholeState(folded: ReadonlyFolded): FoldedSnapshot {
  return JSON.parse(JSON.stringify(foldedSnapshot(folded))) as FoldedSnapshot
}

/** What of it a viewer with these channels may see, told without the snapshot's own code. */
export function visibleState(folded: ReadonlyFolded, channels: Iterable<string>): FoldedSnapshot {
  const filter = filterOf(channels)
  const seen = ({ machine }: { readonly machine: string }): boolean => coversMachine(filter, machine)
  const { machines, devices, executions, hardware, commands, control, alarms, links } = wholeState(folded)
  return {
    machines: machines.filter(({ name }) => coversMachine(filter, name)),
    devices: devices.filter((device) => seen(device) || filter.devices.has(`${device.machine}/${device.id}`)),
    executions: executions.filter(seen),
    hardware: hardware.filter(seen),
    commands: commands.filter(seen),
    control: control.filter(seen),
    alarms: alarms.filter(seen),
    links: links.filter(seen),
  }
}
