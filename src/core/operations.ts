import {
  type Command,
  COMMAND_TIMEOUT_MS,
  DEVICE_CONTROL,
  type Expectation,
  MAX_COMMAND_BYTES,
} from '../shared/command.ts'
import type { Payload } from '../shared/datagram.ts'
import { type Device, deviceKey, deviceReference, type TagValue } from '../shared/device.ts'
import { expectedOf } from '../shared/expected.ts'
import { idField } from '../shared/fold/fields.ts'
import { mayStop, stopOrders } from '../shared/machine-stop.ts'
import type { AlarmMessage, CommandMessage, ControlMessage, StopMessage, WriteMessage } from '../shared/messages.ts'
import { writeOf } from '../shared/write.ts'
import type { Access } from './access.ts'
import { type AlarmActs, type AlarmResult } from './alarm-acts.ts'
import type { Audit, Deed } from './audit.ts'
import type { Clock, Stop } from './clock.ts'
import { unknownMachineReason } from './command-rules.ts'
import type { Commands, Wish } from './commands.ts'
import type { ControlAnswer, ControlTokens } from './control-tokens.ts'
import { denial } from './denial.ts'
import { findDevice, type FoundDevice } from './find-device.ts'
import type { Hub } from './hub.ts'
import type { Operator } from './operator.ts'
import type { DescribedPlant } from './plant.ts'
import type { Action } from './rights.ts'

/** Whoever asks may not; the message is for people. */
export interface Denied {
  readonly kind: 'forbidden'
  readonly message: string
}

/** What came of asking. `unknown_command`: its id was used before, for something else or too long ago. */
export type Asked =
  { readonly kind: 'asked'; readonly command: Command } | { readonly kind: 'unknown_command' } | Denied

/** What came of asking for control. */
export type AskedControl =
  | ControlAnswer
  | Denied
  | { readonly kind: 'machine_unknown' }
  /** Given back, or kept. */
  | { readonly kind: 'done' }
  | { readonly kind: 'nothing_to_do' }

type Asking<Message> = Omit<Message, 'type' | 'id'>

/** Where what people do is written down. */
export type Writer = Pick<Audit, 'record' | 'recordAll'>

const ALARM_RIGHTS: Readonly<Record<AlarmMessage['action'], Action>> = {
  acknowledge: 'alarm_acknowledge',
  reset: 'alarm_acknowledge',
  silence: 'alarm_acknowledge',
  comment: 'alarm_acknowledge',
  shelve: 'alarm_shelve',
  unshelve: 'alarm_shelve',
  remove_from_service: 'alarm_service',
  return_to_service: 'alarm_service',
}

export interface OperationsOptions {
  readonly hub: Hub
  readonly plant: DescribedPlant
  readonly commands: Commands
  readonly control: ControlTokens
  readonly alarms: AlarmActs
  readonly audit: Writer
  readonly clock: Pick<Clock, 'now'>
}

/**
 * What people and programs can do to the plant, whatever wire they come by. Each right is asked for here, and each deed
 * is written down, also one that is refused. What somebody may not see is to them as if it were not there.
 */
export class Operations {
  readonly #hub: Hub
  readonly #plant: DescribedPlant
  readonly #commands: Commands
  readonly #control: ControlTokens
  readonly #alarms: AlarmActs
  readonly #audit: Writer
  readonly #clock: Pick<Clock, 'now'>

  constructor({ hub, plant, commands, control, alarms, audit, clock }: OperationsOptions) {
    this.#hub = hub
    this.#plant = plant
    this.#commands = commands
    this.#control = control
    this.#alarms = alarms
    this.#audit = audit
    this.#clock = clock
  }

  /** What was asked of something that is not there for whoever asks, as far as they may know. */
  refusedUnknown(access: Access, deed: Deed): void {
    this.#audit.record(access, deed)
  }

  /** Gives a machine an event. */
  command(asked: Asking<CommandMessage>, operator: Operator): Asked {
    const { command: id, machine, event, timeout, at, confirmed } = asked
    const { type, payload = {} } = event
    const device = type === DEVICE_CONTROL ? idField(payload, 'device_id') : null
    const deed: Deed = { action: 'command', target: machine, new: { command: id, type, payload } }
    // What is not for one device may concern the whole machine.
    const denied = this.#denied(operator, 'command', deed)
    if (denied) return denied
    if (!operator.access.sees({ machine, device })) {
      return this.#hidden({ id, machine, device, type, payload, expectation: asked.expectation }, deed, operator)
    }
    const expectation = asked.expectation ?? expectedOf(this.#plant, this.#hub.folded, machine, type, payload)
    const described = this.#plant.machine(machine)?.commands
    const seconds = described && Object.hasOwn(described, type) ? described[type]?.timeout : undefined
    return this.#ask(
      {
        id,
        machine,
        device,
        type,
        payload,
        expectation,
        timeoutMs: timeout ?? (seconds === undefined ? COMMAND_TIMEOUT_MS.command : seconds * 1000),
        at: at ?? null,
        confirmed: confirmed ?? false,
        stop: false,
      },
      operator,
      deed,
    )
  }

  /** Writes a value to a tag. */
  write(asked: Asking<WriteMessage>, operator: Operator): Asked {
    const { command: id, machine, device, tag, value, timeout, at, confirmed } = asked
    const target = `${deviceReference(machine, device)}/${tag}`
    const deed: Deed = { action: 'write', target, new: { command: id, value } }
    const denied = this.#denied(operator, 'write', deed)
    if (denied) return denied
    if (!operator.access.seesDevice(machine, device)) {
      const { payload, expectation } = writeOf(device, tag, { type: 'number' }, value)
      return this.#hidden({ id, machine, device, type: DEVICE_CONTROL, payload, expectation }, deed, operator)
    }
    const { payload, expectation } = this.#writeOf(machine, device, tag, value)
    const before = this.#hub.folded.devices.get(deviceKey(machine, device))?.tags.find(({ name }) => name === tag)
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
      { ...deed, old: { value: before?.value ?? null } },
    )
  }

  /** Stops a machine. Where that takes several commands, those behind the first have the id with a number. */
  stop({ command, machine }: Asking<StopMessage>, operator: Operator): Asked[] {
    const deed: Deed = { action: 'stop', target: machine, new: { command } }
    const denied = this.#denied(operator, 'stop', deed)
    if (denied) return [denied]
    if (!operator.access.seesMachine(machine)) {
      const order = { id: command, machine, device: null, type: 'stop', payload: {}, expectation: undefined }
      return [this.#hidden(order, deed, operator)]
    }
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
        { ...deed, new: { command: orderId(command, i), type: order.type } },
      ),
    )
  }

  /** Asks for control of a machine, keeps it or gives it back. */
  askControl({ action, machine }: Asking<ControlMessage>, operator: Operator): AskedControl {
    const old = { holder: this.#control.holder(machine)?.holder ?? null }
    const deed: Deed = { action: `control_${action}`, target: machine }
    const denied = this.#denied(operator, 'control', deed)
    if (denied) return denied
    const answer = this.#askControl(action, machine, operator)
    // Who holds a machine that one may not see is nobody's business.
    const seen = operator.access.touchesMachine(machine) ? { old } : {}
    this.#audit.record(operator.access, { ...deed, ...seen, result: answer.kind === 'done' ? 'done' : answer.kind })
    return answer
  }

  #askControl(action: ControlMessage['action'], machine: string, operator: Operator): AskedControl {
    const seen = operator.access.touchesMachine(machine)
    if (action === 'request') {
      return seen && this.#hub.folded.machines.has(machine)
        ? this.#control.request(machine, operator)
        : { kind: 'machine_unknown' }
    }
    const done =
      seen &&
      (action === 'release'
        ? this.#control.release(machine, operator.session)
        : this.#control.keep(machine, operator.session))
    return { kind: done ? 'done' : 'nothing_to_do' }
  }

  /** Control for one request, see {@link ControlTokens.borrow}; null too where whoever asks may not have it. */
  borrowControl(machine: string, operator: Operator): Stop | null {
    const { access } = operator
    return access.may('control') && access.touchesMachine(machine) ? this.#control.borrow(machine, operator) : null
  }

  /** A session's link is lost, it is back, or it is over for good. */
  get sessions(): Pick<ControlTokens, 'lost' | 'resumed' | 'gone'> {
    return this.#control
  }

  /** Does one thing with alarms, and says of each what came of it. */
  actOnAlarms(message: Asking<AlarmMessage>, operator: Operator): AlarmResult[] | Denied {
    const { action, alarms, comment, reason, seconds } = message
    const before = new Map(alarms.map(({ alarm }) => [alarm, this.#hub.folded.alarms.get(alarm)?.state]))
    const deed = (alarm: string): Deed => ({
      action: `alarm_${action}`,
      target: alarm,
      new: { comment, reason, seconds },
    })
    const right = ALARM_RIGHTS[action]
    const [first] = alarms
    const target = alarms.length === 1 && first ? first.alarm : `${alarms.length} alarms`
    const denied = this.#denied(operator, right, deed(target))
    if (denied) return denied
    const seen = ({ alarm }: { readonly alarm: string }): boolean => {
      const machine = this.#hub.folded.alarms.get(alarm)?.machine
      return machine !== undefined && operator.access.seesMachine(machine)
    }
    const results = new Map(
      this.#alarms
        .act({ ...message, alarms: alarms.filter(seen) }, operator)
        .map((result) => [result.alarm, result] as const),
    )
    const all = alarms.map(({ alarm }) => results.get(alarm) ?? { alarm, objection: 'gone' as const })
    this.#audit.recordAll(
      operator.access,
      all.map(({ alarm, objection }) => {
        const old = results.has(alarm) ? { old: { state: before.get(alarm) ?? null } } : {}
        return { ...deed(alarm), ...old, result: objection ?? 'done' }
      }),
    )
    return all
  }

  /** The command as it stands; undefined where there is none that this viewer may see. */
  commandOf(id: string, access: Access): Command | undefined {
    const command = this.#commands.command(id)
    return command && access.sees(command) ? command : undefined
  }

  /** Resolves with the command once it is settled; with undefined where there is none. */
  settled(id: string): Promise<Command | undefined> {
    return this.#commands.settled(id)
  }

  devices(access: Access): Device[] {
    const all = [...this.#hub.folded.devices.values()]
    return access.seesEverything ? all : all.filter(({ machine, id }) => access.seesDevice(machine, id))
  }

  /** See {@link findDevice}. */
  device(reference: string, access: Access): FoundDevice {
    return findDevice(this.devices(access), reference)
  }

  /** True where a device `<machine>/<id>` was heard of, or is described. */
  knowsDevice(reference: string, access: Access): boolean {
    if (this.devices(access).some(({ machine, id }) => deviceReference(machine, id) === reference)) return true
    return Object.entries(this.#plant.current.machines ?? {}).some(([machine, { devices = {} }]) =>
      Object.keys(devices).some((id) => deviceReference(machine, id) === reference && access.seesDevice(machine, id)),
    )
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

  #denied({ access }: Operator, right: Action, deed: Deed): Denied | null {
    const message = denial(this.#audit, access, right, deed)
    return message === null ? null : { kind: 'forbidden', message }
  }

  /** What a machine would be answered with of which nothing was ever heard. Nobody else hears of it. */
  #hidden(
    wish: Pick<Wish, 'id' | 'machine' | 'device' | 'type' | 'payload'> & { expectation: Expectation | undefined },
    deed: Deed,
    { access, name }: Operator,
  ): Asked {
    const { payload, expectation = { kind: 'transition' }, ...rest } = wish
    const now = this.#clock.now()
    this.#audit.record(access, { ...deed, result: 'machine_unknown' })
    return {
      kind: 'asked',
      command: {
        ...rest,
        payload: JSON.stringify(payload).slice(0, MAX_COMMAND_BYTES),
        by: name,
        expectation,
        requestedAt: now,
        deadline: now + COMMAND_TIMEOUT_MS.command,
        status: 'refused',
        statusAt: now,
        refusal: 'machine_unknown',
        reason: unknownMachineReason(wish.machine),
        settledBy: null,
      },
    }
  }

  #ask(wish: Wish, operator: Operator, deed: Deed): Asked {
    const known = this.#commands.command(wish.id)
    if (known ? !isSame(known, wish) : this.#commands.knows(wish.id)) {
      this.#audit.record(operator.access, { ...deed, result: 'command_id_used' })
      return { kind: 'unknown_command' }
    }
    // Asked again nothing is done again.
    if (known) return { kind: 'asked', command: known }
    const command = this.#commands.request(wish, operator)
    this.#audit.record(operator.access, { ...deed, result: resultOf(command) })
    return command ? { kind: 'asked', command } : { kind: 'unknown_command' }
  }
}

/** What becomes of it after that is told by its events. */
function resultOf(command: Command | undefined): string {
  if (!command) return 'not_taken'
  return command.status === 'refused' ? (command.refusal ?? 'refused') : 'asked'
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
