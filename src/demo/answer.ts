import type { Command, Surroundings } from './program.ts'

/** Tells whoever gave the command that it was refused or has failed; a command without an id gets no answer. */
export function answerFailure(around: Surroundings, { commandId }: Command, reason: string): void {
  if (commandId !== null) around.send('command_result', { command_id: commandId, success: false, reason })
}

/** Tells whoever gave the command that it is done, where nothing else says so. */
export function answerSuccess(around: Surroundings, { commandId }: Command): void {
  if (commandId !== null) around.send('command_result', { command_id: commandId, success: true })
}
