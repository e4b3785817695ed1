import type { Payload } from '../shared/datagram.ts'
import type { Cancel, Clock } from './clock.ts'
import { garbage } from './garbage.ts'
import type { Host } from './host.ts'
import type { Birth } from './program.ts'
import type { NonEmpty, Random } from './random.ts'

/** What the plant can be told to do wrong; `well` brings everything back to normal. */
export const MISBEHAVIOURS = ['burst', 'stall', 'garbage', 'crash', 'restart'] as const
export type Misbehaviour = (typeof MISBEHAVIOURS)[number]

export const isMisbehaviour = (text: unknown): text is Misbehaviour =>
  (MISBEHAVIOURS as readonly unknown[]).includes(text)

const MAX_BURST = 1_000_000
const MAX_SECONDS = 3_600

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
    const { random } = this.#options
    this.#after(random.between(5_000, 15_000), () => {
      const kind = random.pick(kinds)
      const machine = random.pick(this.#options.hosts).machine
      this.obey({ kind, machine, count: random.integer(200, 5_000), seconds: random.integer(3, 20) })
      if (kind === 'crash') this.#after(random.between(5_000, 15_000), () => this.obey({ kind: 'restart', machine }))
      this.keepOn(kinds)
    })
  }

  /** `{kind, machine?, count?, seconds?}`. What is wrong with it is reported, and nothing done. */
  obey(order: Payload): void {
    const { report, random, hosts } = this.#options
    const {
      kind,
      machine,
      count = 1_000,
      seconds = 10,
    } = order as Record<'kind' | 'machine' | 'count' | 'seconds', unknown>
    const host = machine === undefined ? random.pick(hosts) : hosts.find((one) => one.machine === machine)
    if (kind === 'well') return this.#well()
    if (!isMisbehaviour(kind)) return report(`cannot misbehave: unknown kind ${JSON.stringify(kind)}`)
    if (!host) return report(`cannot misbehave: unknown machine ${JSON.stringify(machine)}`)
    if (!within(count, MAX_BURST)) return report(`cannot misbehave: count must be from 1 to ${MAX_BURST}`)
    if (!within(seconds, MAX_SECONDS)) return report(`cannot misbehave: seconds must be from 1 to ${MAX_SECONDS}`)
    switch (kind) {
      case 'burst':
        report(`misbehave: burst of ${count} from ${host.machine}`)
        return host.burst(Math.round(count))
      case 'stall':
        report(`misbehave: ${host.machine} stalls for ${seconds} s`)
        host.stall()
        return this.#after(seconds * 1000, () => host.resume())
      case 'garbage':
        report('misbehave: garbage')
        return this.#garbage()
      case 'crash':
        report(`misbehave: ${host.machine} crashes`)
        return host.crash()
      case 'restart':
        report(`misbehave: ${host.machine} restarts without registering`)
        host.crash()
        return this.#start(host, 'unregistered')
      default:
        kind satisfies never
    }
  }

  close(): void {
    for (const cancel of this.#pending) cancel()
    this.#pending.clear()
  }

  #well(): void {
    this.#options.report('misbehave: all is well again')
    this.close()
    for (const host of this.#options.hosts) {
      host.resume()
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

  /** One after the other, so that the kernel's queue for the panel does not overflow. */
  #garbage(): void {
    garbage().forEach(({ bytes }, index) => this.#after(20 * index, () => this.#options.send(bytes)))
  }

  #after(ms: number, run: () => void): void {
    const cancel = this.#options.clock.after(ms, () => {
      this.#pending.delete(cancel)
      run()
    })
    this.#pending.add(cancel)
  }
}

const within = (value: unknown, most: number): value is number =>
  typeof value === 'number' && value >= 1 && value <= most
