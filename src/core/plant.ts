import type { Plant } from '../shared/plant.ts'
import { PlantLookup } from '../shared/plant-lookup.ts'
import type { Stop } from './clock.ts'

/** Where engines bind their control sockets unless told otherwise; see wire/state-machine.md. */
export const CONTROL_PREFIX = '/tmp/statemachine-control-'

/** Longest path of a Unix socket on Linux, bytes without the NUL. */
export const MAX_SOCKET_PATH = 107

/** What one machine may send in a second: far more than any should, and far less than the panel takes in. */
export const EVENTS_PER_SECOND = 5_000

export interface DescribedPlantSettings {
  /** Silence after which a machine is stale that has no time of its own, milliseconds. */
  readonly staleAfterMs: number
  /** Events a second that a machine may send that has no number of its own. Default: 5,000. */
  readonly eventsPerSecond?: number
  readonly controlPrefix?: string
}

/**
 * The latest good version of the plant file, and where the machines take their commands. Whoever asks gets the answer
 * of that moment, so nobody keeps answers.
 */
export class DescribedPlant extends PlantLookup {
  readonly #staleAfterMs: number
  readonly #controlPrefix: string
  readonly #eventsPerSecond: number
  readonly #listeners = new Set<(plant: Plant) => void>()

  constructor(settings: DescribedPlantSettings, plant: Plant = {}) {
    super(plant)
    this.#staleAfterMs = settings.staleAfterMs
    this.#controlPrefix = settings.controlPrefix ?? CONTROL_PREFIX
    this.#eventsPerSecond = settings.eventsPerSecond ?? EVENTS_PER_SECOND
  }

  /** From now on this is what is described; listeners hear of it at once. */
  replace(plant: Plant): void {
    this.take(plant)
    for (const listener of this.#listeners) listener(plant)
  }

  /** Called after each {@link replace}. */
  listen(changed: (plant: Plant) => void): Stop {
    const listener = (each: Plant): void => changed(each)
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** What viewers are told: all of it but where on this computer machines take their commands. */
  get shown(): Plant {
    const { machines } = this.current
    if (!machines) return this.current
    const shown = Object.entries(machines).map(([name, { control, ...rest }]) => [
      name,
      control === false ? { ...rest, control: false as const } : rest,
    ])
    return { ...this.current, machines: Object.fromEntries(shown) as typeof machines }
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

  eventsPerSecond(machine: string): number {
    return this.machine(machine)?.events_per_second ?? this.#eventsPerSecond
  }
}
