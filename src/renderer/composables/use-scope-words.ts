import { useI18n } from 'vue-i18n'
import type { Scope } from '../../shared/account.ts'
import { useFormat } from './use-format.ts'

/** What of the plant somebody sees, in words. */
export function useScopeWords(): (scope: Scope | null) => string {
  const { t } = useI18n()
  const format = useFormat()
  return (scope) => {
    if (scope === null) return t('people.accounts.everything')
    const machines = scope.machines.length
    const groups = scope.groups.length
    return t('people.accounts.parts', {
      machines: t('people.accounts.machineCount', { count: format.value.number(machines) }, machines),
      groups: t('people.accounts.groupCount', { count: format.value.number(groups) }, groups),
    })
  }
}
