import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Alarm } from '../../shared/alarm.ts'
import { AlarmNews } from '../../shared/alarm-news.ts'
import { useSession } from '../stores/session.ts'
import { useAlarmWords } from './use-alarm-words.ts'
import { useFormat } from './use-format.ts'

/** One at a time: a newer one takes the place of the one before. */
const TAG = 'andon-alarms'

/** Tells of new alarms of the plant as it is: those who listen, and those who look at something else. */
export function useAlarmNotices() {
  const { t } = useI18n()
  const session = useSession()
  const words = useAlarmWords()
  const format = useFormat()
  const news = new AlarmNews()
  /** What those who listen are told at once. */
  const said = ref('')

  // The Electron window grants its page no notifications: there the main process shows them, and nothing twice.
  function notify(fresh: readonly Alarm[]): void {
    const [first] = fresh
    if (!first || document.hasFocus() || !('Notification' in window) || Notification.permission !== 'granted') return
    const more = fresh.length - 1
    const rest = more > 0 ? `\n${t('alarms.andMore', { count: format.value.number(more) }, more)}` : ''
    const shown = new Notification(`${t(`priority.${first.priority}`)}: ${words.message(first)}`, {
      tag: TAG,
      body: `${words.where(first)}${rest}`,
    })
    shown.addEventListener('click', () => window.focus())
  }

  // The first look is at what the first snapshot brings, even if that is nothing.
  const begun = computed(() => session.source.version.value > 0)
  const all = computed(() => session.source.alarms.all())
  watch(
    [begun, all] as const,
    ([ready, alarms]) => {
      if (!ready) return
      const fresh = news.take(alarms)
      const grave = fresh.filter(({ priority }) => priority === 'critical' || priority === 'high')
      const [first] = grave
      if (first) {
        const more = grave.length - 1
        said.value = [
          t('alarms.spoken', {
            priority: t(`priority.${first.priority}`),
            message: words.message(first),
            where: words.where(first),
          }),
          ...(more > 0 ? [t('alarms.andMore', { count: format.value.number(more) }, more)] : []),
        ].join(' ')
      }
      notify(fresh)
    },
    { immediate: true },
  )

  return { said }
}
