import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { screen } from 'electron'
import type { Log } from '../../core/log.ts'
import { parseWindowPlace, placeOn, type WindowPlace } from '../shell/window-place.ts'

/** Where the window was the last time, in a file of its own; null where that is not known or on no display any more. */
export function readWindowPlace(file: string, log: Log): WindowPlace | null {
  try {
    const place = parseWindowPlace(readFileSync(file, 'utf8'))
    return (
      place &&
      placeOn(
        place,
        screen.getAllDisplays().map(({ workArea }) => workArea),
      )
    )
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // There is no file yet, or no folder for any: the panel says that itself.
    if (code !== 'ENOENT' && code !== 'ENOTDIR') log.warn({ err: error }, 'the window’s place is not known')
    return null
  }
}

/** Remembers it. That it cannot be is no trouble of the operator's. */
export function writeWindowPlace(file: string, place: WindowPlace, log: Log): void {
  writeFile(file, `${JSON.stringify(place)}\n`, { mode: 0o640 }).catch((error: unknown) =>
    log.warn({ err: error }, 'the window’s place is not remembered'),
  )
}
