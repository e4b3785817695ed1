import type { Payload } from '../shared/datagram.ts'
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

/** What the panel asks of a program. Nobody acknowledges it: what follows are the program's own events, or its refusal. */
export interface Command {
  readonly type: string
  readonly payload: Payload
  readonly jobId: string | null
  /** The panel's own id of it; a modern program names it where it refuses or fails. */
  readonly commandId: string | null
}

/** A restarted engine does not register again: it simply goes on, from whatever state it finds. */
export type Birth = 'registered' | 'unregistered'

/** All that a program knows of the world. */
export interface Surroundings {
  readonly clock: Clock
  readonly random: Random
  readonly birth: Birth
  send(type: string, payload: Payload): void
  /** When this life last read a command, epoch milliseconds; -Infinity where it has read none. */
  commandedAt(): number
}

/**
 * The old Python engine looks for commands less often while nothing happens, and never answers one. The modern programs
 * look at every tick, and answer what they refuse or fail with a `command_result`.
 */
export type Engine = 'python' | 'modern'

/** One life of a machine program. Its timers end with it. */
export interface Program {
  start(): void
  handle(command: Command): void
  /** Says in its own words that it will not. */
  refuse(command: Command, reason: string): void
  /** True while an action runs that the program cannot be interrupted in: it reads no command then. */
  busy(): boolean
  /** What it says when it is told to end in good order. */
  terminate(): void
}

export interface ProgramSpec {
  readonly machine: string
  /** Engines older than about 1.0.27 say `event_type`. */
  readonly typeKey?: 'type' | 'event_type'
  readonly engine: Engine
  /** False for a program that takes no commands. */
  readonly controlled: boolean
  create(surroundings: Surroundings): Program
}
