import type { Payload } from '../shared/datagram.ts'
import type { Clock } from './clock.ts'
import { parseCommand } from './command.ts'
import { DelayLine } from './delay-line.ts'
import type { Disobedience } from './disobedience.ts'
import type { Inbox } from './inbox.ts'
import { LifeClock } from './life-clock.ts'
import type { Birth, Command, Program, ProgramSpec } from './program.ts'
import { pythonJson } from './python-json.ts'
import type { Random } from './random.ts'

/** How often a program looks for one command, in milliseconds; `idle`: the Python engine while nothing happens. */
export const TICK_MS = { active: 50, idle: 500 } as const
const IDLE_AFTER_MS = 1_000
/** A burst yields to the other programs after so many datagrams. */
const BURST_CHUNK = 250

export interface HostOptions {
  readonly spec: ProgramSpec
  readonly clock: Clock
  readonly random: Random
  readonly send: (bytes: Buffer) => void
  /** Binds the control socket; undefined where this system has none. */
  readonly openInbox: (machine: string) => Inbox | undefined
  readonly report: (line: string) => void
}

interface Life {
  readonly clock: LifeClock
  readonly program: Program
  readonly inbox: Inbox | undefined
  /** What the program says goes through it. */
  readonly line: DelayLine
  activeAt: number
  commandedAt: number
}

/** Runs one program the way an operating system runs a process: it can be started, stopped, killed and started again. */
export class Host {
  readonly machine: string
  readonly #options: HostOptions
  #life: Life | undefined
  #lives = 0
  #disobedience: Disobedience | undefined
  /** Of the last life that was killed: its socket's file is still there. */
  #left: Inbox | undefined

  constructor(options: HostOptions) {
    this.machine = options.spec.machine
    this.#options = options
  }

  get controlled(): boolean {
    return this.#options.spec.controlled
  }

  get running(): boolean {
    return this.#life !== undefined
  }

  /** @throws where the control socket cannot be bound. */
  start(birth: Birth): void {
    if (this.#life) return
    const { spec, random, send } = this.#options
    const inbox = spec.controlled ? this.#options.openInbox(this.machine) : undefined
    this.#left = undefined
    const clock = new LifeClock(this.#options.clock)
    this.#lives += 1
    const program = spec.create({
      clock,
      random: random.fork(`${this.machine} ${this.#lives}`),
      birth,
      send: (type, payload) => this.#send(type, payload),
      commandedAt: () => this.#life?.commandedAt ?? -Infinity,
    })
    const line = new DelayLine(clock, send)
    const life: Life = { clock, program, inbox, line, activeAt: clock.now(), commandedAt: -Infinity }
    this.#life = life
    program.start()
    if (inbox) this.#tick(life, inbox)
  }

  /** In good order: the program says goodbye and its socket goes. */
  terminate(): void {
    this.#life?.clock.thaw()
    this.#life?.program.terminate()
    this.#life?.line.flush()
    this.#end()?.close()
    this.#left?.close()
    this.#left = undefined
  }

  /** As `kill -9` does it: not a word, what it had still to say is lost, and the socket's file stays. */
  crash(how = { keepFile: true }): void {
    const inbox = this.#end()
    inbox?.close(how)
    this.#left = inbox ?? this.#left
  }

  /** From now on, also in later lives, until `obey`. Returns a function that ends this disobedience, but no later one. */
  disobey(how: Disobedience): () => void {
    this.obey()
    this.#disobedience = how
    return () => {
      if (this.#disobedience === how) this.obey()
    }
  }

  /** Obeys again; what it says late is said soon. */
  obey(): void {
    this.#disobedience = undefined
    this.#life?.line.hurry()
  }

  /** As SIGSTOP does it: commands wait, nothing is sent. */
  stall(): void {
    this.#life?.clock.freeze()
  }

  resume(): void {
    this.#life?.clock.thaw()
  }

  /** Sends many numbered events as fast as it can, whether the panel takes them or not. */
  burst(count: number): void {
    const life = this.#life
    if (!life) return
    const chunk = (from: number): void => {
      const end = Math.min(from + BURST_CHUNK, count)
      for (let index = from; index < end; index += 1) {
        this.#send('burst_sample', { index, count, timestamp: life.clock.now() / 1000 })
      }
      if (end < count) life.clock.after(0, () => chunk(end))
    }
    chunk(0)
  }

  #end(): Inbox | undefined {
    const life = this.#life
    this.#life = undefined
    life?.clock.end()
    return life?.inbox
  }

  #send(type: string, payload: Payload): void {
    const life = this.#life
    if (!life) return
    life.activeAt = life.clock.now()
    life.line.put(this.#encode(type, payload))
  }

  #encode(type: string, payload: Payload): Buffer {
    const message = { machine_name: this.machine, [this.#options.spec.typeKey ?? 'type']: type, payload }
    return Buffer.from(pythonJson(message))
  }

  #tick(life: Life, inbox: Inbox): void {
    const bytes = life.program.busy() ? undefined : inbox.take()
    if (bytes) this.#read(life, bytes)
    const idle = this.#options.spec.engine === 'python' && life.clock.now() - life.activeAt > IDLE_AFTER_MS
    life.clock.after(idle ? TICK_MS.idle : TICK_MS.active, () => this.#tick(life, inbox))
  }

  #read(life: Life, bytes: Buffer): void {
    const how = this.#disobedience
    if (how?.kind === 'vanish') {
      this.#disobedience = undefined
      const die = (): void => {
        this.crash(how)
        how.vanished()
      }
      if (how.afterMs === 0) return die()
      life.clock.after(how.afterMs, die)
    }
    const command = parseCommand(bytes)
    if (typeof command === 'string') {
      this.#options.report(`${this.machine}: a command was lost: ${command}`)
      return
    }
    const { type, payload } = command
    life.activeAt = life.commandedAt = life.clock.now()
    const about = { message: `Received ${type}`, level: 'info', type, payload_keys: Object.keys(payload) }
    const received = this.#encode('activity_log', about)
    // That it has the command is said at once even by a program whose confirmation comes late.
    if (how?.kind === 'late') this.#options.send(received)
    else life.line.put(received)
    this.#treat(life, command, how)
  }

  #treat({ program, line }: Life, command: Command, how: Disobedience | undefined): void {
    switch (how?.kind) {
      case 'refuse':
        return program.refuse(command, how.reason)
      case 'ignore':
        return
      case 'late':
        line.delay(how.ms)
        return program.handle(command)
      case 'vanish':
      case undefined:
        return program.handle(command)
      default:
        how satisfies never
    }
  }
}
