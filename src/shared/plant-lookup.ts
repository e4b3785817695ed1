import { templateOf } from './machine.ts'
import type {
  AlarmDescription,
  DeviceDescription,
  GroupMember,
  Interlock,
  MachineDescription,
  Plant,
  TagDescription,
} from './plant.ts'

/** What devices of these types have without being described; see wire/device.md. */
const KNOWN_TAGS: ReadonlyMap<string, Readonly<Record<string, TagDescription>>> = new Map([
  ['motor', { speed: { type: 'integer', min: 0, max: 255, writable: true } }],
  ['servo', { angle: { type: 'integer', min: 0, max: 180, unit: '°', writable: true } }],
  ['valve', { value: { type: 'boolean', writable: true, field: 'state' } }],
])

/** Types whose devices only measure: any tag of theirs is a number that nobody writes. */
const SENSORS: ReadonlySet<string> = new Set(['temperature_sensor'])
const MEASURED: TagDescription = { type: 'number', writable: false }

/**
 * What the plant file says, as against what is discovered from events, with what is known of common devices. Core and
 * renderer ask the same questions of it. Names that nobody described are answered with null.
 */
export class PlantLookup {
  #plant: Plant = {}
  #machines: ReadonlyMap<string, MachineDescription> = new Map()
  #interlocks: ReadonlyMap<string, readonly Interlock[]> = new Map()

  constructor(plant: Plant = {}) {
    this.take(plant)
  }

  get current(): Plant {
    return this.#plant
  }

  /** The machine's own description, else, as a whole, that of its template. */
  machine(name: string): MachineDescription | null {
    const itself = this.#machines.get(name)
    if (itself) return itself
    const template = templateOf(name)
    return (template === null ? undefined : this.#machines.get(template)) ?? null
  }

  device(machine: string, id: string): DeviceDescription | null {
    return own(this.machine(machine)?.devices, id)
  }

  /**
   * How a tag is to be read and written: what is described, over what is known of devices of this type. `reported` is
   * the type that the machine gives the device, for those whose type is not described.
   */
  tag(machine: string, device: string, tag: string, reported: string | null = null): TagDescription | null {
    const description = this.device(machine, device)
    const type = description?.type ?? reported ?? ''
    const described = own(description?.tags, tag)
    const known = own(KNOWN_TAGS.get(type), tag) ?? (SENSORS.has(type) ? MEASURED : null)
    if (!described) return known
    // A tag of another type than the known one shares nothing with it but its name.
    return known?.type === described.type ? { ...known, ...described } : described
  }

  /** Every tag that is described or known, by name, as {@link tag} gives it. */
  tags(machine: string, device: string, reported: string | null = null): ReadonlyMap<string, TagDescription> {
    const description = this.device(machine, device)
    const known = KNOWN_TAGS.get(description?.type ?? reported ?? '') ?? {}
    const names = new Set([...Object.keys(known), ...Object.keys(description?.tags ?? {})])
    return new Map(
      [...names].flatMap((name) => {
        const tag = this.tag(machine, device, name, reported)
        return tag ? [[name, tag] as const] : []
      }),
    )
  }

  /** The tag that a command names by this key: a valve's `state` writes its `value`. */
  tagWrittenAs(
    machine: string,
    device: string,
    field: string,
    reported: string | null = null,
  ): { readonly name: string; readonly tag: TagDescription } | null {
    for (const [name, tag] of this.tags(machine, device, reported)) {
      if ((tag.field ?? name) === field) return { name, tag }
    }
    return null
  }

  /** What is said of an alarm, by its id, else by the id with the template in place of the machine. */
  alarm(id: string): AlarmDescription | null {
    const { alarms } = this.#plant
    if (!alarms) return null
    const [machine = '', ...rest] = id.split('/')
    const template = templateOf(machine)
    return own(alarms, id) ?? (template === null ? null : own(alarms, [template, ...rest].join('/')))
  }

  /** The devices of a group. */
  group(name: string): readonly GroupMember[] | null {
    return own(this.#plant.groups, name)
  }

  /**
   * The interlocks that can refuse such a command to the machine (`device` null) or to one of its devices, in the
   * file's order. One for a template holds for every instance, whether that is described itself or not; where its
   * conditions name the template they are about the instance.
   */
  interlocksFor(machine: string, device: string | null, commandType: string): readonly Interlock[] {
    const template = templateOf(machine)
    const ofTemplate = template === null ? [] : (this.#interlocks.get(template) ?? [])
    const found = [...(this.#interlocks.get(machine) ?? []), ...ofTemplate.map((each) => instantiate(each, machine))]
    return found.filter(
      (interlock) =>
        (interlock.device === undefined || interlock.device === device) &&
        (interlock.commands?.includes(commandType) ?? true),
    )
  }

  protected take(plant: Plant): void {
    this.#plant = plant
    this.#machines = new Map(Object.entries(plant.machines ?? {}))
    const interlocks = new Map<string, Interlock[]>()
    for (const interlock of plant.interlocks ?? []) {
      const same = interlocks.get(interlock.machine)
      if (same) same.push(interlock)
      else interlocks.set(interlock.machine, [interlock])
    }
    this.#interlocks = interlocks
  }
}

function instantiate(interlock: Interlock, machine: string): Interlock {
  const when = interlock.when.map((each) => (each.machine === interlock.machine ? { ...each, machine } : each))
  return { ...interlock, machine, when }
}

/** A name from outside may be `constructor`. */
function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | null {
  return record && Object.hasOwn(record, key) ? (record[key] ?? null) : null
}
