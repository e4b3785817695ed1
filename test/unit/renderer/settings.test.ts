import { expect, test } from 'vitest'
import { SettingsSchema } from '../../../src/main/config-file.ts'
import { settingSchema } from '../../../src/main/setting-schema.ts'
import { SETTINGS_DE } from '../../../src/renderer/i18n/setting-words.ts'
import { entered, fieldText, settingChanges, settingSections } from '../../../src/renderer/model/settings-form.ts'
import type { Setting } from '../../../src/shared/settings.ts'

type Key = keyof typeof SettingsSchema.properties

const KEYS = Object.keys(SettingsSchema.properties) as Key[]

const setting = (key: Key, file: Setting['file'] = null): Setting => ({
  key,
  ...settingSchema(key),
  file,
  in_force: file,
  command_line: false,
})

test('every setting has German words', () => {
  expect(Object.keys(SETTINGS_DE).toSorted()).toEqual(KEYS.toSorted())
})

test('every setting has its place on the page', () => {
  const sections = settingSections(KEYS.map((key) => setting(key)))
  expect(sections.map(({ name }) => name)).not.toContain('other')
  expect(sections.flatMap(({ settings }) => settings.map(({ key }) => key)).toSorted()).toEqual(KEYS.toSorted())
})

test.each([
  ['port', '', { ok: true, value: null }],
  ['port', '3002', { ok: true, value: 3002 }],
  ['port', '3002.5', { ok: false, why: 'whole' }],
  ['port', 'x', { ok: false, why: 'number' }],
  ['port', '-1', { ok: false, why: 'least' }],
  ['port', '70000', { ok: false, why: 'most' }],
  ['stale_after', '0', { ok: false, why: 'above' }],
  ['stale_after', '0,5', { ok: true, value: 0.5 }],
  ['kiosk', 'false', { ok: true, value: false }],
  ['host', ' ::1 ', { ok: true, value: '::1' }],
  ['udp', 'a:1\n\n b:2', { ok: true, value: ['a:1', 'b:2'] }],
  ['log_level', 'debug', { ok: true, value: 'debug' }],
] as const)('%s: %j', (key, text, expected) => {
  expect(entered(setting(key), text)).toEqual(expected)
})

test('only what says something else than the file is a change', () => {
  const settings = [setting('port', 3002), setting('udp', ['a:1']), setting('kiosk', true), setting('host')]
  const fields = new Map(settings.map((each) => [each.key, fieldText(each, each.file)]))
  expect(settingChanges(settings, fields)).toEqual({})
  fields.set('port', '3002.0')
  fields.set('udp', 'a:1\nb:2')
  fields.set('kiosk', '')
  fields.set('host', 'nowhere')
  expect(settingChanges(settings, fields)).toEqual({ udp: ['a:1', 'b:2'], kiosk: null, host: 'nowhere' })
})
