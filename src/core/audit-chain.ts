import { createHash } from 'node:crypto'
import type { AuditRow } from '../shared/account.ts'
import { storable } from '../shared/well-formed.ts'
import type { AuditHead } from './account-store.ts'

/** The hash before the first row. */
export const NO_HASH = '0'.repeat(64)
export const EMPTY_HEAD: AuditHead = { count: 0, hash: NO_HASH }

export type AuditEntry = Omit<AuditRow, 'number' | 'hash'>

/**
 * The row that follows `last`. Names come from outside: one that the store would give back as another would make the row
 * look as if somebody had changed it.
 */
export function chained(last: AuditHead, entry: AuditEntry): AuditRow {
  const { time, who, from, action, target, old, new: next, result } = entry
  const row = {
    number: last.count + 1,
    time,
    who: storable(who),
    from: storable(from),
    action: storable(action),
    target: storable(target),
    old: old && storable(old),
    new: next && storable(next),
    result: storable(result),
  }
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

export const NO_ANCHOR: Verdict = wrong(1, 'The file audit-anchor.json is missing or damaged.')

/**
 * Looks through the chain row by row. `anchor` is what was written down apart from the rows: without it and the head, rows
 * missing at the end would not be noticed. It may be a little behind.
 */
export class ChainCheck {
  readonly #anchor: AuditHead | null
  #last = EMPTY_HEAD
  #anchored: boolean

  constructor(anchor: AuditHead | null) {
    this.#anchor = anchor
    this.#anchored = anchor === null || anchor.count === 0
  }

  /** Rows looked at so far. */
  get count(): number {
    return this.#last.count
  }

  /** The next row; what is wrong with it, null where nothing is. */
  add(row: AuditRow): Verdict | null {
    const number = this.#last.count + 1
    if (row.number !== number) return wrong(number, `Row ${number} is missing; row ${row.number} stands in its place.`)
    if (row.hash !== hashOf(this.#last.hash, row))
      return wrong(number, `Row ${number} was changed, or the one before it.`)
    this.#last = { count: number, hash: row.hash }
    if (this.#anchor?.count !== number) return null
    this.#anchored = true
    return this.#anchor.hash === row.hash
      ? null
      : wrong(number, `Row ${number} is not the one that was written down apart.`)
  }

  /** What stands beside the rows is their end. */
  end(head: AuditHead): Verdict {
    const { count, hash } = this.#last
    if (head.count !== count || head.hash !== hash)
      return wrong(count + 1, `There were ${head.count} rows; ${count} are left.`)
    if (!this.#anchored)
      return wrong(count + 1, `There were at least ${this.#anchor?.count ?? 0} rows; ${count} are left.`)
    return { ok: true, count, hash }
  }
}

/** Looks through the whole chain at once. */
export function verifyChain(rows: Iterable<AuditRow>, head: AuditHead, anchor: AuditHead | null): Verdict {
  const check = new ChainCheck(anchor)
  for (const row of rows) {
    const problem = check.add(row)
    if (problem) return problem
  }
  return check.end(head)
}
