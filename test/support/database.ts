import { createRequire } from 'node:module'
import type { DatabaseSyncInstance } from '@photostructure/sqlite'

// Vite would take the package's ES module apart; its native part wants to be loaded by Node.
const { DatabaseSync } = createRequire(import.meta.url)(
  '@photostructure/sqlite',
) as typeof import('@photostructure/sqlite')

/** A test's own look into a database file; the caller closes it. */
export function openDatabase(file: string, options: { readonly readOnly?: boolean } = {}): DatabaseSyncInstance {
  return new DatabaseSync(file, options)
}
