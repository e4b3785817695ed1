import type { Payload } from '../../shared/datagram.ts'

/** What an order means to a device: it begins, it is what the device is doing already, it is done, or why it is not. */
export type Outcome = 'changing' | 'under_way' | 'no_change' | { readonly refusal: string }

/** One device of a cell. `step` lets so many seconds pass. */
export interface Device {
  readonly id: string
  readonly type: string
  /** False while it is on its way to what was ordered. */
  readonly settled: boolean
  state(): Payload
  step(seconds: number): void
  order(payload: Payload): Outcome
}

interface AxisSettings {
  readonly id: string
  readonly type: string
  readonly field: string
  readonly max: number
  /** Units in a second. */
  readonly rate: number
  readonly start: number
}

/** A motor or a servo: an integer that runs towards its setpoint. */
export class Axis implements Device {
  readonly id: string
  readonly type: string
  readonly max: number
  readonly #settings: AxisSettings
  #value: number
  #target: number

  constructor(settings: AxisSettings) {
    this.id = settings.id
    this.type = settings.type
    this.max = settings.max
    this.#settings = settings
    this.#value = settings.start
    this.#target = settings.start
  }

  get value(): number {
    return Math.round(this.#value)
  }

  get settled(): boolean {
    return this.value === this.#target
  }

  state(): Payload {
    return { [this.#settings.field]: this.value }
  }

  step(seconds: number): void {
    const way = this.#settings.rate * seconds
    this.#value += Math.max(-way, Math.min(way, this.#target - this.#value))
  }

  order(payload: Payload): Outcome {
    const { field, max } = this.#settings
    const target = payload[field]
    if (typeof target !== 'number' || !Number.isInteger(target) || target < 0 || target > max) {
      return { refusal: `${this.id}: ${field} must be an integer from 0 to ${max}` }
    }
    const same = target === this.#target
    this.#target = target
    if (this.settled) return 'no_change'
    return same ? 'under_way' : 'changing'
  }
}

/** How long a valve takes to open or close, in seconds. */
const SWITCH_S = 0.3

/** A valve is ordered by `state` and shows `value`. */
export class Valve implements Device {
  readonly type = 'valve'
  readonly id: string
  #open: boolean
  #target: boolean
  #left = 0

  constructor(id: string, open: boolean) {
    this.id = id
    this.#open = open
    this.#target = open
  }

  get open(): boolean {
    return this.#open
  }

  get settled(): boolean {
    return this.#open === this.#target
  }

  state(): Payload {
    return { value: this.#open }
  }

  step(seconds: number): void {
    if (this.settled) return
    this.#left -= seconds
    // Tenths do not add up exactly.
    if (this.#left < 1e-9) this.#open = this.#target
  }

  order(payload: Payload): Outcome {
    const target = payload['state']
    if (typeof target !== 'boolean') return { refusal: `${this.id}: state must be true or false` }
    const same = target === this.#target
    this.#target = target
    if (this.settled) return 'no_change'
    if (same) return 'under_way'
    this.#left = SWITCH_S
    return 'changing'
  }
}

/** A temperature follows what heats and cools it with a first-order lag. Degrees Celsius, seconds. */
export class Thermometer implements Device {
  readonly type = 'temperature_sensor'
  readonly settled = true
  readonly id: string
  readonly #target: () => number
  readonly #noise: () => number
  #value: number
  #shown: number

  constructor(id: string, start: number, target: () => number, noise: () => number) {
    this.id = id
    this.#value = start
    this.#shown = start
    this.#target = target
    this.#noise = noise
  }

  state(): Payload {
    return { temperature: this.#shown }
  }

  step(seconds: number): void {
    this.#value += (this.#target() - this.#value) * (1 - Math.exp(-seconds / 45))
    this.#shown = Math.round((this.#value + this.#noise()) * 100) / 100
  }

  order(): Outcome {
    return { refusal: `${this.id} is read-only` }
  }
}
