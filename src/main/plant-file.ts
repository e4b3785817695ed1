import { open, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Log } from '../core/log.ts'
import type { Plant } from '../shared/plant.ts'
import {
  changedSettings,
  checkConfigFile,
  type CheckedConfigFile,
  type ConfigFile,
  decodeConfigFile,
  MAX_FILE_BYTES,
  plantOf,
} from './config-file.ts'
import { UsageError } from './usage-error.ts'
import { watchPath } from './watch-path.ts'

/** An editor writes in several steps: so long must there be quiet, but nobody is waited for longer than the second. */
const QUIET_MS = 100
const LONGEST_MS = 1_000

/** In place of a signature: there is nothing, or a pipe or device. */
const NOT_THERE = 'not there'
const NO_FILE = 'no file'

/** Text and path to a checked file. Rejects with a {@link UsageError}. */
export type CheckText = (text: string, path: string) => Promise<CheckedConfigFile>

export interface PlantFileWatch {
  /** A good version that describes another plant than the last one. */
  readonly onPlant: (plant: Plant) => void
  /** Why what is in the file is not in force; null when that is over. */
  readonly onProblem: (text: string | null) => void
  /** Which changed settings wait for the next start; null when none does. */
  readonly onNote?: (text: string | null) => void
  readonly log: Log
  /** What the panel started with: only what differs from it is news. */
  readonly started?: ConfigFile
  /** Where the file is checked; by default here and now, which stops this thread for a while if it is long. */
  readonly check?: CheckText
}

/**
 * Keeps up with the configuration file at a path, there or not. What cannot be used is refused, with the problem told,
 * and what was last good stays in force; so does it when the file goes.
 */
export function watchPlantFile(path: string, options: PlantFileWatch): { close(): void } {
  const file = new PlantFile(resolve(path), options)
  return { close: () => file.close() }
}

class PlantFile {
  readonly #path: string
  readonly #options: PlantFileWatch
  readonly #started: ConfigFile
  readonly #check: CheckText
  readonly #watch: ReturnType<typeof watchPath>
  #plant: string
  /** Whether there ever was a file: only then is it missed. */
  #known: boolean
  #text: string | undefined
  #signature = NOT_THERE
  #problem: string | null = null
  #note: string | null = null
  #named = true
  #pendingSince: number | undefined
  #timer: NodeJS.Timeout | undefined
  #looking = false
  #again = false
  #closed = false

  constructor(path: string, options: PlantFileWatch) {
    this.#path = path
    this.#options = options
    this.#known = options.started !== undefined
    this.#started = options.started ?? {}
    this.#plant = JSON.stringify(plantOf(this.#started))
    this.#check = options.check ?? ((text, name) => Promise.resolve().then(() => checkConfigFile(text, name)))
    this.#watch = watchPath(path, (named) => this.#changed(named), options.log)
    // It may have changed since it was read for the start.
    void this.#look()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#watch.close()
  }

  #changed(named: boolean): void {
    if (this.#closed) return
    this.#named ||= named
    const now = performance.now()
    this.#pendingSince ??= now
    clearTimeout(this.#timer)
    const wait = Math.min(QUIET_MS, Math.max(0, this.#pendingSince + LONGEST_MS - now))
    this.#timer = setTimeout(() => void this.#look(), wait)
  }

  /** One look at a time; what happens meanwhile makes another. */
  async #look(): Promise<void> {
    if (this.#looking) {
      this.#again = true
      return
    }
    this.#looking = true
    this.#pendingSince = undefined
    try {
      await this.#read()
    } catch (error) {
      this.#refuse(this.#why(error))
    }
    this.#looking = false
    if (!this.#again) return
    this.#again = false
    if (!this.#closed) await this.#look()
  }

  async #read(): Promise<void> {
    await this.#watch.follow()
    const named = this.#named
    this.#named = false
    const before = await this.#sign()
    if (!named && before === this.#signature) return
    this.#signature = before
    const last = this.#text
    this.#text = undefined
    if (before === NOT_THERE) {
      if (this.#known) this.#refuse(`${this.#path} is gone.`)
      return
    }
    // A pipe that was read at the start says nothing a second time.
    if (before === NO_FILE) return

    const content = decodeConfigFile(await readBounded(this.#path), this.#path)
    if ((await this.#sign()) !== before) {
      // Written while it was read: it may be half of it.
      this.#changed(true)
      return
    }
    this.#known = true
    if (content !== last) this.#take(await this.#check(content, this.#path))
    this.#text = content
  }

  /** Tells one version of the file from another. */
  async #sign(): Promise<string> {
    try {
      const found = await stat(this.#path, { bigint: true })
      if (found.isDirectory()) throw new UsageError(`${this.#path} is a folder.`)
      if (!found.isFile()) return NO_FILE
      return [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(':')
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return NOT_THERE
      throw error
    }
  }

  #take({ file, warnings }: CheckedConfigFile): void {
    if (this.#closed) return
    const { log, onPlant } = this.#options
    for (const warning of warnings) log.warn({ path: this.#path }, warning)
    const plant = plantOf(file)
    const json = JSON.stringify(plant)
    const news = json !== this.#plant
    this.#plant = json
    this.#tell(null)
    this.#annotate(changedSettings(this.#started, file))
    if (!news) return
    log.info({ path: this.#path }, 'the plant description was read again')
    onPlant(plant)
  }

  #why(error: unknown): string {
    if (error instanceof UsageError) return error.message
    const message = error instanceof Error ? error.message : String(error)
    if (error instanceof Error && 'code' in error) return `Cannot read ${this.#path}: ${message}.`
    this.#options.log.error({ err: error, path: this.#path }, 'the configuration file could not be taken in')
    return `${this.#path} could not be taken in: ${message}.`
  }

  #refuse(why: string): void {
    if (this.#closed) return
    this.#tell(`${why} What it last said stays in force.`)
  }

  #tell(problem: string | null): void {
    if (problem === this.#problem) return
    this.#problem = problem
    const { log, onProblem } = this.#options
    if (problem === null) log.info({ path: this.#path }, 'the configuration file is good again')
    else log.warn({ path: this.#path }, problem)
    onProblem(problem)
  }

  #annotate(settings: readonly string[]): void {
    const note =
      settings.length === 0
        ? null
        : `${basename(this.#path)}: what was changed in ${settings.join(', ')} counts from the next start.`
    if (note === this.#note) return
    this.#note = note
    if (note !== null) this.#options.log.info({ path: this.#path, settings }, note)
    this.#options.onNote?.(note)
  }
}

/** At most one byte more than is allowed. */
async function readBounded(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const bytes = Buffer.allocUnsafe(MAX_FILE_BYTES + 1)
    let length = 0
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, null)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return bytes.subarray(0, length)
  } finally {
    await file.close()
  }
}
