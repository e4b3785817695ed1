import type { EventView } from './event.ts'
import type { LogLevel } from './machine.ts'

/** The level that a log line names, in whatever way it does; `info` for what is not known. */
export function logLevel(level: unknown): LogLevel {
  switch (typeof level === 'string' ? level.toLowerCase() : '') {
    case 'debug':
    case 'trace':
      return 'debug'
    case 'warn':
    case 'warning':
      return 'warning'
    case 'error':
    case 'critical':
    case 'fatal':
      return 'error'
    default:
      return 'info'
  }
}

/** The level of an event: a log line's own, `error` for an error, null for everything else. */
export function eventLevel(event: Pick<EventView, 'family' | 'payload'>): LogLevel | null {
  if (event.family === 'log') return logLevel(event.payload['level'])
  return event.family === 'error' ? 'error' : null
}
