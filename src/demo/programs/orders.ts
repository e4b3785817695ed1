import type { Command } from '../program.ts'
import type { Device } from './devices.ts'

/** The commands that devices are on their way to fulfil. */
export class Orders {
  readonly #open = new Map<Device, Command[]>()
  readonly #failed: (command: Command, reason: string) => void

  constructor(failed: (command: Command, reason: string) => void) {
    this.#failed = failed
  }

  /** Another goal: the device will not reach what was ordered before. */
  replace(device: Device, command: Command): void {
    this.withdraw(device)
    this.#open.set(device, [command])
  }

  /** The same goal once more. */
  join(device: Device, command: Command): void {
    this.#open.set(device, [...(this.#open.get(device) ?? []), command])
  }

  withdraw(device: Device): void {
    const open = this.#open.get(device) ?? []
    this.#open.delete(device)
    for (const command of open) this.#failed(command, `${device.id}: another command came before this one was done`)
  }

  /** True where there was an order to fulfil. */
  fulfil(device: Device): boolean {
    return this.#open.delete(device)
  }
}
