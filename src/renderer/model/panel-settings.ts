import { Value } from 'typebox/value'
import { type SettingChanges, type SettingsView, SettingsViewSchema } from '../../shared/settings.ts'

/** What came of asking the panel; `text` is for people, null where there was no answer at all. */
export type SettingsAnswer =
  | { readonly kind: 'view'; readonly view: SettingsView }
  | { readonly kind: 'done' }
  /** 401, 403: somebody else may. */
  | { readonly kind: 'denied'; readonly text: string | null }
  | { readonly kind: 'refused'; readonly code: string; readonly text: string | null }

/** The settings as they are. `base`: the page's own address. */
export function readSettings(base: string): Promise<SettingsAnswer> {
  return asked(base, 'settings', { method: 'GET' })
}

export function saveSettings(base: string, version: string | null, settings: SettingChanges): Promise<SettingsAnswer> {
  return asked(base, 'settings', { method: 'PATCH', body: JSON.stringify({ version, settings }) })
}

export function restartPanel(base: string): Promise<SettingsAnswer> {
  return asked(base, 'restart', { method: 'POST' })
}

async function asked(base: string, path: string, init: RequestInit): Promise<SettingsAnswer> {
  try {
    const headers = init.body === undefined ? {} : { 'Content-Type': 'application/json' }
    const answer = await fetch(new URL(`api/v1/${path}`, base), { ...init, headers })
    const value: unknown = await answer.json()
    if (answer.ok) return Value.Check(SettingsViewSchema, value) ? { kind: 'view', view: value } : { kind: 'done' }
    const { error } = value as { readonly error?: { readonly code: string; readonly message: string } }
    const text = error?.message ?? null
    if (answer.status === 401 || answer.status === 403) return { kind: 'denied', text }
    return { kind: 'refused', code: error?.code ?? '', text }
  } catch {
    return { kind: 'refused', code: 'no_answer', text: null }
  }
}
