import { type Alarm, PANEL_MACHINE } from '../../shared/alarm.ts'
import type { ShellWords } from './words.ts'

/**
 * What a notification says of new alarms, the gravest first; null where there are none. The message is what the log has:
 * only pages know the names that the plant file gives.
 */
export function alarmNotice(
  fresh: readonly Alarm[],
  words: ShellWords,
): { readonly title: string; readonly body: string } | null {
  const [first] = fresh
  if (!first) return null
  const { priority, message, machine, device, tag } = first
  const where = [machine === PANEL_MACHINE ? words.ofPanel : machine, device, tag].filter((part) => part !== null)
  const more = fresh.length - 1
  return {
    title: `${words.priority[priority]}: ${message}`,
    body: [where.join(' · '), ...(more > 0 ? [words.moreAlarms(more)] : [])].join('\n'),
  }
}
