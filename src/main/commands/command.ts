import { readCommandLine } from '../config.ts'
import type { CommandEnd, Terminal } from './command-end.ts'
import { UsageError } from '../usage-error.ts'
import { accountCommand } from './account-command.ts'
import { auditCommand } from './audit-command.ts'
import { diagnoseCommand } from './diagnose-command.ts'
import { updateCommand } from './update-command.ts'

const COMMANDS: Readonly<Record<string, (args: readonly string[], terminal: Terminal) => Promise<CommandEnd>>> = {
  account: onData(accountCommand),
  audit: onData(auditCommand),
  diagnose: (args) => diagnoseCommand(args),
  update: (args) => updateCommand(args),
}

/** True where the command line asks for a command instead of the panel. */
export function isCommand(argv: readonly string[]): boolean {
  return Object.hasOwn(COMMANDS, argv[0] ?? '')
}

/**
 * Runs a command like `account add anna --role operator --data-dir DIR`, beside a panel that runs or without one. What
 * it does not know itself are the panel's own options.
 */
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

/** A command on the data folder, which the panel's own options name. */
function onData(run: (words: readonly string[], dataDir: string, terminal: Terminal) => Promise<CommandEnd>) {
  return (args: readonly string[], terminal: Terminal): Promise<CommandEnd> => {
    const { words, options } = split(args)
    const line = readCommandLine(options)
    if (line.kind !== 'run') throw new UsageError('A command takes --data-dir and --config only.')
    return run(words, line.config.dataDir, terminal)
  }
}

const PANEL_OPTIONS = new Set(['--data-dir', '--config'])

function split(args: readonly string[]): { words: string[]; options: string[] } {
  const words: string[] = []
  const options: string[] = []
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? ''
    if (!PANEL_OPTIONS.has(arg.split('=', 1)[0] ?? '')) {
      words.push(arg)
      continue
    }
    options.push(arg)
    const value = args[i + 1]
    if (!arg.includes('=') && value !== undefined) {
      options.push(value)
      i += 1
    }
  }
  return { words, options }
}
