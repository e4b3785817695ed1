import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { MENU_PAGES, menuModel, type MenuRow } from '../../../src/main/shell/menu-model.ts'
import { SHELL_WORDS } from '../../../src/main/shell/words.ts'
import { de } from '../../../src/renderer/i18n/de.ts'
import { en } from '../../../src/renderer/i18n/en.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const all = (rows: readonly MenuRow[]): MenuRow[] =>
  rows.flatMap((row) => (row.kind === 'menu' ? [row, ...all(row.rows)] : [row]))
const keysOf = (platform: NodeJS.Platform): string[] =>
  all(menuModel(platform, false, SHELL_WORDS.en) ?? []).flatMap((row) =>
    'keys' in row && row.keys !== undefined ? [row.keys] : [],
  )

test('a kiosk has no menu at all', () => {
  for (const platform of ['linux', 'win32', 'darwin'] as const)
    expect(menuModel(platform, true, SHELL_WORDS.en)).toBeNull()
})

test('it has File, View, Window and Help, on macOS also what its keyboard needs', () => {
  const heads = (platform: NodeJS.Platform, language: 'en' | 'de') =>
    menuModel(platform, false, SHELL_WORDS[language])?.map((row) =>
      row.kind === 'menu' ? row.label : row.kind === 'role' ? row.role : '',
    )
  expect(heads('linux', 'en')).toEqual(['File', 'View', 'Window', 'Help'])
  expect(heads('win32', 'de')).toEqual(['Datei', 'Ansicht', 'Fenster', 'Hilfe'])
  expect(heads('darwin', 'en')).toEqual(['appMenu', 'File', 'editMenu', 'View', 'windowMenu', 'Help'])
})

test('nothing in it opens developer tools or a foreign page', () => {
  const roles = all(menuModel('linux', false, SHELL_WORDS.en) ?? []).flatMap((row) =>
    row.kind === 'role' ? [row.role] : [],
  )
  expect(roles.toSorted()).toEqual(
    ['close', 'minimize', 'quit', 'reload', 'resetZoom', 'togglefullscreen', 'zoomIn', 'zoomOut'].toSorted(),
  )
})

test('its pages are pages of the panel, and are called as there', () => {
  const router = readFileSync(resolve(ROOT, 'src/renderer/router.ts'), 'utf8')
  for (const { name, path } of MENU_PAGES) {
    expect(router).toContain(`path: '${path}', name: '${name}'`)
    expect([SHELL_WORDS.en.pages[name], SHELL_WORDS.de.pages[name]]).toEqual([en.nav[name], de.nav[name]])
  }
})

test('no two rows have the same keys, and README tells of each', () => {
  const readme = readFileSync(resolve(ROOT, 'README.md'), 'utf8')
  for (const platform of ['linux', 'darwin'] as const) {
    const keys = keysOf(platform)
    expect(new Set(keys).size).toBe(keys.length)
  }
  const told = (keys: string): string => keys.replace('CmdOrCtrl', 'Ctrl').replace('Plus', '+')
  const numbers = /^Ctrl\+[1-9]$/
  const untold = keysOf('linux')
    .map(told)
    .filter((keys) => !numbers.test(keys) && !readme.includes(`\`${keys}\``))
  expect(untold).toEqual([])
  expect(readme).toContain('`Ctrl+1` to `Ctrl+9`')
})
