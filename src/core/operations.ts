import { type Command, COMMAND_TIMEOUT_MS, DEVICE_CONTROL } from '../shared/command.ts'
import type { Payload } from '../shared/datagram.ts'
import { type Device, deviceKey, deviceReference, type TagValue } from '../shared/device.ts'
import { expectedOf } from '../shared/expected.ts'
import { idField } from '../shared/fold/fields.ts'
import { mayStop, stopOrders } from '../shared/machine-stop.ts'
import type { CommandMessage, StopMessage, WriteMessage } from '../shared/messages.ts'
import { writeOf } from '../shared/write.ts'
import type { AlarmActs } from './alarm-acts.ts'
import type { Commands, Wish } from './commands.ts'
import type { ControlTokens } from './control-tokens.ts'
import { findDevice, type FoundDevice } from './find-device.ts'
import type { Hub } from './hub.ts'
import type { Operator } from './operator.ts'
import type { DescribedPlant } from './plant.ts'

/** What came of asking. `unknown_command`: its id was used before, for something else or too long ago. */
export type Asked = { readonly kind: 'asked'; readonly command: Command } | { readonly kind: 'unknown_command' }

type Asking<Message> = Omit<Message, 'type' | 'id'>

/** What people and programs can do to the plant, whatever wire they come by. */
export class Operations {
  readonly #hub: Hub
  readonly #plant: DescribedPlant
  readonly #commands: Commands

  constructor(
    hub: Hub,
    plant: DescribedPlant,
    commands: Commands,
    readonly control: ControlTokens,
    readonly alarms: AlarmActs,
  ) {
    this.#hub = hub
    this.#plant = plant
    this.#commands = commands
  }

  /** Gives a machine an event. */
  command(asked: Asking<CommandMessage>, operator: Operator): Asked {
    const { command: id, machine, event, timeout, at, confirmed } = asked
    const { type, payload = {} } = event
    const expectation = asked.expectation ?? expectedOf(this.#plant, this.#hub.folded, machine, type, payload)
    const described = this.#plant.machine(machine)?.commands
    const seconds = described && Object.hasOwn(described, type) ? described[type]?.timeout : undefined
    return this.#ask(
      {
        id,
        machine,
        device: type === DEVICE_CONTROL ? idField(payload, 'device_id') : null,
        type,
        payload,
        expectation,
        timeoutMs: timeout ?? (seconds === undefined ? COMMAND_TIMEOUT_MS.command : seconds * 1000),
        at: at ?? null,
        confirmed: confirmed ?? false,
        stop: false,
      },
      operator,
    )
  }

  /** Writes a value to a tag. */
  write(asked: Asking<WriteMessage>, operator: Operator): Asked {
    const { command: id, machine, device, tag, value, timeout, at, confirmed } = asked
    const { payload, expectation } = this.#writeOf(machine, device, tag, value)
    return this.#ask(
      {
        id,
        machine,
        device,
        type: DEVICE_CONTROL,
        payload,
        expectation,
        timeoutMs: timeout ?? COMMAND_TIMEOUT_MS.write,
        at: at ?? null,
        confirmed: confirmed ?? false,
        stop: false,
      },
      operator,
    )
  }

  /** Stops a machine. Where that takes several commands, those behind the first have the id with a number. */
  stop({ command, machine }: Asking<StopMessage>, operator: Operator): Asked[] {
    if (this.#commands.knows(command)) return this.#stopped(command, machine)
    return stopOrders(this.#plant, this.#hub.folded, machine).map((order, i) =>
      this.#ask(
        {
          id: orderId(command, i),
          machine,
          device: null,
          ...order,
          timeoutMs: COMMAND_TIMEOUT_MS.command,
          at: null,
          confirmed: true,
          stop: true,
        },
        operator,
      ),
    )
  }

  /** The command as it stands. */
  commandOf(id: string): Command | undefined {
    return this.#commands.command(id)
  }

  /** Resolves with the command once it is settled; with undefined where there is none. */
  settled(id: string): Promise<Command | undefined> {
    return this.#commands.settled(id)
  }

  get devices(): Iterable<Device> {
    return this.#hub.folded.devices.values()
  }

  /** See {@link findDevice}. */
  device(reference: string): FoundDevice {
    return findDevice(this.devices, reference)
  }

  /** True where a device `<machine>/<id>` was heard of, or is described. */
  knowsDevice(reference: string): boolean {
    for (const { machine, id } of this.devices) if (deviceReference(machine, id) === reference) return true
    return Object.entries(this.#plant.current.machines ?? {}).some(([machine, { devices = {} }]) =>
      Object.keys(devices).some((id) => deviceReference(machine, id) === reference),
    )
  }

  knowsMachine(machine: string): boolean {
    return this.#hub.folded.machines.has(machine)
  }

  #writeOf(machine: string, device: string, tag: string, value: TagValue): Pick<Wish, 'payload' | 'expectation'> {
    const reported = this.#hub.folded.devices.get(deviceKey(machine, device))?.type ?? null
    const description = this.#plant.tag(machine, device, tag, reported) ?? { type: 'number' as const }
    return writeOf(device, tag, description, value)
  }

  /** What came of the Stop that had this id. Asked for again it stops nothing that has begun since. */
  #stopped(id: string, machine: string): Asked[] {
    const asked: Asked[] = []
    for (let i = 0; ; i += 1) {
      const command = this.#commands.command(orderId(id, i))
      if (command?.machine !== machine || !mayStop(this.#plant, machine, command.type)) break
      asked.push({ kind: 'asked', command })
    }
    return asked.length > 0 ? asked : [{ kind: 'unknown_command' }]
  }

  #ask(wish: Wish, operator: Operator): Asked {
    const known = this.#commands.command(wish.id)
    if (known ? !isSame(known, wish) : this.#commands.knows(wish.id)) return { kind: 'unknown_command' }
    const command = known ?? this.#commands.request(wish, operator)
    return command ? { kind: 'asked', command } : { kind: 'unknown_command' }
  }
}

/** Ids of the commands that one Stop takes, from 0. */
function orderId(id: string, index: number): string {
  return index === 0 ? id : `${id.slice(0, 58)}-${index + 1}`
}

function isSame(command: Command, wish: Pick<Wish, 'machine' | 'type'> & { readonly payload: Payload }): boolean {
  if (command.machine !== wish.machine || command.type !== wish.type) return false
  // The state keeps only the beginning of a payload that no machine could read anyway.
  return JSON.stringify(wish.payload).startsWith(command.payload)
}
