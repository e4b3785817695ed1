import { rmSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import type { Payload } from '../../src/shared/datagram.ts'
import { errnoName, loadUnixBinding } from '../../src/main/adapters/unix-binding.ts'
import { startPanel, type TestPanel } from './panel.ts'
import { datagram, type Sender, unixSender } from './sender.ts'
import { tempDir } from './temp-dir.ts'
import { waitFor } from './wait-for.ts'

/** A command as it arrived at a machine's control socket. */
export interface ReceivedCommand {
  readonly type: string
  readonly payload: Payload
  readonly command_id: string
  readonly job_id: unknown
  /** Length of the datagram. */
  readonly bytes: number
}

/**
 * What a machine does with a command. `obey`: does it and says so. `ignore`: takes it, and says nothing. `hold`: does
 * nothing until {@link ControlMachine.release}. `fail`: answers with a failed `command_result`. Or whatever the test says.
 */
export type Behaviour =
  'obey' | 'ignore' | 'hold' | 'fail' | ((command: ReceivedCommand, machine: ControlMachine) => void)

/** A device by its id: its type and first values. */
export type Devices = Readonly<Record<string, { readonly type?: string; readonly state: Payload }>>

export interface ControlMachineOptions {
  readonly behaviour?: Behaviour
  readonly devices?: Devices
  /** Its first state. */
  readonly state?: string
  /** To which state a command leads; default: to the one that is called like the command. */
  readonly states?: Readonly<Record<string, string>>
  /** Milliseconds between two commands that it takes up; default: takes each up as it comes. */
  readonly pace?: number
}

/** A panel that gives its commands to {@link ControlMachine}s of this test alone. */
export function startControlPanel(
  args: readonly string[] = [],
  surroundings: Parameters<typeof startPanel>[1] = {},
): Promise<TestPanel> {
  const dir = surroundings.dir ?? tempDir()
  return startPanel(['--control-prefix', `${dir}/c-`, ...args], { ...surroundings, dir })
}

/** A machine program on real datagram sockets: tells what it has and does, and takes commands. Ends with the test. */
export class ControlMachine {
  /** Everything that arrived, in order. */
  readonly received: ReceivedCommand[] = []
  behaviour: Behaviour
  state: string
  readonly path: string
  readonly #devices = new Map<string, { readonly type: string | undefined; state: Payload }>()
  readonly #held: ReceivedCommand[] = []
  readonly #waiting: ReceivedCommand[] = []
  readonly #outbox: string[] = []
  readonly #sender: Sender
  #timer: NodeJS.Timeout | undefined
  #fd: number | undefined

  private constructor(
    readonly panel: TestPanel,
    readonly name: string,
    private readonly options: ControlMachineOptions,
  ) {
    this.behaviour = options.behaviour ?? 'obey'
    this.state = options.state ?? 'idle'
    this.path = `${panel.config.controlPrefix}${name}.sock`
    this.#sender = unixSender(panel.socket)
    for (const [id, { type, state }] of Object.entries(options.devices ?? {})) this.#devices.set(id, { type, state })
    onTestFinished(() => this.leave())
  }

  /** Resolves once the panel has heard of the machine and of all of its devices. */
  static async start(panel: TestPanel, name: string, options: ControlMachineOptions = {}): Promise<ControlMachine> {
    const machine = new ControlMachine(panel, name, options)
    machine.listen()
    const before = panel.health().offset
    machine.tell('machine_registered', { machine_name: name, config_type: 'test', current_state: machine.state })
    for (const id of machine.#devices.keys()) machine.update(id, {})
    await waitFor(() => panel.health().offset > before + machine.#devices.size, { what: `${name} to be known` })
    return machine
  }

  /** Binds the control socket. */
  listen(): void {
    if (this.#fd !== undefined) return
    const loaded = loadUnixBinding()
    if (!loaded.ok) throw new Error(loaded.reason)
    const { binding } = loaded
    const fd = binding.socket(
      binding.AF_UNIX,
      binding.SOCK_DGRAM,
      0,
      (_status, bytes) => bytes && this.#take(bytes),
      () => undefined,
    )
    const status = binding.bind(fd, this.path)
    if (status < 0) throw new Error(`${this.path}: ${errnoName(status)}`)
    this.#fd = fd
  }

  /** Closes the control socket, as when the program dies. Idempotent. */
  leave(): void {
    clearInterval(this.#timer)
    const loaded = loadUnixBinding()
    if (this.#fd !== undefined && loaded.ok) {
      loaded.binding.close(this.#fd)
      rmSync(this.path, { force: true })
    }
    this.#fd = undefined
  }

  /** Says that it ends, and goes. */
  terminate(): void {
    this.tell('machine_terminated', { machine_name: this.name })
    this.leave()
  }

  /** Sends an event; where the panel's socket is full, as soon as it has room, and never out of order. */
  tell(type: string, payload: Payload = {}): void {
    this.#outbox.push(datagram(this.name, type, payload))
    if (this.#outbox.length === 1) this.#flush()
  }

  /** A device has these values now. */
  update(id: string, values: Payload): void {
    const device = this.#devices.get(id)
    if (!device) throw new Error(`no device ${id}`)
    const before = device.state
    device.state = { ...before, ...values }
    this.tell('device_update', {
      device_id: id,
      ...(device.type === undefined ? {} : { device_type: device.type }),
      previous_state: before,
      new_state: device.state,
      changed: JSON.stringify(before) !== JSON.stringify(device.state),
      action: 'device_control',
      last_updated: Date.now() / 1000,
    })
  }

  enter(state: string): void {
    const from = this.state
    this.state = state
    this.tell('state_change', { from_state: from, to_state: state, event_trigger: null })
  }

  /** Answers a command with its id, for good or for bad. */
  answer({ command_id }: ReceivedCommand, status: 'success' | 'failed', message?: string): void {
    this.tell('command_result', { command_id, status, ...(message === undefined ? {} : { message }) })
  }

  /** Does what the command says, as a machine that obeys. */
  obey({ type, payload }: ReceivedCommand): void {
    const { device_id: id, ...values } = payload
    if (type !== 'device_control' || typeof id !== 'string') {
      this.enter(this.options.states?.[type] ?? type)
      return
    }
    const { state, ...others } = values
    const isValve = this.#devices.get(id)?.type === 'valve'
    this.update(id, isValve && state !== undefined ? { ...others, value: state } : values)
  }

  /** Does what was held, oldest first. */
  release(): void {
    for (const command of this.#held.splice(0)) this.obey(command)
  }

  /** Waits until so many commands have arrived. */
  async got(count: number): Promise<readonly ReceivedCommand[]> {
    await waitFor(() => this.received.length >= count, { what: `${count} commands at ${this.name}` })
    return this.received
  }

  #flush(): void {
    while (this.#outbox[0] !== undefined) {
      if (!this.#sender.trySend(this.#outbox[0])) {
        setImmediate(() => this.#flush())
        return
      }
      this.#outbox.shift()
    }
  }

  #take(bytes: Buffer): void {
    const command = { ...(JSON.parse(bytes.toString()) as ReceivedCommand), bytes: bytes.length }
    this.received.push(command)
    if (this.options.pace === undefined) {
      this.#act(command)
      return
    }
    this.#waiting.push(command)
    this.#timer ??= setInterval(() => {
      const next = this.#waiting.shift()
      if (next) this.#act(next)
    }, this.options.pace)
  }

  #act(command: ReceivedCommand): void {
    const { behaviour } = this
    if (typeof behaviour === 'function') behaviour(command, this)
    else if (behaviour === 'obey') this.obey(command)
    else if (behaviour === 'hold') this.#held.push(command)
    else if (behaviour === 'fail') this.answer(command, 'failed', 'It is blocked.')
  }
}
