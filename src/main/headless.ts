import { join } from 'node:path'
import { compose } from './compose.ts'
import { isCommand, runCommand } from './commands/command.ts'
import { readSecret } from './commands/secret.ts'
import { failedStart, readStart, startText } from './start.ts'

/** How long an orderly end may take before the process ends all the same. */
const CLOSE_MS = 8_000

async function main(): Promise<void> {
  if (isCommand(process.argv.slice(2))) {
    const { code, text } = await runCommand(process.argv.slice(2), { secret: readSecret })
    const out = code === 0 ? process.stdout : process.stderr
    out.write(text)
    process.exitCode = code
    return
  }
  const start = readStart(process.argv.slice(2))
  if (start.kind === 'exit') {
    const out = start.code === 0 ? process.stdout : process.stderr
    out.write(start.text)
    process.exitCode = start.code
    return
  }
  const { config, log } = start
  const rendererDir = join(import.meta.dirname, '..', 'renderer')
  const journalThread = join(import.meta.dirname, 'journal.js')
  const configThread = join(import.meta.dirname, 'config.js')
  const panel = await compose(config, { log, rendererDir, journalThread, configThread }).catch((error: unknown) => {
    process.stderr.write(`andon: ${failedStart(error, log)}\n`)
    process.exitCode = 1
    return null
  })
  if (!panel) return

  process.stdout.write(startText(panel))
  // For a launcher that waits for it.
  process.send?.('listening')

  let stopping = false
  const stop = (why: string): void => {
    if (stopping) return
    stopping = true
    log.info({ why }, 'closing')
    setTimeout(() => process.exit(1), CLOSE_MS).unref()
    panel.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'closing failed')
        process.exit(1)
      },
    )
  }
  // Not `once`: a second Ctrl-C would end the process at once and leave the socket file behind.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(signal))
  // The launcher that started us is gone.
  process.once('disconnect', () => stop('the launcher has gone'))
}

await main()
