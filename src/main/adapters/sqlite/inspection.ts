import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite'
import { JOURNAL_FILE } from './database.ts'
import { SCHEMA_VERSION } from './migrations.ts'

/** Faults of a file that are listed at most. */
const MAX_FAULTS = 10

/**
 * What can be said of the journal from outside, without a change to it: size, schema, epochs, and whether it is whole.
 * Never throws: what is wrong is what is asked for.
 */
export function inspectJournal(dataDir: string): object {
  const file = join(dataDir, JOURNAL_FILE)
  const sizes = { bytes: sizeOf(file), walBytes: sizeOf(`${file}-wal`) }
  if (sizes.bytes === null) return { found: false }
  let database: DatabaseSyncInstance | undefined
  try {
    database = new DatabaseSync(file, { readOnly: true })
    database.exec('PRAGMA busy_timeout = 5000')
    const rows = (sql: string): unknown[] => (database as DatabaseSyncInstance).prepare(sql).all()
    const attempt = (sql: string): unknown => {
      try {
        return rows(sql)
      } catch (error) {
        return messageOf(error)
      }
    }
    return {
      found: true,
      ...sizes,
      schema: attempt('PRAGMA user_version'),
      schemaOfThisVersion: SCHEMA_VERSION,
      pages: attempt(
        'SELECT page_count, freelist_count, page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
      ),
      head: attempt('SELECT offset FROM head'),
      events: attempt('SELECT (SELECT min(offset) FROM events) AS first, (SELECT max(offset) FROM events) AS last'),
      states: attempt('SELECT count(*) AS count, max(offset) AS last FROM states'),
      epochs: attempt('SELECT epoch, first FROM epochs ORDER BY first DESC, rowid DESC LIMIT 10'),
      gaps: attempt('SELECT until FROM gaps ORDER BY until DESC LIMIT 10'),
      integrity: attempt(`PRAGMA quick_check(${MAX_FAULTS})`),
    }
  } catch (error) {
    return { found: true, ...sizes, problem: messageOf(error) }
  } finally {
    database?.close()
  }
}

function sizeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.size ?? null
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
