import Type from 'typebox'
import { type Alarm, AlarmSchema } from './alarm.ts'
import { type Command, CommandSchema, type Control, ControlSchema } from './command.ts'
import { type Device, deviceKey, DeviceSchema } from './device.ts'
import type { EventView } from './event.ts'
import {
  type Execution,
  executionKey,
  ExecutionSchema,
  type HardwareHealth,
  HardwareHealthSchema,
} from './execution.ts'
import { foldAlarm } from './fold/alarms.ts'
import { foldCommand } from './fold/commands.ts'
import { foldControl } from './fold/control.ts'
import { foldDevice } from './fold/devices.ts'
import { foldExecution } from './fold/executions.ts'
import { foldHardware } from './fold/hardware.ts'
import { foldLink } from './fold/links.ts'
import { foldMachine } from './fold/machines.ts'
import { type Link, linkKey, LinkSchema } from './link.ts'
import { type Machine, MachineSchema } from './machine.ts'

/** Everything that is folded from the log, as JSON: each list in order of its first event. */
export const FoldedSchema = Type.Object({
  machines: Type.Array(MachineSchema),
  devices: Type.Array(DeviceSchema),
  executions: Type.Array(ExecutionSchema),
  /** The latest word of each machine on its hardware. */
  hardware: Type.Array(HardwareHealthSchema),
  /** The open ones and those settled last. */
  commands: Type.Array(CommandSchema),
  /** Of the machines that somebody has control of. */
  control: Type.Array(ControlSchema),
  /** Those that are not normal. */
  alarms: Type.Array(AlarmSchema),
  /** What machines say of their connections, by type. */
  links: Type.Array(LinkSchema),
})
export type FoldedSnapshot = Type.Static<typeof FoldedSchema>

/** Everything that is folded from the log, in memory: by its name, key (see `deviceKey`, `executionKey`, `linkKey`), or id. */
export interface Folded {
  readonly machines: Map<string, Machine>
  readonly devices: Map<string, Device>
  readonly executions: Map<string, Execution>
  readonly hardware: Map<string, HardwareHealth>
  readonly commands: Map<string, Command>
  readonly control: Map<string, Control>
  readonly alarms: Map<string, Alarm>
  readonly links: Map<string, Link>
}

/** For whoever only looks. */
export type ReadonlyFolded = { readonly [Name in keyof Folded]: ReadonlyMap<string, ItemOf<Folded[Name]>> }
type ItemOf<M> = M extends Map<string, infer Item> ? Item : never

export function newFolded(): Folded {
  return {
    machines: new Map(),
    devices: new Map(),
    executions: new Map(),
    hardware: new Map(),
    commands: new Map(),
    control: new Map(),
    alarms: new Map(),
    links: new Map(),
  }
}

/** The state takes over the snapshot's objects. */
export function foldedFrom(snapshot: FoldedSnapshot): Folded {
  return {
    machines: keyed(snapshot.machines, ({ name }) => name),
    devices: keyed(snapshot.devices, ({ machine, id }) => deviceKey(machine, id)),
    executions: keyed(snapshot.executions, ({ machine, id }) => executionKey(machine, id)),
    hardware: keyed(snapshot.hardware, ({ machine }) => machine),
    commands: keyed(snapshot.commands, ({ id }) => id),
    control: keyed(snapshot.control, ({ machine }) => machine),
    alarms: keyed(snapshot.alarms, ({ id }) => id),
    links: keyed(snapshot.links, ({ machine, type }) => linkKey(machine, type)),
  }
}

export function foldedSnapshot(folded: ReadonlyFolded): FoldedSnapshot {
  return {
    machines: [...folded.machines.values()],
    devices: [...folded.devices.values()],
    executions: [...folded.executions.values()],
    hardware: [...folded.hardware.values()],
    commands: [...folded.commands.values()],
    control: [...folded.control.values()],
    alarms: [...folded.alarms.values()],
    links: [...folded.links.values()],
  }
}

/** Folds one event into all of it, in place: the core does this for every datagram. */
export function foldInto(folded: Folded, event: EventView): void {
  foldMachine(folded.machines, event)
  foldDevice(folded.devices, event)
  foldExecution(folded.executions, event)
  foldHardware(folded.hardware, event)
  foldCommand(folded.commands, event)
  foldControl(folded.control, event)
  foldAlarm(folded.alarms, event)
  foldLink(folded.links, event)
}

function keyed<T>(items: readonly T[], key: (item: T) => string): Map<string, T> {
  return new Map(items.map((item) => [key(item), item]))
}
