import type { Payload } from '../shared/datagram.ts'
import type { Cancel, Clock } from './clock.ts'
import type { Disobedience } from './disobedience.ts'
import { garbage } from './garbage.ts'
import type { Host } from './host.ts'
import { type MisbehaveOrder, type Misbehaviour, readMisbehaveOrder } from './misbehave-order.ts'
import type { Birth } from './program.ts'
import type { NonEmpty, Random } from './random.ts'

/** The kinds that are about commands. */
const DISOBEDIENCES: ReadonlySet<Misbehaviour> = new Set(['refuse', 'ignore', 'late', 'vanish'])
/** In seconds, where the order says nothing. */
const DEFAULT_SECONDS = { stall: 10, late: 12, vanish: 5 } as const

export interface MischiefOptions {
  readonly hosts: NonEmpty<Host>
  readonly clock: Clock
  readonly random: Random
  readonly send: (bytes: Buffer) => void
  readonly report: (line: string) => void
}

/** Makes the plant's programs misbehave, once or again and again. */
export class Mischief {
  readonly #options: MischiefOptions
  readonly #pending = new Set<Cancel>()

  constructor(options: MischiefOptions) {
    this.#options = options
  }

  /** Does one of the kinds every five to fifteen seconds, until `well`. */
  keepOn(kinds: NonEmpty<Misbehaviour>): void {
    const { random, hosts } = this.#options
    this.#after(random.between(5_000, 15_000), () => {
      const kind = random.pick(kinds)
      const fitting = DISOBEDIENCES.has(kind) ? hosts.filter(({ controlled }) => controlled) : hosts
      const [first = hosts[0], ...others] = fitting
      const { machine } = random.pick([first, ...others])
      const seconds = random.integer(3, 20)
      this.obey({ kind, machine, count: random.integer(200, 5_000), seconds, for: random.integer(10, 30) })
      if (kind === 'crash') this.#after(random.between(5_000, 15_000), () => this.obey({ kind: 'restart', machine }))
      this.keepOn(kinds)
    })
  }

  /** Takes a {@link MisbehaveOrder} as it comes over the wire. What is wrong with it is reported, and nothing done. */
  obey(payload: Payload): void {
    const { hosts, report } = this.#options
    const order = readMisbehaveOrder(
      payload,
      hosts.map(({ machine }) => machine),
    )
    if (typeof order === 'string') return report(`cannot misbehave: ${order}`)
    if (order.kind === 'well') return this.#well()
    const named = hosts.find(({ machine }) => machine === order.machine)
    if (!DISOBEDIENCES.has(order.kind)) return this.#misbehave(named ?? this.#options.random.pick(hosts), order)
    if (named && !named.controlled) return report(`cannot misbehave: ${named.machine} takes no commands`)
    for (const host of named ? [named] : hosts.filter(({ controlled }) => controlled)) this.#misbehave(host, order)
  }

  close(): void {
    for (const cancel of this.#pending) cancel()
    this.#pending.clear()
  }

  #misbehave(host: Host, order: MisbehaveOrder): void {
    const { report } = this.#options
    const { machine } = host
    switch (order.kind) {
      case 'burst':
        report(`misbehave: burst of ${order.count} from ${machine}`)
        return host.burst(Math.round(order.count))
      case 'stall': {
        const { seconds = DEFAULT_SECONDS.stall } = order
        report(`misbehave: ${machine} stalls for ${seconds} s`)
        host.stall()
        return this.#after(seconds * 1000, () => host.resume())
      }
      case 'garbage':
        report('misbehave: garbage')
        return this.#garbage()
      case 'crash':
        report(`misbehave: ${machine} crashes`)
        return host.crash()
      case 'restart':
        report(`misbehave: ${machine} restarts without registering`)
        host.crash()
        return this.#start(host, 'unregistered')
      case 'refuse':
        report(`misbehave: ${machine} refuses every command`)
        return this.#disobey(host, order, { kind: 'refuse', reason: order.reason })
      case 'ignore':
        report(`misbehave: ${machine} ignores every command`)
        return this.#disobey(host, order, { kind: 'ignore' })
      case 'late': {
        const { seconds = DEFAULT_SECONDS.late } = order
        report(`misbehave: ${machine} obeys, but it is heard ${seconds} s late`)
        return this.#disobey(host, order, { kind: 'late', ms: seconds * 1000 })
      }
      case 'vanish':
        report(`misbehave: ${machine} vanishes at its next command`)
        return this.#vanish(host, order)
      default:
        order.kind satisfies never
    }
  }

  #disobey(host: Host, { lasts }: MisbehaveOrder, how: Disobedience): void {
    const end = host.disobey(how)
    if (lasts !== undefined) this.#after(lasts * 1000, end)
  }

  #vanish(host: Host, { after, keepFile, back, seconds = DEFAULT_SECONDS.vanish }: MisbehaveOrder): void {
    const vanished = (): void => {
      this.#options.report(`misbehave: ${host.machine} has vanished`)
      if (back) this.#after(seconds * 1000, () => this.#start(host, 'unregistered'))
    }
    host.disobey({ kind: 'vanish', afterMs: after * 1000, keepFile, vanished })
  }

  #well(): void {
    this.#options.report('misbehave: all is well again')
    this.close()
    for (const host of this.#options.hosts) {
      host.resume()
      host.obey()
      this.#start(host, 'registered')
    }
  }

  #start(host: Host, birth: Birth): void {
    try {
      host.start(birth)
    } catch (error) {
      // Somebody else has taken its control socket meanwhile: the others go on without it.
      this.#options.report(error instanceof Error ? error.message : String(error))
    }
  }

  /** One after the other, also on a computer that is late, so that the kernel's queue for the panel does not overflow. */
  #garbage(left = garbage()): void {
    const [first, ...rest] = left
    if (!first) return
    this.#options.send(first.bytes)
    this.#after(20, () => this.#garbage(rest))
  }

  #after(ms: number, run: () => void): void {
    const cancel = this.#options.clock.after(ms, () => {
      this.#pending.delete(cancel)
      run()
    })
    this.#pending.add(cancel)
  }
}
