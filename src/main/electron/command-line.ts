import { app } from 'electron'
import type { CommandEnd } from '../commands/command-end.ts'

/** Runs a command in place of the panel: no window, no lock, no `ready`; its end is the program's. */
export async function endWithCommand(command: Promise<CommandEnd>): Promise<void> {
  let end: CommandEnd
  try {
    end = await command
  } catch (error) {
    end = { code: 1, text: `andon: ${error instanceof Error ? error.message : String(error)}\n` }
  }
  const out = end.code === 0 ? process.stdout : process.stderr
  out.write(end.text, () => app.exit(end.code))
}
