import { i18n } from '../i18n/index.ts'
import { type Alarm, PANEL_MACHINE } from '../../shared/alarm.ts'
import { partsOfAlarm } from '../model/alarm-event.ts'
import { deviceLabel, machineLabel } from '../model/read-outs.ts'
import { useSession } from '../stores/session.ts'
import { useValueWords } from './use-value-words.ts'

type About = Pick<Alarm, 'machine' | 'device' | 'tag'>

/** Alarms as people read them. */
export function useAlarmWords() {
  const { t } = i18n.global
  const session = useSession()
  const values = useValueWords()

  function machine(name: string): string {
    return name === PANEL_MACHINE ? t('alarms.ofPanel') : machineLabel(session.plant, name)
  }

  /** Machine, device and tag, by the names that people gave them. */
  function where({ machine: name, device, tag }: About): string {
    const names = [machine(name)]
    if (device !== null) names.push(deviceLabel(session.plant, name, device))
    if (device !== null && tag !== null) names.push(session.plant.tag(name, device, tag)?.label ?? tag)
    return names.join(' · ')
  }

  function description({ machine: name, device, tag }: About) {
    return device === null || tag === null ? null : session.plant.tag(name, device, tag)
  }

  /** The value that broke the limit, with its unit; null where there is none. */
  function value(alarm: Alarm): string | null {
    if (alarm.value === null || alarm.source === 'state') return null
    const of = description(alarm)
    return `${values.read(alarm.value, of)}${values.unit(alarm.value, of)}`
  }

  function limit(alarm: Alarm): string | null {
    if (alarm.limit === null) return null
    const of = description(alarm)
    return `${values.read(alarm.limit, of)}${values.unit(alarm.limit, of)}`
  }

  /** Everything that can be searched for. */
  function all(alarm: Alarm): string {
    return [
      alarm.message,
      where(alarm),
      alarm.id,
      ...partsOfAlarm(alarm.id),
      t(`alarms.state.${alarm.state}`),
      t(`priority.${alarm.priority}`),
      alarm.comment?.comment ?? '',
    ].join('\n')
  }

  /** What an alarm is called of which only the id is known. */
  function nameOf(id: string): string {
    return session.plant.alarm(id)?.label ?? partsOfAlarm(id).join(' · ')
  }

  return { machine, where, value, limit, all, nameOf }
}
