import type { Priority } from '../../shared/alarm.ts'
import type { Language } from '../../shared/language.ts'
import type { Standing } from '../../core/standing.ts'
import type { HelpAct, MenuPage } from './menu-model.ts'
import type { UnderWay } from './quit-rules.ts'

type MenuWord =
  | 'file'
  | 'newWindow'
  | 'closeWindow'
  | 'view'
  | 'reload'
  | 'zoomReset'
  | 'zoomIn'
  | 'zoomOut'
  | 'fullScreen'
  | 'window'
  | 'minimize'
  | 'help'
  | HelpAct

/** What the shell says outside of its pages, in one language. */
export interface ShellWords {
  readonly quitTitle: string
  readonly quitDetail: (broken: UnderWay) => string
  readonly quitYes: string
  readonly quitNo: string
  readonly openPanel: string
  readonly openAlarms: string
  readonly trayAlarms: (standing: number, unacknowledged: number) => string
  readonly priority: Readonly<Record<Priority, string>>
  readonly trayHighest: (priority: Priority) => string
  readonly trayLinks: (standing: Pick<Standing, 'machines' | 'silent' | 'failingLinks'>) => readonly string[]
  readonly menu: Readonly<Record<MenuWord, string>>
  /** As the panel's own navigation calls them. */
  readonly pages: Readonly<Record<MenuPage, string>>
  /** Behind the first of several new alarms. */
  readonly moreAlarms: (count: number) => string
  readonly ofPanel: string
  /** Once the last window has gone to the tray. */
  readonly runsOnTitle: string
  readonly runsOnBody: string
}

/** At most three names, and how many more there are. */
function names(all: readonly string[], more: (count: number) => string): string {
  const rest = all.length - 3
  return rest > 0 ? `${all.slice(0, 3).join(', ')} ${more(rest)}` : all.join(', ')
}

const en: ShellWords = {
  quitTitle: 'Quit Andon?',
  quitDetail: ({ commands, controlled }) =>
    [
      ...(commands > 0
        ? [`${commands === 1 ? 'One command is' : `${commands} commands are`} under way: nobody will see how it ends.`]
        : []),
      ...(controlled.length > 0
        ? [`This display has control of ${names(controlled, (count) => `and ${count} more`)}: it will be given back.`]
        : []),
      'Machines run on, but are not heard, recorded or shown until Andon is started again.',
    ].join('\n'),
  quitYes: 'Quit',
  quitNo: 'Keep running',
  openPanel: 'Open panel',
  openAlarms: 'Alarms',
  trayAlarms: (standing, unacknowledged) =>
    standing === 0
      ? 'No alarms'
      : `${standing} ${standing === 1 ? 'alarm' : 'alarms'}, ${unacknowledged} unacknowledged`,
  trayHighest: (priority) => `Highest priority: ${en.priority[priority]}`,
  trayLinks: ({ machines, silent, failingLinks }) => [
    `${machines} ${machines === 1 ? 'machine' : 'machines'}${silent > 0 ? `, ${silent} silent` : ''}`,
    ...(failingLinks > 0 ? [`${failingLinks} ${failingLinks === 1 ? 'link' : 'links'} with an error`] : []),
  ],
  menu: {
    file: 'File',
    newWindow: 'New window',
    closeWindow: 'Close window',
    view: 'View',
    reload: 'Reload',
    zoomReset: 'Actual size',
    zoomIn: 'Larger',
    zoomOut: 'Smaller',
    fullScreen: 'Full screen',
    window: 'Window',
    minimize: 'Minimise',
    help: 'Help',
    about: 'About Andon',
    diagnose: 'Save diagnostics …',
    updates: 'Updates …',
    updateFile: 'Install an update from a file …',
  },
  pages: {
    overview: 'Overview',
    alarms: 'Alarms',
    devices: 'Devices',
    trends: 'Trends',
    executions: 'Executions',
    events: 'Events',
    logs: 'Logs',
    links: 'Links',
    panel: 'Panel',
  },
  moreAlarms: (count) => `and ${count} more`,
  ofPanel: 'The panel itself',
  runsOnTitle: 'Andon runs on',
  runsOnBody: 'Machines are still heard and recorded. The icon in the tray opens the window again, and quits.',
  priority: { critical: 'critical', high: 'high', medium: 'medium', low: 'low' },
}

const de: ShellWords = {
  quitTitle: 'Andon beenden?',
  quitDetail: ({ commands, controlled }) =>
    [
      ...(commands > 0
        ? [
            `${commands === 1 ? 'Ein Befehl ist' : `${commands} Befehle sind`} unterwegs: Niemand sieht, wie das ausgeht.`,
          ]
        : []),
      ...(controlled.length > 0
        ? [`Diese Anzeige steuert ${names(controlled, (count) => `und ${count} weitere`)}: Das wird abgegeben.`]
        : []),
      'Maschinen laufen weiter, werden aber bis zum nächsten Start von Andon nicht gehört, aufgezeichnet oder gezeigt.',
    ].join('\n'),
  quitYes: 'Beenden',
  quitNo: 'Weiterlaufen lassen',
  openPanel: 'Panel öffnen',
  openAlarms: 'Alarme',
  trayAlarms: (standing, unacknowledged) =>
    standing === 0
      ? 'Keine Alarme'
      : `${standing} ${standing === 1 ? 'Alarm' : 'Alarme'}, ${unacknowledged} nicht quittiert`,
  trayHighest: (priority) => `Höchste Priorität: ${de.priority[priority]}`,
  trayLinks: ({ machines, silent, failingLinks }) => [
    `${machines} ${machines === 1 ? 'Maschine' : 'Maschinen'}${silent > 0 ? `, ${silent} stumm` : ''}`,
    ...(failingLinks > 0 ? [`${failingLinks} ${failingLinks === 1 ? 'Verbindung' : 'Verbindungen'} mit Fehler`] : []),
  ],
  menu: {
    file: 'Datei',
    newWindow: 'Neues Fenster',
    closeWindow: 'Fenster schließen',
    view: 'Ansicht',
    reload: 'Neu laden',
    zoomReset: 'Originalgröße',
    zoomIn: 'Größer',
    zoomOut: 'Kleiner',
    fullScreen: 'Vollbild',
    window: 'Fenster',
    minimize: 'Minimieren',
    help: 'Hilfe',
    about: 'Über Andon',
    diagnose: 'Diagnose speichern …',
    updates: 'Aktualisierungen …',
    updateFile: 'Aktualisierung aus einer Datei …',
  },
  pages: {
    overview: 'Übersicht',
    alarms: 'Alarme',
    devices: 'Geräte',
    trends: 'Trends',
    executions: 'Abläufe',
    events: 'Ereignisse',
    logs: 'Protokoll',
    links: 'Verbindungen',
    panel: 'Panel',
  },
  moreAlarms: (count) => `und ${count} ${count === 1 ? 'weiterer' : 'weitere'}`,
  ofPanel: 'Das Panel selbst',
  runsOnTitle: 'Andon läuft weiter',
  runsOnBody:
    'Maschinen werden weiter gehört und aufgezeichnet. Das Symbol im Infobereich öffnet das Fenster wieder und beendet.',
  priority: { critical: 'kritisch', high: 'hoch', medium: 'mittel', low: 'niedrig' },
}

export const SHELL_WORDS: Readonly<Record<Language, ShellWords>> = { en, de }
