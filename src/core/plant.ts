import { templateOf } from '../shared/machine.ts'
import type {
  DeviceDescription,
  GroupMember,
  Interlock,
  MachineDescription,
  Plant,
  TagDescription,
} from '../shared/plant.ts'
import type { Stop } from './clock.ts'

/** Where engines bind their control sockets unless told otherwise; see wire/state-machine.md. */
export const CONTROL_PREFIX = '/tmp/statemachine-control-'

/** Longest path of a Unix socket on Linux, bytes without the NUL. */
export const MAX_SOCKET_PATH = 107

/** What devices of these types have without being described; see wire/device.md. */
const KNOWN_TAGS: ReadonlyMap<string, Readonly<Record<string, TagDescription>>> = new Map([
  ['motor', { speed: { type: 'integer', min: 0, max: 255, writable: true } }],
  ['servo', { angle: { type: 'integer', min: 0, max: 180, unit: '°', writable: true } }],
  ['valve', { value: { type: 'boolean', writable: true, field: 'state' } }],
])

/** Types whose devices only measure: any tag of theirs is a number that nobody writes. */
const SENSORS: ReadonlySet<string> = new Set(['temperature_sensor'])
const MEASURED: TagDescription = { type: 'number', writable: false }

export interface DescribedPlantSettings {
  /** Silence after which a machine is stale that has no time of its own, milliseconds. */
  readonly staleAfterMs: number
  readonly controlPrefix?: string
}

/**
 * What the plant file says, as against what is discovered from events; the latest good version of it. Whoever asks gets
 * the answer of that moment, so nobody keeps answers. Names that nobody described are answered with null.
 */
export class DescribedPlant {
  readonly #staleAfterMs: number
  readonly #controlPrefix: string
  readonly #listeners = new Set<(plant: Plant) => void>()
  #plant: Plant = {}
  #machines: ReadonlyMap<string, MachineDescription> = new Map()
  #interlocks: ReadonlyMap<string, readonly Interlock[]> = new Map()

  constructor(settings: DescribedPlantSettings, plant: Plant = {}) {
    this.#staleAfterMs = settings.staleAfterMs
    this.#controlPrefix = settings.controlPrefix ?? CONTROL_PREFIX
    this.#take(plant)
  }

  get current(): Plant {
    return this.#plant
  }

  /** From now on this is what is described; listeners hear of it at once. */
  replace(plant: Plant): void {
    this.#take(plant)
    for (const listener of this.#listeners) listener(plant)
  }

  /** Called after each {@link replace}. */
  listen(changed: (plant: Plant) => void): Stop {
    const listener = (plant: Plant): void => changed(plant)
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
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

  /**
   * Path of the socket that takes the machine's commands; null where it takes none, or where its name cannot be part of
   * a path: names come from outside, and `../` in one must lead nowhere.
   */
  control(machine: string): string | null {
    const described = this.machine(machine)?.control
    if (described === false) return null
    const pattern = described ?? `${this.#controlPrefix}{machine}.sock`
    if (!pattern.includes('{machine}')) return pattern
    if (/[/\0]/.test(machine)) return null
    const path = pattern.replaceAll('{machine}', () => machine)
    return new TextEncoder().encode(path).length > MAX_SOCKET_PATH ? null : path
  }

  staleAfterMs(machine: string): number {
    const seconds = this.machine(machine)?.stale_after
    return seconds === undefined ? this.#staleAfterMs : seconds * 1000
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

  #take(plant: Plant): void {
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
