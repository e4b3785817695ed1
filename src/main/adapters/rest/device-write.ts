import Type from 'typebox'
import { type Command, isSettled } from '../../../shared/command.ts'
import { type Device, deviceKey, type TagValue, TagValueSchema } from '../../../shared/device.ts'
import { valueObjection } from '../../../shared/write.ts'
import { ApiError } from './api-error.ts'
import { askedWith, askInControl, type Wish } from './asking.ts'
import type { Caller } from './caller.ts'
import { type State, stateOf, StateSchema } from './device-view.ts'
import { MapOf } from './map-schema.ts'
import type { Operating } from './operating.ts'
import { type Outcome, outcomeOf } from './outcome.ts'

/** So many answers are remembered, to be given again to whoever asks with the same id. */
const REMEMBERED = 1_000

export const WriteBodySchema = MapOf(TagValueSchema, {
  minProperties: 1,
  maxProperties: 16,
  description:
    'One value by its field: `speed` of a motor, `angle` of a servo, `state` of a valve, or any writable tag that the plant file describes.',
  examples: [{ speed: 150 }, { angle: 90 }, { state: true }],
})
export type WriteBody = Type.Static<typeof WriteBodySchema>

export const WRITTEN_EXAMPLE = {
  device_id: 'motor_01',
  device_type: 'motor',
  machine: 'cell_1',
  previous_state: { speed: 0 },
  new_state: { speed: 150 },
  status: 'success',
  message: 'Motor speed changed: 0 → 150',
  changed: true,
  command: '7d0f3c1e-9a40-4c55-8f5a-1b2c3d4e5f60',
}

export const WrittenSchema = Type.Object(
  {
    device_id: Type.String(),
    device_type: Type.Union([Type.String(), Type.Null()]),
    machine: Type.String(),
    previous_state: Type.Union([StateSchema, Type.Null()], {
      description: 'Before it was asked for; null where that is not known any more.',
    }),
    new_state: StateSchema,
    status: Type.Enum(['success', 'no_change'] as const),
    message: Type.String(),
    changed: Type.Union([Type.Boolean(), Type.Null()], {
      description: 'Whether the value is another one than before; null where that is not known any more.',
    }),
    command: Type.String({ description: 'Id of the command.' }),
  },
  {
    description: 'The machine has confirmed it',
    examples: [WRITTEN_EXAMPLE],
  },
)
type Written = Type.Static<typeof WrittenSchema>

interface Write {
  readonly field: string
  readonly tag: string
  readonly value: TagValue
}

/** Values written to devices, and what came of it: the same answer for the same id. */
export class DeviceWrites {
  readonly #operating: Operating
  readonly #answers = new Map<string, Promise<Outcome>>()

  constructor(operating: Operating) {
    this.#operating = operating
  }

  /**
   * Asks at once, and answers when the machine has, or without waiting as the wish says. Throws an {@link ApiError} where
   * the value is none for this device, before anything is asked for.
   */
  write(device: Device, body: WriteBody, wish: Wish, caller: Caller): Promise<Outcome> {
    const { machine, id, type } = device
    const { operations } = this.#operating
    const write = this.#writeOf(device, body)
    const before = operations.commandOf(wish.id, caller.operator.access) ? null : stateOf(device)
    const { command, settled } = askInControl(operations, machine, wish.id, caller, () =>
      operations.write(
        { ...askedWith(wish), machine, device: id, tag: write.tag, value: write.value },
        caller.operator,
      ),
    )
    const named = { device_id: id, device_type: type, machine }
    const answer = (done: Command | undefined, waited: boolean): Outcome =>
      outcomeOf(wish.id, done, waited, named, (confirmed) => this.#written(device, write, before, confirmed))
    // Whose it was: an answer is not for others that happen to ask with the same id.
    const key = `${caller.operator.access.owner} ${wish.id}`
    const whole = this.#answers.get(key) ?? this.#once(settled, answer)
    this.#remember(key, whole)
    // What is refused at once is told at once.
    return wish.wait || isSettled(command.status) ? whole : Promise.resolve(answer(command, false))
  }

  async #once(
    settled: Promise<Command | undefined>,
    answer: (done: Command | undefined, waited: boolean) => Outcome,
  ): Promise<Outcome> {
    return answer(await settled, true)
  }

  /** What is to be written, checked against what is known of the device. */
  #writeOf(device: Device, body: WriteBody): Write {
    const { machine, id, type } = device
    const { plant } = this.#operating
    const writes = Object.entries(body).map(([field, value]) => {
      const found = plant.tagWrittenAs(machine, id, field, type)
      if (!found) throw new ApiError(400, 'field_unknown', this.#otherField(device, field))
      if (!found.tag.writable) throw new ApiError(400, 'not_writable', `${field} of ${id} cannot be written.`)
      const objection = valueObjection(field, found.tag, value)
      if (objection) throw new ApiError(422, objection.refusal, objection.reason)
      return { field, tag: found.name, value }
    })
    const [write, ...others] = writes
    if (write && others.length === 0) return write
    const message = write ? 'One value can be written at a time.' : 'There is no value to write.'
    throw new ApiError(422, 'body_invalid', message)
  }

  #otherField({ machine, id, type }: Device, field: string): string {
    const known = [...this.#operating.plant.tags(machine, id, type)]
    const fields = known.flatMap(([name, tag]) => (tag.writable ? (tag.field ?? name) : []))
    const what = type === null ? id : `${id} is of type ${type}: it`
    const takes = fields.length === 0 ? 'takes no values' : `takes ${fields.join(', ')}`
    return `${what} ${takes}, not ${field.slice(0, 100)}.`
  }

  #written(device: Device, { field, tag, value }: Write, before: State | null, { id: command }: Command): Written {
    // Asked for again: the device may have been forgotten meanwhile, the state replaced.
    const now = this.#operating.folded().devices.get(deviceKey(device.machine, device.id))
    const after = now ? stateOf(now) : { [tag]: value }
    const from = before?.[tag] ?? null
    const to = after[tag] ?? value
    const changed = before && from !== to
    const what = `${titleOf(device)} ${field}`
    return {
      device_id: device.id,
      device_type: device.type,
      machine: device.machine,
      previous_state: before,
      new_state: after,
      status: changed === false ? 'no_change' : 'success',
      message: changed ? `${what} changed: ${shown(from)} → ${shown(to)}` : `${what} is ${shown(to)}`,
      changed,
      command,
    }
  }

  #remember(id: string, answer: Promise<Outcome>): void {
    this.#answers.set(id, answer)
    const [oldest] = this.#answers.keys()
    if (this.#answers.size > REMEMBERED && oldest !== undefined) this.#answers.delete(oldest)
  }
}

/** `temperature_sensor` → `Temperature sensor`. */
function titleOf({ id, type }: Device): string {
  if (type === null || type === '') return id
  return `${type.charAt(0).toUpperCase()}${type.slice(1).replaceAll('_', ' ')}`
}

function shown(value: TagValue): string {
  return value === null ? '–' : String(value)
}
