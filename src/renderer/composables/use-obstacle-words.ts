import { useI18n } from 'vue-i18n'
import type { Obstacle } from '../model/obstacle.ts'
import { useRoleObstacle } from './use-role-obstacle.ts'

/** Why a person cannot act just now, in words. */
export function useObstacleWords(): (obstacle: Obstacle) => string {
  const { t } = useI18n()
  const role = useRoleObstacle()
  return (obstacle) => {
    switch (obstacle.kind) {
      case 'interlocked':
        return t('obstacle.interlocked', { name: obstacle.name, reason: obstacle.reason })
      case 'not_in_control':
        return obstacle.holder === null
          ? t('obstacle.not_in_control')
          : t('obstacle.held_by_other', { holder: obstacle.holder })
      case 'role':
        return role()
      case 'replay':
      case 'offline':
      case 'link_stale':
      case 'machine_unknown':
      case 'machine_terminated':
      case 'machine_stale':
      case 'no_commands':
        return t(`obstacle.${obstacle.kind}`)
      default:
        return obstacle satisfies never
    }
  }
}
