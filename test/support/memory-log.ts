import type { Log } from '../../src/core/log.ts'

export interface LogRecord {
  readonly level: 'info' | 'warn' | 'error'
  readonly fields: object
  readonly message: string
}

/** A log that a test can read. */
export class MemoryLog implements Log {
  readonly records: LogRecord[] = []
  closed = 0

  info(fields: object, message: string): void {
    this.records.push({ level: 'info', fields, message })
  }
  warn(fields: object, message: string): void {
    this.records.push({ level: 'warn', fields, message })
  }
  error(fields: object, message: string): void {
    this.records.push({ level: 'error', fields, message })
  }
  close(): void {
    this.closed += 1
  }
}
