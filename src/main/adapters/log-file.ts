import { mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { destination, type DestinationStream } from 'pino'

export const LOG_FILE = 'andon.log'
/** The file before it. */
export const OLD_LOG_FILE = 'andon.log.1'

/** Largest log file, bytes; there are two of them. */
const MAX_LOG_BYTES = 4 * 1024 * 1024

/** What waits for a slow disk is bounded too; the rest is on standard error all the same. */
const MAX_WAITING = 1024 * 1024

/** Takes lines until it is closed; closing is idempotent. */
export interface LogFile extends DestinationStream {
  close(): void
}

/**
 * The log in the data folder, bounded, beside standard error: whoever looks for a fault later finds it there. Null where
 * the folder cannot be written, which the journal says. Its lines are written without waiting for the disk.
 */
export function openLogFile(dataDir: string, maxBytes = MAX_LOG_BYTES): LogFile | null {
  const file = join(dataDir, LOG_FILE)
  let bytes: number
  let stream: ReturnType<typeof destination>
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o750 })
    stream = destination({ dest: file, append: true, mode: 0o640, sync: false, maxLength: MAX_WAITING })
    bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  } catch {
    return null
  }
  // A full disk is told by the journal; a log that cannot be written must not end the panel.
  stream.on('error', () => undefined)
  // The last lines before an end are those that are looked for.
  const flush = (): void => {
    try {
      stream.flushSync()
    } catch {
      // Not open yet, or the disk refuses: standard error has them.
    }
  }
  process.once('exit', flush)
  let open = true
  return {
    write(line) {
      if (!open) return
      bytes += Buffer.byteLength(line)
      if (bytes > maxBytes && turnOver(dataDir)) {
        bytes = Buffer.byteLength(line)
        stream.reopen()
      }
      stream.write(line)
    },
    close() {
      if (!open) return
      open = false
      process.removeListener('exit', flush)
      flush()
      stream.end()
    },
  }
}

function turnOver(dataDir: string): boolean {
  try {
    renameSync(join(dataDir, LOG_FILE), join(dataDir, OLD_LOG_FILE))
    return true
  } catch {
    // Another process of ours has just done so: the next line tries again.
    return false
  }
}
