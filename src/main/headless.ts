import { join } from 'node:path'
import { compose } from './compose.ts'
import { isCommand, runCommand } from './commands/command.ts'
import { readSecret } from './commands/secret.ts'
import { watchProcess } from './process-end.ts'
import { Run } from './run.ts'
import { codeText, readStart, startText } from './start.ts'

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
  const run = new Run(
    {
      readStart: () => readStart(process.argv.slice(2)),
      compose,
      surroundings: {
        rendererDir: join(import.meta.dirname, '..', 'renderer'),
        journalThread: join(import.meta.dirname, 'journal.js'),
        configThread: join(import.meta.dirname, 'config.js'),
        tellCode: (code) => void process.stdout.write(codeText(code)),
      },
      onPanel(panel) {
        process.stdout.write(startText(panel))
        panel.offerCode()
        // For a launcher that waits for it.
        process.send?.('listening')
      },
      onFailed(message) {
        process.stderr.write(`andon: ${message}\n`)
        process.exitCode = 1
        // Whatever is left would keep a process without a panel alive.
        process.disconnect?.()
      },
    },
    start,
  )

  let stopping = false
  const end = (why: string): void => {
    if (stopping) return
    stopping = true
    run.log.info({ why }, 'closing')
    setTimeout(() => process.exit(1), CLOSE_MS).unref()
    run.close().then(
      () => process.exit(process.exitCode ?? 0),
      (error: unknown) => {
        run.log.error({ err: error }, 'closing failed')
        process.exit(1)
      },
    )
  }
  watchProcess({
    end,
    crash(error) {
      run.log.error({ err: error }, 'a defect of the panel')
      process.exitCode = 1
      end('a defect')
    },
  })
  await run.start()
}

await main()
