import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import type { Standing } from '../../../src/core/standing.ts'
import { hasTray } from '../../../src/main/shell/tray-host.ts'
import { TRAY_ICONS, trayModel } from '../../../src/main/shell/tray-model.ts'
import { SHELL_WORDS } from '../../../src/main/shell/words.ts'
import type { Alarm, AlarmState, Priority } from '../../../src/shared/alarm.ts'

const IDLE: Standing = {
  alarms: [],
  machines: 3,
  silent: 0,
  failingLinks: 0,
  problems: [],
  commands: 0,
  controlled: [],
}
const alarm = (priority: Priority, state: AlarmState): Alarm => ({ priority, state }) as Alarm
const model = (standing: Partial<Standing>, language: 'en' | 'de' = 'en') =>
  trayModel({ ...IDLE, ...standing }, SHELL_WORDS[language])

test.each<[string, Partial<Standing>, string]>([
  ['nothing', {}, 'quiet'],
  ['a silent machine', { silent: 1 }, 'trouble'],
  ['a link with an error', { failingLinks: 1 }, 'trouble'],
  [
    'a problem of the panel',
    { problems: [{ code: 'journal_disk_full', message: 'The disk is full.', remedy: '' }] },
    'trouble',
  ],
  ['an alarm that somebody has taken note of', { alarms: [alarm('high', 'acknowledged')] }, 'acknowledged'],
  ['alarms that were put aside', { alarms: [alarm('high', 'shelved'), alarm('low', 'out_of_service')] }, 'quiet'],
  [
    'the highest priority that nobody has taken note of',
    {
      silent: 1,
      alarms: [alarm('critical', 'acknowledged'), alarm('low', 'returned'), alarm('medium', 'unacknowledged')],
    },
    'medium',
  ],
])('the icon shows %s', (_, standing, icon) => {
  expect(model(standing).icon).toBe(icon)
})

test('it says in both languages what the icon shows', () => {
  const standing = {
    alarms: [alarm('critical', 'unacknowledged'), alarm('low', 'acknowledged')],
    silent: 2,
    failingLinks: 1,
  }
  expect(model(standing).tooltip).toBe(
    'Andon\n2 alarms, 1 unacknowledged\nHighest priority: critical\n3 machines, 2 silent\n1 link with an error',
  )
  expect(model(standing, 'de').tooltip).toBe(
    'Andon\n2 Alarme, 1 nicht quittiert\nHöchste Priorität: kritisch\n3 Maschinen, 2 stumm\n1 Verbindung mit Fehler',
  )
  expect(model({}).tooltip).toBe('Andon\nNo alarms\n3 machines')
})

test('its menu says that too, opens the panel and its alarms, and quits', () => {
  expect(model({}).rows).toEqual([
    [
      { label: 'No alarms', act: null },
      { label: '3 machines', act: null },
    ],
    [
      { label: 'Open panel', act: 'open' },
      { label: 'Alarms', act: 'alarms' },
    ],
    [{ label: 'Quit', act: 'quit' }],
  ])
})

test('no tooltip is longer than Windows shows', () => {
  const problems = [{ code: 'journal_io' as const, message: 'x'.repeat(300), remedy: '' }]
  expect(model({ problems }).tooltip.length).toBe(127)
})

test('every icon is drawn, for every display', () => {
  const dir = resolve(import.meta.dirname, '../../../src/renderer/public/tray')
  for (const icon of TRAY_ICONS)
    for (const suffix of ['', '@1.5x', '@2x', '@3x'])
      expect([icon, existsSync(resolve(dir, `${icon}${suffix}.png`))]).toEqual([icon, true])
})

test.each<[string, NodeJS.Platform, string | null, boolean]>([
  ['Windows has a tray', 'win32', null, true],
  ['macOS has one', 'darwin', null, true],
  ['a desktop that shows such icons', 'linux', '   boolean true\n', true],
  ['a desktop that does not', 'linux', '   boolean false\n', false],
  ['nobody to ask', 'linux', null, false],
])('%s', async (_, platform, answer, there) => {
  const run = () => (answer === null ? Promise.reject(new Error('ENOENT')) : Promise.resolve(answer))
  expect(await hasTray(platform, run)).toBe(there)
})
