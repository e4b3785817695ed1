import { Menu, type MenuItemConstructorOptions } from 'electron'
import type { MenuRow } from '../shell/menu-model.ts'
import type { PageRequest } from '../shell/second-start.ts'

/** Gives the windows their menu; null takes away also Electron's own, which reloads, zooms and opens foreign pages. */
export function installMenu(rows: readonly MenuRow[] | null, show: (request: PageRequest) => void): void {
  Menu.setApplicationMenu(rows && Menu.buildFromTemplate(rows.map((row) => itemOf(row, show))))
}

function itemOf(row: MenuRow, show: (request: PageRequest) => void): MenuItemConstructorOptions {
  switch (row.kind) {
    case 'line':
      return { type: 'separator' }
    case 'role':
      return {
        role: row.role,
        ...(row.label === undefined ? {} : { label: row.label }),
        ...(row.keys === undefined ? {} : { accelerator: row.keys }),
      }
    case 'page':
      return { label: row.label, accelerator: row.keys, click: () => show({ page: row.path, newWindow: false }) }
    case 'new_window':
      return { label: row.label, accelerator: row.keys, click: () => show({ page: null, newWindow: true }) }
    case 'menu':
      return { label: row.label, submenu: row.rows.map((each) => itemOf(each, show)) }
    default:
      return row satisfies never
  }
}
