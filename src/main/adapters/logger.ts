import { destination, type Logger, multistream, pino } from 'pino'
import type { Log } from '../../core/log.ts'
import { openLogFile } from './log-file.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/**
 * JSON lines on standard error, for the journal of the system, and in the data folder where one is named. JSON also keeps
 * a hostile text from forging a line.
 */
export function createLog(level: LogLevel, dataDir?: string): Log {
  const standard = destination({ fd: 2, sync: true })
  const file = dataDir === undefined || level === 'silent' ? null : openLogFile(dataDir)
  const targets = file ? multistream([standard, file].map((stream) => ({ stream, level }))) : standard
  const log: Logger = pino({ level, base: null }, targets)
  return file ? Object.assign(log, { close: () => file.close() }) : log
}
