import { destination, pino } from 'pino'
import type { Log } from '../../core/log.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** JSON lines on standard error, for the journal of the system. JSON also keeps a hostile text from forging a line. */
export function createLog(level: LogLevel): Log {
  return pino({ level, base: null }, destination({ fd: 2, sync: true }))
}
