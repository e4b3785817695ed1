import { verifyChain } from '../../core/audit-chain.ts'
import { JournalError } from '../../core/journal-store.ts'
import { readAnchor } from '../adapters/audit-anchor.ts'
import { openAccountsForReading } from '../adapters/sqlite/account-database.ts'
import { SqliteAccountStore } from '../adapters/sqlite/account-store.ts'
import { UsageError } from '../usage-error.ts'
import type { CommandEnd } from './command-end.ts'

/** `audit verify`: says whether the audit is as it was written. Ends with 1 where it is not. */
export async function auditCommand(words: readonly string[], dataDir: string): Promise<CommandEnd> {
  if (words.length !== 1 || words[0] !== 'verify') throw new UsageError('Write: audit verify --data-dir DIR')
  // The anchor first: what is written meanwhile lies beyond it.
  const anchor = readAnchor(dataDir)
  let store: SqliteAccountStore | undefined
  try {
    store = new SqliteAccountStore({ database: openAccountsForReading(dataDir), lasting: true })
    const verdict = store.snapshot((at) => verifyChain(at.auditRows(), at.auditHead, anchor))
    if (!verdict.ok) return { code: 1, text: `The audit was tampered with. ${verdict.problem}\n` }
    if (anchor === null && verdict.count > 0) {
      return { code: 1, text: 'The audit was tampered with. The file audit-anchor.json is missing or damaged.\n' }
    }
    return { code: 0, text: `The audit is whole: ${verdict.count} rows, the last one ${verdict.hash}.\n` }
  } catch (error) {
    if (error instanceof JournalError) return { code: 1, text: `The audit in ${dataDir} cannot be read.\n` }
    throw error
  } finally {
    store?.close()
  }
}
