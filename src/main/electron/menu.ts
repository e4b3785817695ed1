import { Menu } from 'electron'

/**
 * Electron's own menu reloads, zooms and opens foreign pages. Only macOS needs one at all: there copying and quitting
 * by keyboard come from the menu.
 */
export function installMenu(platform: NodeJS.Platform): void {
  const menu = [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }] as const
  Menu.setApplicationMenu(platform === 'darwin' ? Menu.buildFromTemplate([...menu]) : null)
}
