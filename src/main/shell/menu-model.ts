import type { ShellWords } from './words.ts'

/** The pages of the menu, in the order of the panel's own navigation; each has its number as a shortcut. */
export const MENU_PAGES = [
  { name: 'overview', path: '/' },
  { name: 'alarms', path: '/alarms' },
  { name: 'devices', path: '/devices' },
  { name: 'trends', path: '/trends' },
  { name: 'executions', path: '/executions' },
  { name: 'events', path: '/events' },
  { name: 'logs', path: '/logs' },
  { name: 'links', path: '/links' },
  { name: 'panel', path: '/panel' },
] as const
export type MenuPage = (typeof MENU_PAGES)[number]['name']

/** What the Help menu offers. */
export const HELP_ACTS = ['about', 'diagnose', 'updates', 'updateFile'] as const
export type HelpAct = (typeof HELP_ACTS)[number]

/** What Electron does by itself. */
export type MenuRole =
  'appMenu' | 'editMenu' | 'windowMenu' | 'close' | 'quit' | 'minimize' | 'reload' | 'togglefullscreen' | ZoomRole
type ZoomRole = 'resetZoom' | 'zoomIn' | 'zoomOut'

export type MenuRow =
  | { readonly kind: 'line' }
  | { readonly kind: 'role'; readonly role: MenuRole; readonly label?: string; readonly keys?: string }
  | { readonly kind: 'page'; readonly path: string; readonly label: string; readonly keys: string }
  | { readonly kind: 'new_window'; readonly label: string; readonly keys: string }
  | { readonly kind: 'help'; readonly act: HelpAct; readonly label: string }
  | { readonly kind: 'menu'; readonly label: string; readonly rows: readonly MenuRow[] }

const LINE: MenuRow = { kind: 'line' }

function role(name: MenuRole, label: string, keys?: string): MenuRow {
  return { kind: 'role', role: name, label, ...(keys === undefined ? {} : { keys }) }
}

/** The menu of the windows; null for none. A kiosk has none: every row of it is a way out. */
export function menuModel(platform: NodeJS.Platform, kiosk: boolean, words: ShellWords): readonly MenuRow[] | null {
  if (kiosk) return null
  const mac = platform === 'darwin'
  const { menu, pages } = words
  const quit = [LINE, role('quit', words.quitYes, 'CmdOrCtrl+Q')]
  const views = MENU_PAGES.map(({ name, path }, i): MenuRow => ({
    kind: 'page',
    path,
    label: pages[name],
    keys: `CmdOrCtrl+${i + 1}`,
  }))
  return [
    // macOS quits from here, and copies and pastes by the keys of its own Edit menu.
    ...(mac ? [{ kind: 'role', role: 'appMenu' } as const] : []),
    {
      kind: 'menu',
      label: menu.file,
      rows: [
        { kind: 'new_window', label: menu.newWindow, keys: 'CmdOrCtrl+N' },
        role('close', menu.closeWindow, 'CmdOrCtrl+W'),
        ...(mac ? [] : quit),
      ],
    },
    ...(mac ? [{ kind: 'role', role: 'editMenu' } as const] : []),
    {
      kind: 'menu',
      label: menu.view,
      rows: [
        ...views,
        LINE,
        role('reload', menu.reload, 'CmdOrCtrl+R'),
        role('resetZoom', menu.zoomReset, 'CmdOrCtrl+0'),
        role('zoomIn', menu.zoomIn, 'CmdOrCtrl+Plus'),
        role('zoomOut', menu.zoomOut, 'CmdOrCtrl+-'),
        LINE,
        role('togglefullscreen', menu.fullScreen, mac ? 'Ctrl+Cmd+F' : 'F11'),
      ],
    },
    mac
      ? { kind: 'role', role: 'windowMenu' }
      : { kind: 'menu', label: menu.window, rows: [role('minimize', menu.minimize, 'CmdOrCtrl+M')] },
    { kind: 'menu', label: menu.help, rows: HELP_ACTS.map((act) => ({ kind: 'help', act, label: menu[act] })) },
  ]
}
