import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import Type from 'typebox'
import { Value } from 'typebox/value'
import { journalError } from './sqlite/fault.ts'

/** Another process uses the data folder; the message says which. */
export class DataDirInUse extends Error {
  override readonly name = 'DataDirInUse'
}

const HOLDER_FILE = 'holder.json'

/** Who holds a data folder, as a file in it says. */
const HolderSchema = Type.Object({
  pid: Type.Integer(),
  since: Type.String(),
  /** Where browsers find it, once they do. */
  url: Type.Optional(Type.String()),
  window: Type.Optional(Type.Boolean()),
})
export type Holder = Type.Static<typeof HolderSchema>

export interface DataDirLock {
  /** Writes down for whoever wants this folder where the panel is found. */
  found(at: { readonly url: string; readonly window: boolean }): void
  /** Idempotent. */
  release(): void
}

/**
 * One process per data folder. The lock is the operating system's (SQLite takes it on a file of its own), so it goes
 * with its process, however that ends. Throws {@link DataDirInUse}; returns null where the folder cannot be written at
 * all, which the journal will say.
 */
export function lockDataDir(dataDir: string): DataDirLock | null {
  let database: InstanceType<typeof DatabaseSync> | undefined
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o750 })
    database = new DatabaseSync(join(dataDir, 'lock.db'))
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    if (journalError(error).fault !== 'in_use') return null
    throw new DataDirInUse(
      `The data folder ${dataDir} is in use by ${holderText(readHolder(dataDir))}. Stop it, or choose another folder with --data-dir.`,
    )
  }
  const holder: Holder = { pid: process.pid, since: new Date().toISOString() }
  writeHolder(dataDir, holder)
  let held: typeof database | undefined = database
  return {
    found(at) {
      if (held) writeHolder(dataDir, { ...holder, ...at })
    },
    release() {
      held?.close()
      held = undefined
    },
  }
}

function writeHolder(dataDir: string, holder: Holder): void {
  try {
    writeFileSync(join(dataDir, HOLDER_FILE), JSON.stringify(holder))
  } catch {
    // On a full disk: the lock holds all the same.
  }
}

/** Who holds the folder, or held it last; null where that is not known: it is just starting, or from another computer. */
export function readHolder(dataDir: string): Holder | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(dataDir, HOLDER_FILE), 'utf8'))
    return Value.Check(HolderSchema, value) ? value : null
  } catch {
    return null
  }
}

function holderText(holder: Holder | null): string {
  // The lock alone is enough to stay away.
  if (!holder) return 'another Andon'
  const { pid, since, url } = holder
  if (url === undefined) return `another Andon that is still starting (process ${pid}, since ${since})`
  return `another Andon (process ${pid}, started ${since}, at ${url})`
}
