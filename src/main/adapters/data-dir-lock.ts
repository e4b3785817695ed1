import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { journalError } from './sqlite/fault.ts'

/** Another process uses the data folder; the message says which. */
export class DataDirInUse extends Error {
  override readonly name = 'DataDirInUse'
}

export interface DataDirLock {
  /** Idempotent. */
  release(): void
}

/**
 * One process per data folder. The lock is the operating system's (SQLite takes it on a file of its own), so it goes
 * with its process, however that ends. Throws {@link DataDirInUse}; returns null where the folder cannot be written at
 * all, which the journal will say.
 */
export function lockDataDir(dataDir: string): DataDirLock | null {
  const holderFile = join(dataDir, 'holder.json')
  let database: InstanceType<typeof DatabaseSync> | undefined
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o750 })
    database = new DatabaseSync(join(dataDir, 'lock.db'))
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    if (journalError(error).fault !== 'in_use') return null
    throw new DataDirInUse(
      `The data folder ${dataDir} is in use by ${holder(holderFile)}. Stop it, or choose another folder with --data-dir.`,
    )
  }
  try {
    writeFileSync(holderFile, JSON.stringify({ pid: process.pid, since: new Date().toISOString() }))
  } catch {
    // On a full disk: the lock holds all the same.
  }
  let held: typeof database | undefined = database
  return {
    release() {
      held?.close()
      held = undefined
    },
  }
}

function holder(file: string): string {
  try {
    const { pid, since } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; since: string }
    return `another Andon (process ${pid}, started ${since})`
  } catch {
    // It is just starting, or from another computer: the lock alone is enough to stay away.
    return 'another Andon'
  }
}
