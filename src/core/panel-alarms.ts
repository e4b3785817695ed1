import { alarmId, PANEL_MACHINE, type Priority } from '../shared/alarm.ts'
import type { Problem } from '../shared/health.ts'
import type { AlarmCondition } from './alarm-conditions.ts'

/** What the panel counts of its own trouble; both only grow. */
export interface Troubles {
  /** Datagrams that were refused for what they are. */
  readonly refused: number
  /** Events that the journal could not keep. */
  readonly lost: number
}

/** How long something that was counted stands as an alarm, milliseconds. */
const STANDS_MS = 60_000

/** Null: worth a note on the screen, but nothing to respond to. */
const PRIORITIES: Readonly<Record<Problem['code'], Priority | null>> = {
  unix_datagrams_unavailable: 'medium',
  listener_failed: 'high',
  journal_disk_full: 'high',
  journal_read_only: 'high',
  journal_corrupt: 'high',
  journal_newer_version: 'high',
  journal_no_backup: 'high',
  journal_in_use: 'high',
  journal_io: 'high',
  journal_defect: 'high',
  config_refused: 'medium',
  config_restart: null,
  trends_failed: 'medium',
  tls_refused: 'medium',
  tls_expiring: 'medium',
  audit_failed: 'medium',
  openid_unreachable: 'low',
  machine_over_quota: 'medium',
}

/** The panel's own health as alarm conditions: its problems, and what it lost or refused in the last minute. */
export class PanelAlarms {
  readonly #counts = new Map<string, { count: number; grownAt: number }>()

  conditions(problems: readonly Problem[], troubles: Troubles, now: number): AlarmCondition[] {
    const standing = problems.flatMap(({ code, message }) => {
      const priority = PRIORITIES[code]
      return priority === null ? [] : [condition(code, priority, message, null)]
    })
    return [
      ...standing,
      ...this.#grown('refused', 'low', 'Datagrams are being refused.', troubles.refused, now),
      ...this.#grown('lost', 'high', 'Events could not be kept in the journal.', troubles.lost, now),
    ]
  }

  #grown(name: string, priority: Priority, message: string, count: number, now: number): AlarmCondition[] {
    const known = this.#counts.get(name) ?? { count: 0, grownAt: -Infinity }
    if (count > known.count) this.#counts.set(name, { count, grownAt: now })
    const { grownAt } = this.#counts.get(name) ?? known
    return now - grownAt < STANDS_MS ? [condition(name, priority, message, count)] : []
  }
}

function condition(name: string, priority: Priority, message: string, value: number | null): AlarmCondition {
  return {
    id: alarmId(PANEL_MACHINE, name),
    machine: PANEL_MACHINE,
    device: null,
    tag: null,
    source: 'panel',
    priority,
    message,
    active: true,
    value,
    limit: null,
  }
}
