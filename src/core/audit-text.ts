import type { AuditRow } from '../shared/account.ts'
import { csvCell } from './csv-cell.ts'

export const AUDIT_FORMATS = ['ndjson', 'csv'] as const
export type AuditFormat = (typeof AUDIT_FORMATS)[number]

const COLUMNS = ['number', 'time', 'who', 'from', 'action', 'target', 'old', 'new', 'result', 'hash'] as const

/** Rows as text, one chunk for each page; `page` gives the rows before a number, newest first, and none at the end. */
export function* auditText(
  page: (before: number | undefined) => readonly AuditRow[],
  format: AuditFormat,
): Generator<string, void, undefined> {
  if (format === 'csv') yield `${COLUMNS.join(',')}\r\n`
  let before: number | undefined
  for (;;) {
    const rows = page(before)
    before = rows.at(-1)?.number
    if (before === undefined) return
    yield rows.map(format === 'csv' ? csvLine : (row) => `${JSON.stringify(row)}\n`).join('')
  }
}

function csvLine(row: AuditRow): string {
  const cells = COLUMNS.map((name) =>
    name === 'time' ? new Date(row.time).toISOString() : csvCell(String(row[name] ?? '')),
  )
  return `${cells.join(',')}\r\n`
}
