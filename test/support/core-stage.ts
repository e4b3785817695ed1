import type { Access } from '../../src/core/access.ts'
import type { Archive } from '../../src/core/archive.ts'
import { AlarmActs } from '../../src/core/alarm-acts.ts'
import type { Deed, Doer } from '../../src/core/audit.ts'
import { commandRules } from '../../src/core/command-rules.ts'
import { Commands } from '../../src/core/commands.ts'
import type { ControlLink, SendResult } from '../../src/core/control-link.ts'
import { ControlTokens } from '../../src/core/control-tokens.ts'
import { messageFrame } from '../../src/core/frame.ts'
import { Hub } from '../../src/core/hub.ts'
import { Operations } from '../../src/core/operations.ts'
import { DescribedPlant } from '../../src/core/plant.ts'
import type { RingLimits } from '../../src/core/ring.ts'
import { Sessions } from '../../src/core/sessions.ts'
import type { AcceptAs, Connection, Frame, Peer } from '../../src/core/session-socket.ts'
import type { Entry } from '../../src/core/entry.ts'
import type { Datagram } from '../../src/shared/datagram.ts'
import { OPEN } from './access.ts'
import { FakeClock } from './fake-clock.ts'
import { FakeSocket } from './fake-socket.ts'
import { MemoryLog } from './memory-log.ts'
import type { Random } from './random.ts'
import { randomEvent } from './random-datagram.ts'

export interface CoreStageOptions {
  readonly ring?: RingLimits
  readonly connections?: number
  readonly connectionsPerAddress?: number
  readonly messagesPerSecond?: number
  readonly epoch?: string
  /** True: the archive keeps every event, and hands out pages when the test says so. */
  readonly archive?: boolean
}

/** An archive that keeps everything or nothing; a page arrives with {@link deliver}. */
export class StageArchive implements Archive {
  readonly entries: Entry[] = []
  readonly #waiting: (() => void)[] = []
  readonly #consumers = new Map<string, number>()

  constructor(private readonly keeps: boolean) {}

  covers(): boolean {
    return this.keeps
  }

  page(after: number): Promise<readonly Entry[]> {
    return new Promise((resolve) => {
      this.#waiting.push(() => resolve(this.entries.slice(after, after + 3)))
    })
  }

  acknowledged(consumer: string): number | undefined {
    return this.#consumers.get(consumer)
  }

  acknowledge(consumer: string, offset: number): void {
    this.#consumers.set(consumer, offset)
  }

  /** Answers every page that was asked for; true where there was one. */
  async deliver(): Promise<boolean> {
    const waiting = this.#waiting.splice(0)
    for (const answer of waiting) answer()
    // The sessions go on in the promises' turn.
    await Promise.resolve()
    await Promise.resolve()
    return waiting.length > 0
  }
}

/** The machines' control sockets, as the test wants them. */
export class FakeControlLink implements ControlLink {
  readonly sent: { readonly endpoint: string; readonly command: Record<string, unknown> }[] = []
  /** What the next sends are answered with, by endpoint; default: sent. */
  readonly answers = new Map<string, SendResult>()

  send(endpoint: string, bytes: Buffer): SendResult {
    const answer = this.answers.get(endpoint) ?? { kind: 'sent' }
    if (answer.kind === 'sent') {
      this.sent.push({ endpoint, command: JSON.parse(bytes.toString()) as Record<string, unknown> })
    }
    return answer
  }
}

/** Hub and sessions on a clock by hand: the core without ingest and without sockets. */
export class CoreStage {
  readonly clock = new FakeClock()
  readonly hub: Hub
  readonly archive: StageArchive
  readonly log = new MemoryLog()
  readonly sessions: Sessions
  readonly plant = new DescribedPlant({ staleAfterMs: 60_000, controlPrefix: '/control-' })
  /** Where commands go: the test reads what was sent, and says what the machine's socket answers. */
  readonly link = new FakeControlLink()
  readonly control: ControlTokens
  readonly commands: Commands
  readonly operations: Operations
  /** What was to be written down. */
  readonly deeds: { readonly doer: Doer; readonly deed: Deed }[] = []
  plantFrame: Frame = messageFrame({ type: 'plant', plant: {} })
  health: Frame = healthFrame(0)

  constructor(options: CoreStageOptions = {}) {
    const { clock } = this
    this.hub = new Hub({
      clock,
      epoch: options.epoch ?? 'e1',
      ...(options.ring === undefined ? {} : { ring: options.ring }),
    })
    this.archive = new StageArchive(options.archive ?? false)
    this.control = new ControlTokens(this.hub, clock)
    this.commands = new Commands(
      this.hub,
      clock,
      this.link,
      commandRules({ hub: this.hub, plant: this.plant, control: this.control, clock }),
    )
    this.operations = new Operations({
      hub: this.hub,
      plant: this.plant,
      commands: this.commands,
      control: this.control,
      alarms: new AlarmActs(this.hub, clock, this.plant),
      audit: {
        record: (doer, deed) => void this.deeds.push({ doer, deed }),
        recordAll: (doer, deeds) => void this.deeds.push(...deeds.map((deed) => ({ doer, deed }))),
      },
      clock,
    })
    this.sessions = new Sessions({
      hub: this.hub,
      archive: this.archive,
      clock,
      log: this.log,
      limits: {
        helloMs: 10_000,
        heartbeatMs: 30_000,
        messageBytes: 65_536,
        messagesPerSecond: options.messagesPerSecond ?? 1_000_000,
        fullMs: 30_000,
      },
      connections: options.connections ?? 100,
      connectionsPerAddress: options.connectionsPerAddress ?? 100,
      connectionsPerAccount: 100,
      version: '0.0.0',
      operations: this.operations,
      health: () => this.health,
      plant: () => this.plantFrame,
    })
  }

  /** A machine's event, as if its datagram had come in. */
  event(machine: string, type = 'tick', payload: Readonly<Record<string, unknown>> = {}): Entry {
    const body: Datagram = { machine_name: machine, type, payload }
    return this.#keep(this.hub.append('machine', body, JSON.stringify(body)))
  }

  /** An event of the panel or of an operator. */
  report(...report: Parameters<Hub['report']>): Entry {
    return this.#keep(this.hub.report(...report))
  }

  /** So many random events of machines, the panel and operators. */
  random(random: Random, count = 1, machines?: readonly string[]): void {
    for (let i = 0; i < count; i += 1) this.#keep(randomEvent(this.hub, random, machines))
  }

  /** Something new about the panel's health. */
  newHealth(sessions: number): void {
    this.health = healthFrame(sessions)
    this.sessions.healthChanged()
  }

  connect(kind: Peer['kind'] = 'remote', access: Access = OPEN, address = '127.0.0.1'): Viewer {
    return new Viewer(this.sessions.accept, kind, access, address)
  }

  /** A viewer that has said hello. */
  live(hello: object = {}): Viewer {
    const viewer = this.connect()
    viewer.hello(hello)
    return viewer
  }

  #keep(entry: Entry): Entry {
    this.archive.entries.push(entry)
    return entry
  }
}

/** One viewer on the stage: its socket and what the core made of it. */
export class Viewer {
  readonly socket = new FakeSocket()
  readonly connection: Connection

  constructor(accept: AcceptAs, kind: Peer['kind'], access: Access, address: string) {
    this.connection = accept(this.socket, { kind, address, agent: 'test' }, access)
  }

  hello(extra: object = {}): void {
    this.send({ type: 'hello', protocol: 1, client: { name: 'test' }, ...extra })
  }

  send(message: unknown): void {
    this.connection.receive(typeof message === 'string' ? message : JSON.stringify(message))
  }
}

function healthFrame(sessions: number): Frame {
  return messageFrame({
    type: 'health',
    health: {
      startedAt: 0,
      time: 0,
      version: '0.0.0',
      offset: 0,
      sessions,
      viewers: [],
      journal: { state: 'durable', durable: 0, first: 1, bytes: null, lost: 0 },
      listeners: [],
      problems: [],
      refusedSamples: [],
    },
  })
}
