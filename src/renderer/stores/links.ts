import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { useFormat } from '../composables/use-format.ts'
import { minuteOf } from '../../shared/link.ts'
import { linkView, sortedLinks } from '../model/link-view.ts'
import { useClock } from './clock.ts'
import { useSource } from './source.ts'

/** What the links page shows; kept here so that it is found again as it was left. */
export const useLinks = defineStore('links', () => {
  const source = useSource()
  const clock = useClock()
  const format = useFormat()
  const text = ref('')
  const abnormalOnly = ref(false)
  /** The shown moment to the minute: figures need not be made anew with every second. */
  const minute = computed(() => minuteOf(clock.asOf))
  const all = computed(() =>
    sortedLinks(source.links.all(), format.value.locale).map((link) => linkView(link, minute.value)),
  )
  const shown = computed(() => {
    const needle = text.value.trim().toLowerCase()
    return all.value.filter(
      (view) =>
        (!abnormalOnly.value || isAbnormal(view)) &&
        `${view.link.machine}\n${view.link.type}`.toLowerCase().includes(needle),
    )
  })
  const abnormal = computed(() => all.value.filter(isAbnormal).length)

  return { text, abnormalOnly, all, shown, abnormal }
})

function isAbnormal({ link, health }: ReturnType<typeof linkView>): boolean {
  return link.failing || (health !== null && health !== 'healthy')
}
