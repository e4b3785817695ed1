import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AuditHead } from '../../../src/core/account-store.ts'
import { Audit } from '../../../src/core/audit.ts'
import { type AuditEntry, chained, EMPTY_HEAD, verifyChain } from '../../../src/core/audit-chain.ts'
import type { AuditRow } from '../../../src/shared/account.ts'
import { openAccounts } from '../../../src/main/adapters/sqlite/account-database.ts'
import { SqliteAccountStore } from '../../../src/main/adapters/sqlite/account-store.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { MemoryLog } from '../../support/memory-log.ts'
import { tempDir } from '../../support/temp-dir.ts'

function chain(count: number): { rows: AuditRow[]; head: AuditHead } {
  const rows: AuditRow[] = []
  let head = EMPTY_HEAD
  for (let i = 0; i < count; i += 1) {
    const entry: AuditEntry = {
      time: 1_000 + i,
      who: i % 2 === 0 ? 'anna' : 'boris',
      from: '10.0.0.1',
      action: 'write',
      target: `press/motor/${i}`,
      old: i % 3 === 0 ? null : '{"value":1}',
      new: `{"value":${i}}`,
      result: 'asked',
    }
    const row = chained(head, entry)
    rows.push(row)
    head = { count: row.number, hash: row.hash }
  }
  return { rows, head }
}

test('a chain that nobody touched is whole, also an empty one, and where the anchor is a little behind', () => {
  expect(verifyChain([], EMPTY_HEAD, null)).toMatchObject({ ok: true, count: 0 })
  const { rows, head } = chain(20)
  expect(verifyChain(rows, head, head)).toEqual({ ok: true, count: 20, hash: head.hash })
  expect(verifyChain(rows, head, { count: 18, hash: rows[17]?.hash ?? '' })).toMatchObject({ ok: true })
})

describe('found is', () => {
  const { rows, head } = chain(12)
  const at = fc.integer({ min: 0, max: 11 })
  const caught = (touched: readonly AuditRow[], beside = head, anchor: AuditHead | null = head): boolean =>
    !verifyChain(touched, beside, anchor).ok

  test('any single field that was changed', () => {
    const fields = ['number', 'time', 'who', 'from', 'action', 'target', 'old', 'new', 'result', 'hash'] as const
    for (const [i, row] of rows.entries()) {
      for (const field of fields) {
        const kept = row[field]
        const value = typeof kept === 'number' ? kept + 1 : `${kept}x`
        expect(caught(rows.with(i, { ...row, [field]: value }))).toBe(true)
      }
    }
  })

  test('any row that was removed, put in, or put in another place', () => {
    fc.assert(
      fc.property(at, at, (i, j) => {
        expect(caught(rows.toSpliced(i, 1))).toBe(true)
        expect(caught(rows.toSpliced(i, 0, rows[j] ?? (rows[0] as AuditRow)))).toBe(true)
        const swapped = rows.with(i, rows[j] as AuditRow).with(j, rows[i] as AuditRow)
        expect(caught(swapped)).toBe(i !== j)
      }),
    )
  })

  test('an end that was cut off, also where what stands beside the rows was changed with it', () => {
    for (let kept = 0; kept < rows.length; kept += 1) {
      const cut = rows.slice(0, kept)
      expect(caught(cut)).toBe(true)
      const last = cut.at(-1)
      expect(caught(cut, last ? { count: last.number, hash: last.hash } : EMPTY_HEAD)).toBe(true)
    }
  })

  test('a chain that was made anew from some row on', () => {
    const other = chain(12)
    const from = (i: number): AuditRow[] => {
      let last = i === 0 ? EMPTY_HEAD : { count: i, hash: rows[i - 1]?.hash ?? '' }
      return [
        ...rows.slice(0, i),
        ...other.rows.slice(i).map((row) => {
          const made = chained(last, { ...row, who: 'eve' })
          last = { count: made.number, hash: made.hash }
          return made
        }),
      ]
    }
    for (let i = 0; i < 12; i += 1) {
      const made = from(i)
      const last = made.at(-1)
      expect(caught(made, { count: last?.number ?? 0, hash: last?.hash ?? '' })).toBe(true)
    }
  })
})

test('whatever a name is, the chain of rows that come back from the disk is whole, and says the name as far as it can', () => {
  const clock = new FakeClock()
  const store = new SqliteAccountStore(openAccounts(tempDir()))
  const anchor = { write: () => undefined, read: () => store.auditHead }
  const audit = new Audit({ store, clock, anchor, log: new MemoryLog() })
  const unit = fc.constantFrom('a', '\0', '\ud83d', '\ude00', '😀', '\ufeff', '\n', 'é', '"', '\\')
  const text = fc.oneof(
    fc.array(unit, { maxLength: 8 }).map((units) => units.join('')),
    // A character of two units may lie where a long text is cut.
    fc.integer({ min: 290, max: 300 }).map((length) => 'x'.repeat(length) + '😀'.repeat(10)),
    fc.integer({ min: 1_970, max: 2_000 }).map((length) => 'x'.repeat(length) + '😀'.repeat(20)),
  )
  fc.assert(
    fc.property(text, text, text, text, (who, target, value, result) => {
      audit.record({ who, from: who }, { action: target, target, old: { value }, new: value, result })
    }),
  )
  audit.record({ who: 'a\0b', from: 'c\ud800' }, { action: 'stop', target: 'press\0' })
  expect(audit.query({ limit: 1 })).toMatchObject([{ who: 'a␀b', from: 'c\ufffd', target: 'press␀' }])
  expect(verifyChain(store.auditRows(), store.auditHead, store.auditHead)).toMatchObject({ ok: true, count: 101 })
  expect(audit.failed).toBe(false)
  audit.close()
  store.close()
})
