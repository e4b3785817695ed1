import { computed, type ComputedRef } from 'vue'
import { i18n } from '../i18n/index.ts'
import { executionTitle, isLive } from '../model/execution-view.ts'
import { useSource } from '../stores/source.ts'
import { useFormat } from './use-format.ts'

/**
 * What stands in the place of a machine's state where it has none: what it runs, the newest, or how many devices it has.
 * Null where there is nothing to say, or where it has a state.
 */
export function useInsteadOfState(machine: () => string): ComputedRef<string | null> {
  const { t } = i18n.global
  const source = useSource()
  const format = useFormat()
  return computed(() => {
    const name = machine()
    if (source.machines.get(name)?.state !== null) return null
    const running = source.executions.of(name).findLast(isLive)
    if (running) return executionTitle(running)
    const devices = source.devices.keysOf(name).length
    return devices === 0 ? null : t('devices.count', { count: format.value.number(devices) }, devices)
  })
}
