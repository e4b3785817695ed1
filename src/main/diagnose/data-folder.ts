import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { LOG_FILE, OLD_LOG_FILE } from '../adapters/log-file.ts'
import { parseWindows } from '../shell/window-list.ts'
import { redactLine } from './redact.ts'

/** How much of the log's end is taken along, characters. */
const LOG_CHARACTERS = 1024 * 1024

/** Files that are listed at most. */
const MAX_FILES = 500

/** Names, sizes and times of what lies in a folder; never what is in it. A folder that is not there has none. */
export function listing(folder: string, recursive = false): object[] {
  let names: string[]
  try {
    names = readdirSync(folder, { recursive, encoding: 'utf8' }).toSorted().slice(0, MAX_FILES)
  } catch (error) {
    return [{ problem: codeOf(error) }]
  }
  return names.map((name) => {
    try {
      const { size, mtime, mode } = lstatSync(join(folder, name))
      return { name, bytes: size, changed: mtime.toISOString(), mode: (mode & 0o7777).toString(8) }
    } catch (error) {
      return { name, problem: codeOf(error) }
    }
  })
}

/** Room on the disk that holds a folder, bytes. */
export async function diskSpace(folder: string): Promise<object> {
  try {
    const { bsize, blocks, bavail } = await statfs(folder)
    return { folder, free: bavail * bsize, total: blocks * bsize }
  } catch (error) {
    return { folder, problem: codeOf(error) }
  }
}

/** The end of the log in the data folder, whole lines, without secrets; empty where there is none. */
export function logTail(dataDir: string): string {
  const text = [OLD_LOG_FILE, LOG_FILE].map((name) => readText(join(dataDir, name)) ?? '').join('')
  const tail = text.length <= LOG_CHARACTERS ? text : text.slice(text.indexOf('\n', text.length - LOG_CHARACTERS) + 1)
  return tail
    .split('\n')
    .map((line) => (line === '' ? '' : redactLine(line)))
    .join('\n')
}

/** Where the windows were, and which pages they showed; null where that is not known. */
export function windowPlaces(dataDir: string): object | null {
  const text = readText(join(dataDir, 'window.json'))
  return text === null ? null : parseWindows(text)
}

/** Who holds the data folder, as it wrote itself down, and whether it still runs. */
export function holder(dataDir: string): object | null {
  const text = readText(join(dataDir, 'holder.json'))
  const [, pid] = /"pid":(\d+)/.exec(text ?? '') ?? []
  const [, since = ''] = /"since":"([\d\-T:.Z]+)"/.exec(text ?? '') ?? []
  if (pid === undefined) return null
  return { pid: Number(pid), since, runs: isRunning(Number(pid)) }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It runs, and belongs to somebody else.
    return codeOf(error) === 'EPERM'
  }
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // The list of files says whether it is there.
    return null
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}
