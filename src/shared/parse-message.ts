import type { AndonError } from './errors.ts'

/** A compiled validator (main process) or an interpreting one (renderer, whose CSP forbids `eval`). */
export interface Check<T> {
  check(value: unknown): value is T
  /** For people: which key is wrong and how. */
  explain(value: unknown): string
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: AndonError }

/** The one door for text from outside: JSON, then schema. Never throws. */
export function parseMessage<T>(text: string, check: Check<T>): Parsed<T> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, error: { code: 'bad_json', message: 'The message is not JSON.' } }
  }
  if (check.check(value)) return { ok: true, value }
  return { ok: false, error: { code: 'bad_message', message: check.explain(value) } }
}
