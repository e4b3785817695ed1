import { datagramType } from '../shared/datagram.ts'
import type { ListenerHealth, Refusal, RefusedSample } from '../shared/health.ts'
import type { Clock } from './clock.ts'
import { decode } from './decode.ts'
import type { Hub } from './hub.ts'
import type { Log } from './log.ts'
import { machineNames } from './machine-names.ts'
import type { MachineQuota } from './machine-quota.ts'

/** How much of a refused datagram is kept, and how many of them. */
const SAMPLE_BYTES = 200
const SAMPLES = 20

/** At most one log line and one sample per listener in this time: a flood of garbage must not become a flood of lines. */
const SAMPLE_EVERY_MS = 1_000

/** Takes datagrams in from any number of listeners. Bad ones are counted and shown, and disturb nothing. */
export class Ingest {
  readonly #hub: Hub
  readonly #clock: Clock
  readonly #log: Log
  readonly #quota: MachineQuota
  readonly #samples: RefusedSample[] = []
  readonly #inlets: Inlet[] = []
  /** Refused by those that are forgotten. */
  #refusedBefore = 0

  constructor(hub: Hub, clock: Clock, log: Log, quota: MachineQuota) {
    this.#hub = hub
    this.#clock = clock
    this.#log = log
    this.#quota = quota
  }

  /** One listener's way in, for the machines that it may speak of. */
  inlet(kind: ListenerHealth['kind'], address: string, accepts = machineNames(null)): Inlet {
    const inlet = new Inlet(kind, address, accepts, {
      hub: this.#hub,
      clock: this.#clock,
      log: this.#log,
      quota: this.#quota,
      keep: (sample) => this.#keep(sample),
    })
    this.#inlets.push(inlet)
    return inlet
  }

  /** A way in that nobody uses any more: its own figures go with it. */
  forget(inlet: Inlet): void {
    const at = this.#inlets.indexOf(inlet)
    if (at < 0) return
    this.#inlets.splice(at, 1)
    this.#refusedBefore += inlet.refused
  }

  get listeners(): ListenerHealth[] {
    return this.#inlets.map((inlet) => inlet.health)
  }

  /** How many datagrams were refused for what they are, of all listeners; those that were shed are not. */
  get refused(): number {
    return this.#inlets.reduce((sum, inlet) => sum + inlet.refused, this.#refusedBefore)
  }

  /** Newest last. */
  get samples(): readonly RefusedSample[] {
    return this.#samples
  }

  #keep(sample: RefusedSample): void {
    this.#samples.push(sample)
    if (this.#samples.length > SAMPLES) this.#samples.shift()
  }
}

const everyMachine = (): boolean => true

interface BehindInlet {
  readonly hub: Hub
  readonly clock: Clock
  readonly log: Log
  readonly quota: MachineQuota
  readonly keep: (sample: RefusedSample) => void
}

export class Inlet {
  #address: string
  #state: ListenerHealth['state'] = 'closed'
  #problem: string | null = null
  #received = 0
  #accepted = 0
  #errors = 0
  #lastReceivedAt: number | null = null
  #sampledAt = -Infinity
  #unsampled = 0
  readonly #refused: Partial<Record<Refusal, number>> = {}

  constructor(
    readonly kind: ListenerHealth['kind'],
    address: string,
    private readonly accepts: (machine: string) => boolean,
    private readonly behind: BehindInlet,
  ) {
    this.#address = address
  }

  get health(): ListenerHealth {
    return {
      kind: this.kind,
      address: this.#address,
      state: this.#state,
      problem: this.#problem,
      received: this.#received,
      accepted: this.#accepted,
      refused: { ...this.#refused },
      errors: this.#errors,
      lastReceivedAt: this.#lastReceivedAt,
    }
  }

  get refused(): number {
    const { over_quota: _shed, ...refused } = this.#refused
    return Object.values(refused).reduce((sum, count) => sum + count, 0)
  }

  /** `address`: where it really listens, if that was only known now (UDP port 0). */
  listening(address = this.#address): void {
    this.#address = address
    this.#state = 'listening'
    this.#problem = null
  }

  failed(problem: string): void {
    this.#state = 'failed'
    this.#problem = problem
  }

  closed(): void {
    if (this.#state === 'listening') this.#state = 'closed'
  }

  /** An error of the socket itself. It goes on listening. */
  socketError(error: Error): void {
    this.#errors += 1
    this.behind.log.warn({ listener: this.#address, error: error.message }, 'datagram socket error')
  }

  /**
   * One datagram, of a sender that may speak of these machines. Never throws: it is called from a native callback, where an exception would end the process. Returns
   * why it was not taken in, null where it was; `internal` is a defect, which the log has.
   */
  receive(bytes: Buffer, mayWrite: (machine: string) => boolean = everyMachine): Refusal | 'internal' | null {
    const { hub, clock, log, quota } = this.behind
    try {
      this.#received += 1
      this.#lastReceivedAt = clock.now()
      const decoded = decode(bytes)
      if (!decoded.ok) return this.#refuse(bytes, decoded.reason)
      const { datagram, text } = decoded
      const { machine_name: machine } = datagram
      if (!this.accepts(machine) || !mayWrite(machine)) return this.#refuse(bytes, 'machine_not_allowed')
      if (!quota.admits(machine, datagramType(datagram) ?? '', bytes.length, clock.monotonic())) {
        this.#count('over_quota')
        return 'over_quota'
      }
      hub.append('machine', datagram, text)
      this.#accepted += 1
      return null
    } catch (error) {
      this.#errors += 1
      log.error({ listener: this.#address, err: error }, 'a datagram could not be taken in')
      return 'internal'
    }
  }

  #count(reason: Refusal): void {
    this.#refused[reason] = (this.#refused[reason] ?? 0) + 1
  }

  #refuse(bytes: Buffer, reason: Refusal): Refusal {
    const { clock, log, keep } = this.behind
    this.#count(reason)
    const now = clock.monotonic()
    if (now - this.#sampledAt < SAMPLE_EVERY_MS) {
      this.#unsampled += 1
      return reason
    }
    this.#sampledAt = now
    const text = bytes.toString('utf8', 0, SAMPLE_BYTES)
    keep({ time: clock.now(), listener: this.#address, reason, bytes: bytes.length, text })
    log.warn(
      { listener: this.#address, reason, bytes: bytes.length, text, alsoRefused: this.#unsampled },
      'datagram refused',
    )
    this.#unsampled = 0
    return reason
  }
}
