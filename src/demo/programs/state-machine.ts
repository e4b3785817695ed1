import type { Command, Program, Surroundings } from '../program.ts'
import type { NonEmpty } from '../random.ts'

export type Effect =
  | { readonly kind: 'job_started'; readonly jobTypes: NonEmpty<string> }
  | { readonly kind: 'job_completed' }
  | { readonly kind: 'log'; readonly level: 'debug' | 'info' | 'warning' | 'error'; readonly message: string }
  | { readonly kind: 'error'; readonly messages: NonEmpty<string>; readonly chance?: number }

export interface Transition {
  readonly to: string
  readonly trigger: string
  readonly effects?: readonly Effect[]
}

export interface StateDefinition {
  /** Seconds until the machine goes on by itself, least and most. */
  readonly dwell: readonly [number, number]
  readonly next: Transition
  /** Taken in place of `next`, now and then. */
  readonly mishap?: Transition & { readonly chance: number }
  /** Transitions that commands trigger, by the command's type. */
  readonly on: Readonly<Record<string, Omit<Transition, 'trigger'>>>
  /** The state's action cannot be interrupted: no command is read in it. */
  readonly blocking?: boolean
}

export interface StateMachineDefinition {
  readonly configType: string
  readonly initial: string
  readonly states: Readonly<Record<string, StateDefinition>>
}

/** The Python engine, driven by a definition that is all data. Its times are epoch seconds. */
export class StateMachine implements Program {
  readonly #machine: string
  readonly #definition: StateMachineDefinition
  readonly #around: Surroundings
  #state: string
  #job: { readonly id: string; readonly type: string } | undefined
  #cancel = (): void => {}

  constructor(machine: string, definition: StateMachineDefinition, around: Surroundings) {
    this.#machine = machine
    this.#definition = definition
    this.#around = around
    const [first = definition.initial, ...others] = Object.keys(definition.states).filter(
      (s) => s !== definition.initial,
    )
    this.#state = around.birth === 'registered' ? definition.initial : around.random.pick([first, ...others])
  }

  start(): void {
    if (this.#around.birth === 'registered') {
      this.#send('machine_registered', { ...this.#self(), current_state: this.#state, timestamp: this.#now() })
    }
    this.#dwell()
  }

  handle(command: Command): void {
    const on = this.#current()?.on ?? {}
    const transition = Object.hasOwn(on, command.type) ? on[command.type] : undefined
    if (transition) this.#take({ ...transition, trigger: command.type })
  }

  /** The engine answers no command, but it can complain. */
  refuse({ type }: Command, reason: string): void {
    const job_id = this.#job?.id ?? null
    this.#send('error', { error_message: `Refused ${type}: ${reason}`, job_id, timestamp: this.#now() })
  }

  busy(): boolean {
    return this.#current()?.blocking ?? false
  }

  terminate(): void {
    this.#send('machine_terminated', { ...this.#self(), timestamp: this.#now() })
  }

  #current(): StateDefinition | undefined {
    return this.#definition.states[this.#state]
  }

  #dwell(): void {
    const current = this.#current()
    if (!current) return
    const { random, clock } = this.#around
    const { mishap, next } = current
    const seconds = random.between(...current.dwell)
    const transition = mishap && random.chance(mishap.chance) ? mishap : next
    this.#cancel = clock.after(seconds * 1000, () => this.#take(transition))
  }

  #take(transition: Transition): void {
    this.#cancel()
    const from = this.#state
    this.#state = transition.to
    this.#send('state_change', {
      from_state: from,
      to_state: transition.to,
      event_trigger: transition.trigger,
      timestamp: this.#now(),
    })
    for (const effect of transition.effects ?? []) this.#effect(effect)
    this.#dwell()
  }

  #effect(effect: Effect): void {
    const { random } = this.#around
    switch (effect.kind) {
      case 'job_started':
        // A job that a fault interrupted is taken up again, not started twice.
        if (this.#job) return
        this.#job = { id: `j-${random.id()}`, type: random.pick(effect.jobTypes) }
        return this.#send('job_started', { job_id: this.#job.id, job_type: this.#job.type, timestamp: this.#now() })
      case 'job_completed':
        if (!this.#job) return
        this.#send('job_completed', { job_id: this.#job.id, job_type: this.#job.type, timestamp: this.#now() })
        this.#job = undefined
        return
      case 'log':
        return this.#send('activity_log', {
          message: effect.message,
          level: effect.level,
          type: 'log',
          payload_keys: [],
        })
      case 'error': {
        if (!random.chance(effect.chance ?? 1)) return
        const job_id = this.#job?.id ?? null
        return this.#send('error', { error_message: random.pick(effect.messages), job_id, timestamp: this.#now() })
      }
      default:
        effect satisfies never
    }
  }

  #self(): { readonly machine_name: string; readonly config_type: string } {
    return { machine_name: this.#machine, config_type: this.#definition.configType }
  }

  #now(): number {
    return this.#around.clock.now() / 1000
  }

  #send(type: string, payload: Readonly<Record<string, unknown>>): void {
    this.#around.send(type, payload)
  }
}
