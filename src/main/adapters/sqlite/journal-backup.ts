import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { faultError, journalError } from './fault.ts'

/** Copies that are kept: those of the latest versions. */
const KEPT = 2

/** What must be left on the disk after the copy, for the change itself, bytes. */
const SPARE_BYTES = 64 * 1024 * 1024

const NAME = /^journal-version-(\d+)\.db$/

/** Name of the copy of a journal of that version. */
export function backupName(version: number): string {
  return `journal-version-${version}.db`
}

/**
 * Copies the journal beside itself before it is changed to a newer version, so that an older Andon can be installed again.
 * The copy is whole and on the disk, or there is none. Throws a JournalError `no_backup` where it cannot be made.
 */
export function backUp(
  database: DatabaseSyncInstance,
  dataDir: string,
  version: number,
  freeBytes: (dir: string) => number = freeSpace,
): void {
  const target = join(dataDir, backupName(version))
  const part = `${target}.part`
  try {
    if (freeBytes(dataDir) < bytesOf(database) + SPARE_BYTES) throw faultError('no_backup')
    // Of an earlier attempt that was cut off.
    rmSync(part, { force: true })
    database.prepare('VACUUM INTO ?').run(part)
    sync(part)
    renameSync(part, target)
    prune(dataDir)
  } catch (error) {
    // A damaged journal is set aside as a whole; it needs no copy.
    throw journalError(error).fault === 'corrupt' ? error : faultError('no_backup')
  }
}

/** VACUUM INTO leaves it to the system when the copy reaches the disk. */
function sync(file: string): void {
  const descriptor = openSync(file, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function prune(dataDir: string): void {
  const versions = readdirSync(dataDir).flatMap((name) => NAME.exec(name)?.[1] ?? [])
  const old = versions
    .map(Number)
    .toSorted((a, b) => b - a)
    .slice(KEPT)
  for (const version of old) rmSync(join(dataDir, backupName(version)))
}

function bytesOf(database: DatabaseSyncInstance): number {
  const row = database
    .prepare(
      `SELECT (page_count - freelist_count) * page_size AS bytes
       FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
    )
    .get() as { bytes: number }
  return row.bytes
}

function freeSpace(dir: string): number {
  const { bavail, bsize } = statfsSync(dir)
  return bavail * bsize
}
