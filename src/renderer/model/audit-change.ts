import type { AuditRow } from '../../shared/account.ts'

/** One thing that a row of the audit changed. `name` is empty where the whole is meant; null: there was none. */
export interface AuditChange {
  readonly name: string
  readonly old: string | null
  readonly now: string | null
}

/** What was changed, and to what: of objects only the fields that differ. */
export function auditChanges({ old: oldText, new: newText }: Pick<AuditRow, 'old' | 'new'>): AuditChange[] {
  const [old, now] = [parsed(oldText), parsed(newText)]
  if (!isFields(old ?? now) || (old !== null && !isFields(old)) || (now !== null && !isFields(now))) {
    return old === null && now === null ? [] : [{ name: '', old: wordOf(old), now: wordOf(now) }]
  }
  const names = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])]
  return names
    .map((name) => ({ name, old: wordOf(old?.[name]), now: wordOf(now?.[name]) }))
    .filter((change) => change.old !== change.now)
}

type Fields = Readonly<Record<string, unknown>>

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text that was cut is no JSON any more; it is shown as it is. */
function parsed(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function wordOf(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}
