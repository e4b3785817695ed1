import { parseOptions, USAGE, UsageError } from './options.ts'
import { startPlant } from './plant.ts'

// When the parent has died its pipes are broken, and nobody is left to read what we say; the plant still has to end in
// good order, which an unhandled error would prevent.
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})

const say = (line: string): boolean => process.stderr.write(`demo: ${line}\n`)

function run(): void {
  const options = parseOptions(process.argv.slice(2))
  if (options === 'help') {
    process.stdout.write(USAGE)
    return
  }
  const plant = startPlant({ ...options, report: say })
  say(`${plant.machines.join(', ')} send to ${plant.address}; control sockets ${options.controlPrefix}*.sock`)

  const end = (): void => {
    plant.close().then(
      () => process.exit(0),
      (error: unknown) => {
        say(error instanceof Error ? error.message : String(error))
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)
  // The launcher holds the other end of this channel: it closes when the launcher goes, however it goes.
  process.on('disconnect', end)
}

try {
  run()
} catch (error) {
  const usage = error instanceof UsageError
  say(error instanceof Error ? error.message : String(error))
  if (usage) say('--help shows the options')
  process.exitCode = usage ? 2 : 1
}
