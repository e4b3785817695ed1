import { destination, multistream, pino } from 'pino'
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
  if (!file) return pino<never>({ level, base: null }, standard)
  const log = pino<never>({ level, base: null }, multistream([standard, file].map((stream) => ({ stream, level }))))
  return Object.assign(log, { close: () => file.close() })
}
