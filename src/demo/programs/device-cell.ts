import type { Payload } from '../../shared/datagram.ts'
import { answerFailure, answerSuccess } from '../answer.ts'
import { every } from '../clock.ts'
import type { Command, Program, Surroundings } from '../program.ts'
import { Axis, type Device, Thermometer, Valve } from './devices.ts'
import { Orders } from './orders.ts'

const MOVE_MS = 100
/** What moves is told no more often than this; where it arrives, at once. */
const TELL_MS = 500
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
  readonly #orders: Orders
  /** What was last told of each device. */
  /** A stop that is not done yet. */
  #stopping: Command[] = []
  readonly #told = new Map<Device, Payload>()
  /** Milliseconds since then, while it moves. */
  readonly #quiet = new Map<Device, number>()

  /** `number` is part of the devices' names: `motor_01`. */
  constructor(machine: string, number: string, around: Surroundings) {
    const { random, birth } = around
    const warm = birth === 'unregistered'
    const axis = (start: number): number => (warm ? random.integer(1, start) : 0)
    const motor = new Axis({
      id: `motor_${number}`,
      type: 'motor',
      field: 'speed',
      max: 255,
      rate: 60,
      start: axis(255),
    })
    const servo = new Axis({
      id: `servo_${number}`,
      type: 'servo',
      field: 'angle',
      max: 180,
      rate: 90,
      start: axis(180),
    })
    const valve = new Valve(`valve_${number}`, warm)
    const target = (): number => 21 + (motor.value / 255) * 45 - (valve.open ? 8 : 0)
    const noise = (): number => random.between(-0.05, 0.05)
    this.#machine = machine
    this.#around = around
    this.#actuators = [motor, servo, valve]
    this.#thermometer = new Thermometer(`temp_${number}`, warm ? 38 : 21, target, noise)
    this.#devices = new Map([...this.#actuators, this.#thermometer].map((device) => [device.id, device]))
    this.#orders = new Orders((command, reason) => answerFailure(around, command, reason))
  }

  start(): void {
    const { clock, random } = this.#around
    for (const device of this.#devices.values()) this.#update(device, 'status')
    every(
      clock,
      () => MOVE_MS,
      () => {
        for (const actuator of this.#actuators) this.#move(actuator)
        this.#stopped()
      },
    )
    every(
      clock,
      () => MEASURE_MS,
      () => {
        this.#thermometer.step(MEASURE_MS / 1000)
        if (this.#isNews(this.#thermometer)) this.#update(this.#thermometer, 'measurement')
      },
    )
    every(
      clock,
      () => random.between(6_000, 12_000),
      () => this.#recipe(),
    )
  }

  handle(command: Command): void {
    const { type, payload } = command
    if (type === 'stop') return this.#stop(command)
    if (type !== 'device_control') return answerFailure(this.#around, command, `Unknown command ${type}`)
    const id = payload['device_id']
    const device = typeof id === 'string' ? this.#devices.get(id) : undefined
    if (!device) return this.refuse(command, `Device ${String(id)} not found`)
    const outcome = device.order(payload)
    if (typeof outcome === 'object') this.refuse(command, outcome.refusal)
    else if (outcome === 'changing') this.#orders.replace(device, command)
    else if (outcome === 'under_way') this.#orders.join(device, command)
    else {
      this.#orders.withdraw(device)
      this.#update(device, 'device_control')
    }
  }

  refuse(command: Command, reason: string): void {
    const timestamp = this.#around.clock.now() / 1000
    this.#around.send('error', { error_message: reason, job_id: command.jobId, timestamp })
    answerFailure(this.#around, command, reason)
  }

  /** The motor runs down, the valve closes, the servo stays where it is; whoever said so hears when it is done. */
  #stop(command: Command): void {
    const [motor, servo, valve] = this.#actuators
    for (const device of [motor, servo, valve]) this.#orders.withdraw(device)
    motor.order({ speed: 0 })
    servo.order({ angle: Math.round(servo.value) })
    valve.order({ state: false })
    this.#stopping.push(command)
  }

  #stopped(): void {
    if (this.#stopping.length === 0 || this.#actuators.some((each) => !each.settled)) return
    for (const command of this.#stopping) answerSuccess(this.#around, command)
    this.#stopping = []
  }

  busy(): boolean {
    return false
  }

  terminate(): void {
    const timestamp = this.#around.clock.now() / 1000
    this.#around.send('machine_terminated', { machine_name: this.#machine, config_type: 'device_cell', timestamp })
  }

  #move(actuator: Device): void {
    actuator.step(MOVE_MS / 1000)
    // Whoever ordered it hears that it is done, also where it only came back to what was told last.
    const done = actuator.settled && this.#orders.fulfil(actuator)
    const news = this.#isNews(actuator)
    const quiet = (this.#quiet.get(actuator) ?? 0) + (news ? MOVE_MS : 0)
    this.#quiet.set(actuator, quiet)
    if (done || (news && (actuator.settled || quiet >= TELL_MS))) this.#update(actuator, 'device_control')
  }

  #isNews(device: Device): boolean {
    return JSON.stringify(device.state()) !== JSON.stringify(this.#told.get(device))
  }

  #recipe(): void {
    const { clock, random } = this.#around
    if (clock.now() - this.#around.commandedAt() < HANDS_OFF_MS) return
    const [motor, servo, valve] = this.#actuators
    random.pick([
      () => motor.order({ speed: random.integer(40, motor.max) }),
      () => servo.order({ angle: random.integer(0, servo.max) }),
      () => valve.order({ state: !valve.open }),
    ])()
  }

  #update(device: Device, action: string): void {
    const after = device.state()
    const before = this.#told.get(device) ?? after
    const changed = JSON.stringify(before) !== JSON.stringify(after)
    this.#told.set(device, after)
    this.#quiet.set(device, 0)
    this.#around.send('device_update', {
      device_id: device.id,
      device_type: device.type,
      previous_state: before,
      new_state: after,
      changed,
      action,
      last_updated: this.#around.clock.now() / 1000,
    })
  }
}
