import type { ListenerHealth, Refusal, RefusedSample } from '../shared/health.ts'
import type { Clock } from './clock.ts'
import { decode } from './decode.ts'
import type { Hub } from './hub.ts'
import type { Log } from './log.ts'

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
  readonly #samples: RefusedSample[] = []
  readonly #inlets: Inlet[] = []

  constructor(hub: Hub, clock: Clock, log: Log) {
    this.#hub = hub
    this.#clock = clock
    this.#log = log
  }

  /** One listener's way in. */
  inlet(kind: ListenerHealth['kind'], address: string): Inlet {
    const inlet = new Inlet(kind, address, this.#hub, this.#clock, this.#log, (sample) => this.#keep(sample))
    this.#inlets.push(inlet)
    return inlet
  }

  get listeners(): ListenerHealth[] {
    return this.#inlets.map((inlet) => inlet.health)
  }

  /** How many datagrams were refused, of all listeners. */
  get refused(): number {
    return this.#inlets.reduce((sum, inlet) => sum + inlet.refused, 0)
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
    private readonly hub: Hub,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly keep: (sample: RefusedSample) => void,
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
    return Object.values(this.#refused).reduce((sum, count) => sum + count, 0)
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
    this.log.warn({ listener: this.#address, error: error.message }, 'datagram socket error')
  }

  /** One datagram. Never throws: it is called from a native callback, where an exception would end the process. */
  receive(bytes: Buffer): void {
    try {
      this.#received += 1
      this.#lastReceivedAt = this.clock.now()
      const decoded = decode(bytes)
      if (decoded.ok) {
        this.hub.append('machine', decoded.datagram, decoded.text)
        this.#accepted += 1
      } else {
        this.#refuse(bytes, decoded.reason)
      }
    } catch (error) {
      this.#errors += 1
      this.log.error({ listener: this.#address, err: error }, 'a datagram could not be taken in')
    }
  }

  #refuse(bytes: Buffer, reason: Refusal): void {
    this.#refused[reason] = (this.#refused[reason] ?? 0) + 1
    const now = this.clock.monotonic()
    if (now - this.#sampledAt < SAMPLE_EVERY_MS) {
      this.#unsampled += 1
      return
    }
    this.#sampledAt = now
    const text = bytes.toString('utf8', 0, SAMPLE_BYTES)
    this.keep({ time: this.clock.now(), listener: this.#address, reason, bytes: bytes.length, text })
    this.log.warn(
      { listener: this.#address, reason, bytes: bytes.length, text, alsoRefused: this.#unsampled },
      'datagram refused',
    )
    this.#unsampled = 0
  }
}
