import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditHead } from '../../core/account-store.ts'
import type { AuditAnchor } from '../../core/audit.ts'

export const ANCHOR_FILE = 'audit-anchor.json'

/** The end of the audit's chain in a file of its own: rows cut off at the end of the database are missed by it. */
export function fileAnchor(dataDir: string): AuditAnchor {
  const file = join(dataDir, ANCHOR_FILE)
  return {
    write({ count, hash }) {
      // Whole or not at all: a half-written one would look like tampering.
      writeFileSync(`${file}.new`, `${JSON.stringify({ count, hash })}\n`, { mode: 0o640 })
      renameSync(`${file}.new`, file)
    },
    read: () => readAnchor(dataDir),
  }
}

/** Null where there is none, or it cannot be read. */
export function readAnchor(dataDir: string): AuditHead | null {
  try {
    const { count, hash } = JSON.parse(readFileSync(join(dataDir, ANCHOR_FILE), 'utf8')) as Partial<AuditHead>
    return typeof count === 'number' && typeof hash === 'string' ? { count, hash } : null
  } catch {
    return null
  }
}
