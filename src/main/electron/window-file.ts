import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import type { Log } from '../../core/log.ts'
import { parseWindows, type RememberedWindow, windowsText } from '../shell/window-list.ts'

/** The windows of the last time, in a file of their own; none where that is not known. */
export function readWindows(file: string, log: Log): RememberedWindow[] {
  try {
    return parseWindows(readFileSync(file, 'utf8'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // There is no file yet, or no folder for any: the panel says that itself.
    if (code !== 'ENOENT' && code !== 'ENOTDIR') log.warn({ err: error }, 'the windows of the last time are not known')
    return []
  }
}

/** Remembers them, one writing after the other. That they cannot be is no trouble of the operator's. */
export class WindowFile {
  readonly #file: string
  readonly #log: Log
  #writing: Promise<void> = Promise.resolve()

  constructor(file: string, log: Log) {
    this.#file = file
    this.#log = log
  }

  write(windows: readonly RememberedWindow[]): void {
    const text = windowsText(windows)
    this.#writing = this.#writing
      .then(() => writeFile(this.#file, text, { mode: 0o640 }))
      .catch((error: unknown) => this.#log.warn({ err: error }, 'the windows are not remembered'))
  }

  /** Resolves once everything is written. */
  written(): Promise<void> {
    return this.#writing
  }
}
