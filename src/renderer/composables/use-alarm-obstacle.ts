import { computed, type ComputedRef } from 'vue'
import type { Action } from '../../shared/account.ts'
import { i18n } from '../i18n/index.ts'
import { useIdentity } from '../stores/identity.ts'
import { useLinkState } from './use-obstacle.ts'
import { useRoleObstacle } from './use-role-obstacle.ts'

/** Why nothing can be done with alarms just now, for people; null where something can. `right`: what it takes. */
export function useAlarmObstacle(right: () => Action = () => 'alarm_acknowledge'): ComputedRef<string | null> {
  const { t } = i18n.global
  const identity = useIdentity()
  const role = useRoleObstacle()
  const link = useLinkState()
  return computed(() => {
    if (link.value === 'live') return identity.may(right()) ? null : role()
    return t(`obstacle.${link.value === 'stale' ? 'link_stale' : link.value}`)
  })
}
