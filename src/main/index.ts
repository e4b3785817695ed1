import { join } from 'node:path'
import { compose } from './compose.ts'
import { startApplication } from './electron/application.ts'
import { failedStart, readStart, startText } from './start.ts'

startApplication({
  readStart,
  compose,
  startText,
  failedStart,
  rendererDir: join(import.meta.dirname, '..', 'renderer'),
  journalThread: join(import.meta.dirname, 'journal.js'),
  configThread: join(import.meta.dirname, 'config.js'),
  preload: join(import.meta.dirname, '..', 'preload', 'index.cjs'),
})
