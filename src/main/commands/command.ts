import type { CommandEnd, Terminal } from './command-end.ts'
import { UsageError } from '../usage-error.ts'
import { diagnoseCommand } from './diagnose-command.ts'
import { updateCommand } from './update-command.ts'

const COMMANDS: Readonly<Record<string, (args: readonly string[], terminal: Terminal) => Promise<CommandEnd>>> = {
  diagnose: (args) => diagnoseCommand(args),
  update: (args) => updateCommand(args),
}

/** True where the command line asks for a command instead of the panel. */
export function isCommand(argv: readonly string[]): boolean {
  return Object.hasOwn(COMMANDS, argv[0] ?? '')
}

/** Runs a command like `diagnose --data-dir DIR`, beside a panel that runs or without one. */
export async function runCommand(argv: readonly string[], terminal: Terminal): Promise<CommandEnd> {
  const [name = '', ...rest] = argv
  try {
    const run = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (!run) throw new UsageError(`There is no command ${name}.`)
    return await run(rest, terminal)
  } catch (error) {
    if (error instanceof UsageError) return { code: 2, text: `andon: ${error.message}\n` }
    throw error
  }
}
