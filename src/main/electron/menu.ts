import { Menu, type MenuItemConstructorOptions } from 'electron'
import type { HelpAct, MenuRow } from '../shell/menu-model.ts'
import type { PageRequest } from '../shell/second-start.ts'

/** Gives the windows their menu; null takes away also Electron's own, which reloads, zooms and opens foreign pages. */
export function installMenu(rows: readonly MenuRow[] | null, acts: MenuActs): void {
  Menu.setApplicationMenu(rows && Menu.buildFromTemplate(rows.map((row) => itemOf(row, acts))))
}

/** What the entries of the menu do. */
export interface MenuActs {
  show(request: PageRequest): void
  help(act: HelpAct): void
}

function itemOf(row: MenuRow, acts: MenuActs): MenuItemConstructorOptions {
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
      return { label: row.label, accelerator: row.keys, click: () => acts.show({ page: row.path, newWindow: false }) }
    case 'new_window':
      return { label: row.label, accelerator: row.keys, click: () => acts.show({ page: null, newWindow: true }) }
    case 'help':
      return { label: row.label, click: () => acts.help(row.act) }
    case 'menu':
      return { label: row.label, submenu: row.rows.map((each) => itemOf(each, acts)) }
    default:
      return row satisfies never
  }
}
