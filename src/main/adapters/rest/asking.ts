import { randomUUID } from 'node:crypto'
import type { Asked, Operations } from '../../../core/operations.ts'
import { type Command, isSettled } from '../../../shared/command.ts'
import { ApiError } from './api-error.ts'
import type { Caller } from './caller.ts'
import type { WishQuery } from './wish-schema.ts'

/** How a command is asked for through REST. */
export interface Wish {
  readonly id: string
  /** False: the answer says where to look, the machine's word is not waited for. */
  readonly wait: boolean
  /** Milliseconds within which the machine must confirm it; undefined: what is usual. */
  readonly timeout: number | undefined
  readonly confirmed: boolean
}

export function wishOf(query: WishQuery, key: string | undefined): Wish {
  return {
    // The draft for this header puts the key in quotes.
    id: key?.replace(/^"(.*)"$/, '$1') ?? randomUUID(),
    wait: query.wait ?? true,
    timeout: query.timeout === undefined ? undefined : Math.round(query.timeout * 1000),
    confirmed: query.confirmed ?? false,
  }
}

/** What goes with every command that the core is asked for. */
export function askedWith({ id, timeout, confirmed }: Wish): { command: string; confirmed: boolean; timeout?: number } {
  return { command: id, confirmed, ...(timeout === undefined ? {} : { timeout }) }
}

/**
 * Asks a machine for something, with control of it for as long as that is needed: until the command is settled, or,
 * where nobody waits any more, until the machine has it. Where somebody else has control the core refuses, and says who.
 * Returns the command as it stands and as it will be settled. Throws an {@link ApiError} where the id was used before.
 */
export function askInControl(
  operations: Operations,
  machine: string,
  id: string,
  caller: Caller,
  ask: () => Asked,
): { readonly command: Command; readonly settled: Promise<Command | undefined> } {
  // A repetition asks for nothing new.
  const { operator } = caller
  const giveBack = operations.commandOf(id, operator.access) ? null : operations.borrowControl(machine, operator)
  try {
    const command = commandFrom(ask())
    const settled = operations.settled(id)
    if (!giveBack || isSettled(command.status)) {
      giveBack?.()
      return { command, settled }
    }
    caller.onGone(() => {
      // One that still waits in the queue would be refused without control.
      if (operations.commandOf(id, operator.access)?.status === 'accepted') giveBack()
    })
    void settled.then(giveBack)
    return { command, settled }
  } catch (error) {
    giveBack?.()
    throw error
  }
}

function commandFrom(asked: Asked): Command {
  if (asked.kind === 'asked') return { ...asked.command }
  if (asked.kind === 'forbidden') throw new ApiError(403, 'forbidden', asked.message)
  throw idUsed()
}

export function idUsed(): ApiError {
  const message = 'This command id was used before, for something else or long ago. Every command needs one of its own.'
  return new ApiError(409, 'command_id_used', message)
}
