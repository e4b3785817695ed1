import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { Alarm } from '../../shared/alarm.ts'
import { useAlarmWords } from '../composables/use-alarm-words.ts'
import { useFormat } from '../composables/use-format.ts'
import { seen, type SeenAlarm } from '../model/alarm-act.ts'
import { alarmItems, type AlarmFilter, filterAlarms, isFilteringAlarms, NO_ALARM_FILTER } from '../model/alarm-list.ts'
import type { AlarmSort } from '../model/alarm-order.ts'
import { useAlarms } from './alarms.ts'

export const ALARM_TABS = ['active', 'aside', 'history', 'figures'] as const
export type AlarmTab = (typeof ALARM_TABS)[number]

/** What the alarm page shows; kept here so that it is found again as it was left. */
export const useAlarmList = defineStore('alarm-list', () => {
  const alarms = useAlarms()
  const words = useAlarmWords()
  const format = useFormat()
  const tab = ref<AlarmTab>('active')
  const filter = ref<AlarmFilter>(NO_ALARM_FILTER)
  const sort = ref<AlarmSort>('priority')
  const grouped = ref(false)
  /** Id of the alarm whose detail is open. */
  const open = ref<string | null>(null)
  const filtered = computed(() => isFilteringAlarms(filter.value))
  const passing = computed(() => filterAlarms(alarms.standing, filter.value, words.all))
  const collator = computed(() => new Intl.Collator(format.value.locale, { numeric: true }))
  const items = computed(() => alarmItems(passing.value, sort.value, grouped.value, collator.value.compare))

  /** The alarms that were chosen, each as it was when it was chosen: a newer raise of it was not. */
  const chosen = ref<ReadonlyMap<string, number>>(new Map())
  const chosenAlarms = computed<SeenAlarm[]>(() => [...chosen.value].map(([alarm, raised]) => ({ alarm, raised })))

  function toggle(alarm: Alarm): void {
    const next = new Map(chosen.value)
    if (!next.delete(alarm.id)) next.set(alarm.id, alarm.raised)
    chosen.value = next
  }

  function choose(some: readonly Alarm[]): void {
    chosen.value = new Map([...chosen.value, ...some.map((alarm) => [alarm.id, seen(alarm).raised] as const)])
  }

  function chooseNone(): void {
    if (chosen.value.size > 0) chosen.value = new Map()
  }

  // What is gone from the list cannot be acted upon unseen.
  watch(passing, (now) => {
    if (chosen.value.size === 0) return
    const there = new Set(now.map(({ id }) => id))
    const left = [...chosen.value].filter(([id]) => there.has(id))
    if (left.length < chosen.value.size) chosen.value = new Map(left)
  })

  function change(part: Partial<AlarmFilter>): void {
    filter.value = { ...filter.value, ...part }
  }

  /** Shows one alarm, wherever in the list it stands. */
  function show(id: string): void {
    const alarm = alarms.all.find((each) => each.id === id)
    if (!alarm) return
    const standing = alarms.standing.includes(alarm)
    tab.value = standing ? 'active' : 'aside'
    if (standing && !passing.value.includes(alarm)) filter.value = NO_ALARM_FILTER
    open.value = id
  }

  return {
    tab,
    filter,
    filtered,
    sort,
    grouped,
    open,
    passing,
    items,
    chosen,
    chosenAlarms,
    toggle,
    choose,
    chooseNone,
    change,
    show,
  }
})
