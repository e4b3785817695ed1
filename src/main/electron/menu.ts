import { Menu, type MenuItemConstructorOptions } from 'electron'

/** An entry of the Help menu. */
export interface HelpItem {
  readonly label: string
  click(): void
}

/**
 * Electron's own menu reloads, zooms and opens foreign pages. Ours has Help, which appears with Alt where there is no bar
 * of menus; only macOS needs more: there copying and quitting by keyboard come from the menu.
 */
export function installMenu(platform: NodeJS.Platform, help: readonly HelpItem[] = []): void {
  const own: MenuItemConstructorOptions[] =
    platform === 'darwin' ? [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }] : []
  const menu: MenuItemConstructorOptions[] =
    help.length === 0 ? own : [...own, { role: 'help', label: 'Help', submenu: help.map((item) => ({ ...item })) }]
  Menu.setApplicationMenu(menu.length === 0 ? null : Menu.buildFromTemplate(menu))
}
