import { type Alarm, isAside, isUnacknowledged, PRIORITIES, type Priority } from '../../shared/alarm.ts'
import type { Standing } from '../../core/standing.ts'
import type { ShellWords } from './words.ts'

/**
 * What the tray's icon says: the highest priority that nobody has taken note of; else that alarms stand; else that
 * something is wrong with the panel or a link; else nothing. Each is a shape of its own, see `scripts/icons.mjs`.
 */
export const TRAY_ICONS = [...PRIORITIES, 'acknowledged', 'trouble', 'quiet'] as const
export type TrayIcon = (typeof TRAY_ICONS)[number]

/** What a row of the tray's menu does. */
export type TrayAct = 'open' | 'alarms' | 'quit'

export interface TrayRow {
  readonly label: string
  /** Null: the row only says something. */
  readonly act: TrayAct | null
}

export interface TrayModel {
  readonly icon: TrayIcon
  readonly tooltip: string
  /** In groups, which lines part. */
  readonly rows: readonly (readonly TrayRow[])[]
}

export function trayModel(standing: Standing, words: ShellWords): TrayModel {
  const alarms = standing.alarms.filter(({ state }) => !isAside(state))
  const fresh = alarms.filter(({ state }) => isUnacknowledged(state))
  const priority = highest(fresh)
  const says = [
    words.trayAlarms(alarms.length, fresh.length),
    ...(priority === null ? [] : [words.trayHighest(priority)]),
    ...words.trayLinks(standing),
    ...standing.problems.map(({ message }) => message),
  ]
  const trouble = standing.silent > 0 || standing.failingLinks > 0 || standing.problems.length > 0
  return {
    icon: priority ?? (alarms.length > 0 ? 'acknowledged' : trouble ? 'trouble' : 'quiet'),
    // Windows cuts it off at 127 characters; what matters most is first.
    tooltip: ['Andon', ...says].join('\n').slice(0, 127),
    rows: [
      says.map((label) => ({ label, act: null })),
      [
        { label: words.openPanel, act: 'open' },
        { label: words.openAlarms, act: 'alarms' },
      ],
      [{ label: words.quitYes, act: 'quit' }],
    ],
  }
}

function highest(alarms: readonly Alarm[]): Priority | null {
  return PRIORITIES.find((priority) => alarms.some((alarm) => alarm.priority === priority)) ?? null
}
