import { computed, type ComputedRef } from 'vue'
import { i18n } from '../i18n/index.ts'
import { useLinkState } from './use-obstacle.ts'

/** Why nothing can be done with alarms just now, for people; null where something can. */
export function useAlarmObstacle(): ComputedRef<string | null> {
  const { t } = i18n.global
  const link = useLinkState()
  return computed(() => {
    if (link.value === 'live') return null
    return t(`obstacle.${link.value === 'stale' ? 'link_stale' : link.value}`)
  })
}
