import type { Payload } from '../../shared/datagram.ts'

/** One device of a cell. `step` lets so many seconds pass and is true where the state shown changed. */
export interface Device {
  readonly id: string
  readonly type: string
  state(): Payload
  step(seconds: number): boolean
  /** Takes an order, or says why not. */
  order(payload: Payload): 'changing' | 'no_change' | { readonly refusal: string }
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

  state(): Payload {
    return { [this.#settings.field]: this.value }
  }

  step(seconds: number): boolean {
    const before = this.value
    const way = this.#settings.rate * seconds
    this.#value += Math.max(-way, Math.min(way, this.#target - this.#value))
    return this.value !== before
  }

  order(payload: Payload): ReturnType<Device['order']> {
    const { field, max } = this.#settings
    const target = payload[field]
    if (typeof target !== 'number' || !Number.isInteger(target) || target < 0 || target > max) {
      return { refusal: `${this.id}: ${field} must be an integer from 0 to ${max}` }
    }
    this.#target = target
    return target === this.value ? 'no_change' : 'changing'
  }
}

/** A valve needs its time to open and to close. It is ordered by `state` and shows `value`. */
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

  state(): Payload {
    return { value: this.#open }
  }

  step(seconds: number): boolean {
    if (this.#target === this.#open) return false
    this.#left -= seconds
    if (this.#left > 0) return false
    this.#open = this.#target
    return true
  }

  order(payload: Payload): ReturnType<Device['order']> {
    const target = payload['state']
    if (typeof target !== 'boolean') return { refusal: `${this.id}: state must be true or false` }
    this.#target = target
    this.#left = 0.8
    return target === this.#open ? 'no_change' : 'changing'
  }
}

/** A temperature follows what heats and cools it with a first-order lag. Degrees Celsius, seconds. */
export class Thermometer implements Device {
  readonly type = 'temperature_sensor'
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

  step(seconds: number): boolean {
    const before = this.#shown
    this.#value += (this.#target() - this.#value) * (1 - Math.exp(-seconds / 45))
    this.#shown = Math.round((this.#value + this.#noise()) * 100) / 100
    return this.#shown !== before
  }

  order(): ReturnType<Device['order']> {
    return { refusal: `${this.id} is read-only` }
  }
}
