import type { Payload } from '../shared/datagram.ts'
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

/** What the panel asks of a program. Nobody acknowledges it: what follows are the program's own events. */
export interface Command {
  readonly type: string
  readonly payload: Payload
  readonly jobId: string | null
}

/** A restarted engine does not register again: it simply goes on, from whatever state it finds. */
export type Birth = 'registered' | 'unregistered'

/** All that a program knows of the world. */
export interface Surroundings {
  readonly clock: Clock
  readonly random: Random
  readonly birth: Birth
  send(type: string, payload: Payload): void
}

/** One life of a machine program. Its timers end with it. */
export interface Program {
  start(): void
  handle(command: Command): void
  /** True while an action runs that the program cannot be interrupted in: it reads no command then. */
  busy(): boolean
  /** What it says when it is told to end in good order. */
  terminate(): void
}

export interface ProgramSpec {
  readonly machine: string
  /** Engines older than about 1.0.27 say `event_type`. */
  readonly typeKey?: 'type' | 'event_type'
  /** False for a program that takes no commands. */
  readonly controlled: boolean
  create(surroundings: Surroundings): Program
}
