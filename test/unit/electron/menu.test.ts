import { beforeEach, expect, test, vi } from 'vitest'
import { installMenu } from '../../../src/main/electron/menu.ts'
import { menuModel } from '../../../src/main/shell/menu-model.ts'
import { SHELL_WORDS } from '../../../src/main/shell/words.ts'
import { Menu, resetElectron } from './fake-electron.ts'

vi.mock('electron', () => import('./fake-electron.ts'))

interface Item {
  readonly label?: string
  readonly role?: string
  readonly accelerator?: string
  readonly submenu?: readonly Item[]
  readonly click?: () => void
}

beforeEach(resetElectron)

test('without rows there is no menu, not even Electron’s own', () => {
  installMenu(null, { show: () => undefined, help: () => undefined })
  expect(Menu.setApplicationMenu.mock.calls).toEqual([[null]])
})

test('a page and a new window are shown, the rest is Electron’s', () => {
  const asked: unknown[] = []
  installMenu(menuModel('linux', false, SHELL_WORDS.en), {
    show: (request) => asked.push(request),
    help: (act) => asked.push(act),
  })
  const [[menu] = []] = Menu.setApplicationMenu.mock.calls as { template: readonly Item[] }[][]
  const items = menu?.template.flatMap(({ submenu = [] }) => submenu) ?? []
  items.find(({ label }) => label === 'New window')?.click?.()
  items.find(({ accelerator }) => accelerator === 'CmdOrCtrl+2')?.click?.()
  items.find(({ label }) => label === 'About Andon')?.click?.()
  expect(asked).toEqual([{ page: null, newWindow: true }, { page: '/alarms', newWindow: false }, 'about'])
  expect(items.find(({ role }) => role === 'quit')).toEqual({
    role: 'quit',
    label: 'Quit',
    accelerator: 'CmdOrCtrl+Q',
  })
})
