import type { Payload } from '../../shared/datagram.ts'
import { every } from '../clock.ts'
import type { Command, Program, Surroundings } from '../program.ts'
import { Axis, type Device, Thermometer, Valve } from './devices.ts'

const MOVE_MS = 500
const MEASURE_MS = 1_000
/** After a command the cell's own recipe leaves the actuators alone for a while. */
const HANDS_OFF_MS = 60_000

/** A cell of motor, servo, valve and thermometer that follows a recipe of its own until it is commanded. */
export class DeviceCell implements Program {
  readonly #machine: string
  readonly #around: Surroundings
  readonly #devices: ReadonlyMap<string, Device>
  readonly #actuators: readonly [Axis, Axis, Valve]
  readonly #thermometer: Thermometer
  #handsOffUntil = 0

  constructor(machine: string, around: Surroundings) {
    const { random, birth } = around
    const warm = birth === 'unregistered'
    const axis = (start: number): number => (warm ? random.integer(1, start) : 0)
    const motor = new Axis({ id: 'motor_01', type: 'motor', field: 'speed', max: 255, rate: 60, start: axis(255) })
    const servo = new Axis({ id: 'servo_01', type: 'servo', field: 'angle', max: 180, rate: 90, start: axis(180) })
    const valve = new Valve('valve_01', warm)
    const target = (): number => 21 + (motor.value / 255) * 45 - (valve.open ? 8 : 0)
    const noise = (): number => random.between(-0.05, 0.05)
    this.#machine = machine
    this.#around = around
    this.#actuators = [motor, servo, valve]
    this.#thermometer = new Thermometer('temp_01', warm ? 38 : 21, target, noise)
    this.#devices = new Map([...this.#actuators, this.#thermometer].map((device) => [device.id, device]))
  }

  start(): void {
    const { clock, random } = this.#around
    for (const device of this.#devices.values()) this.#update(device, device.state(), 'status')
    for (const actuator of this.#actuators)
      every(
        clock,
        () => MOVE_MS,
        () => this.#step(actuator, MOVE_MS, 'device_control'),
      )
    every(
      clock,
      () => MEASURE_MS,
      () => this.#step(this.#thermometer, MEASURE_MS, 'measurement'),
    )
    every(
      clock,
      () => random.between(6_000, 12_000),
      () => this.#recipe(),
    )
  }

  handle(command: Command): void {
    if (command.type !== 'device_control') return
    const { clock } = this.#around
    const id = command.payload['device_id']
    const device = typeof id === 'string' ? this.#devices.get(id) : undefined
    const outcome = device?.order(command.payload) ?? { refusal: `Device ${String(id)} not found` }
    this.#handsOffUntil = clock.now() + HANDS_OFF_MS
    if (typeof outcome === 'object') {
      this.#around.send('error', {
        error_message: outcome.refusal,
        job_id: command.jobId,
        timestamp: clock.now() / 1000,
      })
    } else if (device && outcome === 'no_change') this.#update(device, device.state(), 'device_control')
  }

  busy(): boolean {
    return false
  }

  terminate(): void {
    const timestamp = this.#around.clock.now() / 1000
    this.#around.send('machine_terminated', { machine_name: this.#machine, config_type: 'device_cell', timestamp })
  }

  #step(device: Device, ms: number, action: string): void {
    const before = device.state()
    if (device.step(ms / 1000)) this.#update(device, before, action)
  }

  #recipe(): void {
    const { clock, random } = this.#around
    if (clock.now() < this.#handsOffUntil) return
    const [motor, servo, valve] = this.#actuators
    random.pick([
      () => motor.order({ speed: random.integer(40, motor.max) }),
      () => servo.order({ angle: random.integer(0, servo.max) }),
      () => valve.order({ state: !valve.open }),
    ])()
  }

  #update(device: Device, before: Payload, action: string): void {
    const after = device.state()
    this.#around.send('device_update', {
      device_id: device.id,
      device_type: device.type,
      previous_state: before,
      new_state: after,
      changed: JSON.stringify(before) !== JSON.stringify(after),
      action,
      last_updated: this.#around.clock.now() / 1000,
    })
  }
}
