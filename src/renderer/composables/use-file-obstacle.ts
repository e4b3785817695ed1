import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useIdentity } from '../stores/identity.ts'

/** Why this page may save no file, in words; null where it may. The dialog that asks where to is a way out of a kiosk. */
export function useFileObstacle(): ComputedRef<string | null> {
  const identity = useIdentity()
  const { t } = useI18n()
  return computed(() => (identity.state?.kiosk === true ? t('export.kiosk') : null))
}
