import { createHash } from 'node:crypto'
import type { AuditRow } from '../shared/account.ts'
import type { AuditHead } from './account-store.ts'

/** The hash before the first row. */
export const NO_HASH = '0'.repeat(64)
export const EMPTY_HEAD: AuditHead = { count: 0, hash: NO_HASH }

export type AuditEntry = Omit<AuditRow, 'number' | 'hash'>

/** The row that follows `last`. */
export function chained(last: AuditHead, entry: AuditEntry): AuditRow {
  const row = { number: last.count + 1, ...entry }
  return { ...row, hash: hashOf(last.hash, row) }
}

function hashOf(previous: string, row: Omit<AuditRow, 'hash'>): string {
  const { number, time, who, from, action, target, old, new: next, result } = row
  // An array: the same row is always the same text.
  const canonical = JSON.stringify([number, time, who, from, action, target, old, next, result])
  return createHash('sha256').update(`${previous}\n${canonical}`).digest('hex')
}

export type Verdict =
  | { readonly ok: true; readonly count: number; readonly hash: string }
  /** `number`: of the first row that is not as it was; what comes before it is. */
  | { readonly ok: false; readonly number: number; readonly problem: string }

function wrong(number: number, problem: string): Verdict {
  return { ok: false, number, problem }
}

/**
 * Looks through the whole chain. `head` is what stands beside the rows, `anchor` what was written down apart from them:
 * without the two, rows missing at the end would not be noticed. The anchor may be a little behind.
 */
export function verifyChain(rows: Iterable<AuditRow>, head: AuditHead, anchor: AuditHead | null): Verdict {
  let last = EMPTY_HEAD
  let anchored = anchor === null || anchor.count === 0
  for (const row of rows) {
    const number = last.count + 1
    if (row.number !== number) return wrong(number, `Row ${number} is missing; row ${row.number} stands in its place.`)
    if (row.hash !== hashOf(last.hash, row)) return wrong(number, `Row ${number} was changed, or the one before it.`)
    last = { count: number, hash: row.hash }
    if (anchor?.count === number) {
      if (anchor.hash !== row.hash) return wrong(number, `Row ${number} is not the one that was written down apart.`)
      anchored = true
    }
  }
  if (head.count !== last.count || head.hash !== last.hash) {
    return wrong(last.count + 1, `There were ${head.count} rows; ${last.count} are left.`)
  }
  if (!anchored) return wrong(last.count + 1, `There were at least ${anchor?.count ?? 0} rows; ${last.count} are left.`)
  return { ok: true, ...last }
}
