import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Everything below a folder that is not a folder itself, as paths from there. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

/** Bytes of all files below a folder. */
export function sizeBelow(folder: string): number {
  return filesBelow(folder).reduce((sum, file) => sum + lstatSync(join(folder, file)).size, 0)
}
