import { i18n } from '../i18n/index.ts'
import { useIdentity } from '../stores/identity.ts'

/** That the role does not allow something, for people, with what would help. */
export function useRoleObstacle(): () => string {
  const { t } = i18n.global
  const identity = useIdentity()
  return () => {
    const { me } = identity
    if (me?.account === null) return t('obstacle.signIn')
    return t('obstacle.role', { role: t(`role.${me?.role ?? 'viewer'}`) })
  }
}
