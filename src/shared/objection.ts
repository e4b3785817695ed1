import type { CommandRefusal } from './command.ts'

/** Why a command is refused before anything is sent. */
export interface Objection {
  readonly refusal: CommandRefusal
  /** For people. */
  readonly reason: string
}
