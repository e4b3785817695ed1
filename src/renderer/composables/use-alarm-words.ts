import { i18n } from '../i18n/index.ts'
import { type Alarm, PANEL_MACHINE } from '../../shared/alarm.ts'
import { partsOfAlarm, type WordedAlarm } from '../model/alarm-event.ts'
import { problemTitle } from '../model/problem-title.ts'
import { deviceLabel, machineLabel } from '../model/read-outs.ts'
import { isBlank, visibleName } from '../model/visible-text.ts'
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

  function limitOf(of: About, broken: number): string {
    const described = description(of)
    return `${values.read(broken, described)}${values.unit(broken, described)}`
  }

  function limit(alarm: Alarm): string | null {
    return alarm.limit === null ? null : limitOf(alarm, alarm.limit)
  }

  /**
   * What is wrong, in the person's language where the panel's own words are known: it writes its events in English.
   * What the plant file or a machine calls it stays as it is; where that is nothing, its id says at least what it is of.
   */
  function message(alarm: WordedAlarm): string {
    const said = worded(alarm)
    return isBlank(said) ? partsOfAlarm(alarm.id).map(visibleName).join(' · ') : said
  }

  function worded(alarm: WordedAlarm): string {
    const { id, machine: name, source, limit: broken, value: at } = alarm
    if (session.plant.alarm(id)?.label !== undefined) return alarm.message
    const tag = description(alarm)?.label ?? alarm.tag ?? ''
    switch (source) {
      case 'high_high':
      case 'high':
      case 'low':
      case 'low_low':
      case 'rate':
        return broken === null ? alarm.message : t(`alarms.message.${source}`, { tag, limit: limitOf(alarm, broken) })
      case 'quality':
        return t('alarms.message.quality', { tag })
      case 'state':
        return typeof at === 'string' ? t('alarms.message.state', { machine: machine(name), state: at }) : alarm.message
      case 'stale':
        return t('alarms.message.stale', { machine: machine(name) })
      case 'panel':
        return panelMessage(partsOfAlarm(id)[1] ?? '') ?? alarm.message
      case 'error':
      case 'command':
      case 'link':
      case 'event':
        return alarm.message
      default:
        return source satisfies never
    }
  }

  function panelMessage(code: string): string | null {
    if (code === 'refused' || code === 'lost') return t(`alarms.message.${code}`)
    const title = problemTitle(code)
    return title === 'problem.other' ? null : t(title)
  }

  /** Everything that can be searched for. */
  function all(alarm: Alarm): string {
    return [
      message(alarm),
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

  return { machine, where, message, value, limit, all, nameOf }
}
