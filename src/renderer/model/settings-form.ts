import type { Setting, SettingChanges } from '../../shared/settings.ts'

/** What belongs together on the page, in this order; what is in none of them comes last. */
const SECTIONS = {
  window: ['kiosk', 'autostart', 'local_display', 'lock_after'],
  network: [
    'host',
    'port',
    'allowed_hosts',
    'tls',
    'tls_certificate',
    'tls_key',
    'http_redirect_port',
    'openid',
    'updates',
    'connections',
    'connections_per_address',
    'connections_per_account',
    'sign_ins_per_account',
    'messages_per_second',
    'message_kib',
  ],
  machines: [
    'events_sockets',
    'socket_mode',
    'socket_group',
    'udp',
    'control_prefix',
    'stale_after',
    'machine_events_per_second',
  ],
  keeping: ['retention_days', 'retention_mib', 'trend_retention_days', 'data_dir', 'log_level'],
  other: [],
} as const satisfies Record<string, readonly string[]>

export type SettingsSection = keyof typeof SECTIONS

export function settingSections(
  settings: readonly Setting[],
): { readonly name: SettingsSection; readonly settings: Setting[] }[] {
  const known = new Map<string, SettingsSection>()
  const names = Object.keys(SECTIONS) as SettingsSection[]
  for (const name of names) for (const key of SECTIONS[name]) known.set(key, name)
  return names
    .map((name) => ({ name, settings: settings.filter(({ key }) => (known.get(key) ?? 'other') === name) }))
    .filter((section) => section.settings.length > 0)
}

/** A setting as it stands in its field; empty: not set, the default counts. */
export function fieldText({ kind }: Setting, value: Setting['file']): string {
  if (value === null) return ''
  if (kind === 'list' && Array.isArray(value)) return value.map(String).join('\n')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** What a field says, or why it says nothing that can be used. */
export type Entered =
  { readonly ok: true; readonly value: SettingChanges[string] } | { readonly ok: false; readonly why: EntryMistake }

export type EntryMistake = 'whole' | 'number' | 'least' | 'most' | 'above'

export function entered(setting: Setting, text: string): Entered {
  const { kind, minimum, maximum, above } = setting
  if (text.trim() === '') return { ok: true, value: null }
  switch (kind) {
    case 'switch':
      return { ok: true, value: text === 'true' }
    case 'integer':
    case 'number': {
      const value = Number(text.replace(',', '.'))
      if (!Number.isFinite(value)) return { ok: false, why: 'number' }
      if (kind === 'integer' && !Number.isInteger(value)) return { ok: false, why: 'whole' }
      if (minimum !== undefined && value < minimum) return { ok: false, why: 'least' }
      if (above !== undefined && value <= above) return { ok: false, why: 'above' }
      if (maximum !== undefined && value > maximum) return { ok: false, why: 'most' }
      return { ok: true, value }
    }
    case 'list':
      return {
        ok: true,
        value: text
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== ''),
      }
    case 'choice':
    case 'text':
    case 'other':
      return { ok: true, value: text.trim() }
    default:
      return kind satisfies never
  }
}

/** What the fields say that the file does not, by key. */
export function settingChanges(settings: readonly Setting[], fields: ReadonlyMap<string, string>): SettingChanges {
  const changes: SettingChanges = {}
  for (const setting of settings) {
    const text = fields.get(setting.key)
    if (text === undefined || text === fieldText(setting, setting.file)) continue
    const said = entered(setting, text)
    if (said.ok && JSON.stringify(said.value) !== JSON.stringify(setting.file)) changes[setting.key] = said.value
  }
  return changes
}
