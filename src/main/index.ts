import { join } from 'node:path'
import { app } from 'electron'
import { isCommand, runCommand } from './commands/command.ts'
import { writeDiagnostics } from './commands/diagnose-command.ts'
import { readSecret } from './commands/secret.ts'
import { compose } from './compose.ts'
import { startApplication } from './electron/application.ts'
import { ownArguments } from './electron/arguments.ts'
import { endWithCommand } from './electron/command-line.ts'
import { failedStart, readStart, startText } from './start.ts'

const argv = ownArguments(process.argv, app.isPackaged)
if (isCommand(argv)) void endWithCommand(runCommand(argv, { secret: readSecret }))
else
  startApplication({
    readStart,
    compose,
    startText,
    failedStart,
    // The dialog has asked whether a file that is there may go.
    diagnose: (file) => writeDiagnostics(file, argv, { replace: true }),
    rendererDir: join(import.meta.dirname, '..', 'renderer'),
    journalThread: join(import.meta.dirname, 'journal.js'),
    configThread: join(import.meta.dirname, 'config.js'),
    preload: join(import.meta.dirname, '..', 'preload', 'index.cjs'),
  })
