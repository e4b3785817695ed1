import { useVirtualizer } from '@tanstack/vue-virtual'
import { computed, onScopeDispose, type Ref, ref, watch } from 'vue'
import type { Alarm } from '../../shared/alarm.ts'
import { useAlarmList } from '../stores/alarm-list.ts'
import { useMedia } from './use-media.ts'

const OVERSCAN = 4
/** Narrower than this, a row has two lines. */
const COMPACT = 720
/** Of a row this much must be in sight for it to count as seen. */
const SEEN_PART = 0.6
/** What has come in sight, or under the finger, less than this ago was not read. */
const READ_MS = 500

const keyOf = ({ id, raised }: Alarm): string => `${raised} ${id}`

/** The rows of the alarm list: which exist, which of them a person sees, and how they are walked. */
export function useAlarmRows(scroller: Readonly<Ref<HTMLElement | null>>) {
  const list = useAlarmList()
  const coarse = useMedia('(pointer: coarse)')
  const width = ref(1_000)
  const height = ref(0)
  const top = ref(0)
  const compact = computed(() => width.value < COMPACT)
  const short = useMedia('(max-height: 599px)')
  const rowHeight = computed(() => (compact.value ? 72 : coarse.value && !short.value ? 64 : 52))

  const virtualizer = useVirtualizer(
    computed(() => ({
      count: list.items.length,
      getScrollElement: () => scroller.value,
      estimateSize: () => rowHeight.value,
      getItemKey: (index: number) => list.items[index]?.key ?? index,
      overscan: OVERSCAN,
    })),
  )
  watch(rowHeight, () => virtualizer.value.measure())

  const rows = computed(() =>
    virtualizer.value.getVirtualItems().flatMap(({ index, start }) => {
      const item = list.items[index]
      return item ? [{ item, index, start }] : []
    }),
  )
  const space = computed(() => list.items.length * rowHeight.value)

  function measure(): void {
    const element = scroller.value
    width.value = element?.clientWidth ?? 0
    height.value = element?.clientHeight ?? 0
    top.value = element?.scrollTop ?? 0
  }
  const observer = new ResizeObserver(measure)
  watch(scroller, (element) => {
    observer.disconnect()
    if (element) observer.observe(element)
    measure()
  })

  /** Rows that are in sight, by what is reckoned, and not merely rendered beyond the edge. */
  const inSight = computed<Alarm[]>(() => {
    const { value: size } = rowHeight
    const [first, end] = [top.value - size * (1 - SEEN_PART), top.value + height.value - size * SEEN_PART]
    return list.items.flatMap((item, index) =>
      item.kind === 'alarm' && index * size >= first && index * size <= end ? [item.alarm] : [],
    )
  })

  /** When each raise came in sight, by id and raise. */
  let since = new Map<string, number>()
  const read = ref<readonly Alarm[]>([])
  let timer: ReturnType<typeof setTimeout> | undefined

  function reckon(): void {
    clearTimeout(timer)
    const now = performance.now()
    since = new Map(inSight.value.map((alarm) => [keyOf(alarm), since.get(keyOf(alarm)) ?? now]))
    const age = (alarm: Alarm): number => now - (since.get(keyOf(alarm)) ?? now)
    read.value = inSight.value.filter((alarm) => age(alarm) >= READ_MS)
    const youngest = Math.min(...inSight.value.map(age))
    if (youngest < READ_MS) {
      const oldest = Math.max(...inSight.value.map(age).filter((each) => each < READ_MS))
      timer = setTimeout(reckon, READ_MS - oldest + 1)
    }
  }
  watch(inSight, reckon, { immediate: true, flush: 'post' })

  /** Where each raise stands in the list, and since when. */
  let places = new Map<string, { readonly index: number; readonly since: number }>()
  watch(
    () => list.items,
    (items) => {
      const now = performance.now()
      places = new Map(
        items.flatMap((item, index) => {
          if (item.kind !== 'alarm') return []
          const key = keyOf(item.alarm)
          const before = places.get(key)
          return [[key, before?.index === index ? before : { index, since: now }] as const]
        }),
      )
    },
    { immediate: true, flush: 'post' },
  )

  /** It has stood where it stands for long enough to have been read: another one may just have pushed it there. */
  function isSteady(alarm: Alarm): boolean {
    const place = places.get(keyOf(alarm))
    return place !== undefined && performance.now() - place.since >= READ_MS
  }

  onScopeDispose(() => {
    observer.disconnect()
    clearTimeout(timer)
  })

  function moved(key: KeyboardEvent): void {
    const ids = list.items.flatMap((item, index) => (item.kind === 'alarm' ? [{ alarm: item.alarm, index }] : []))
    const current = ids.findIndex(({ alarm }) => alarm.id === list.open)
    if (key.key === ' ' && current >= 0) {
      const at = ids[current]
      if (at) list.toggle(at.alarm)
      key.preventDefault()
      return
    }
    const page = Math.max(1, Math.floor(height.value / rowHeight.value) - 1)
    const steps: Readonly<Record<string, number>> = {
      ArrowUp: current - 1,
      ArrowDown: current + 1,
      PageUp: current - page,
      PageDown: current + page,
      Home: 0,
      End: ids.length - 1,
    }
    const next = steps[key.key]
    if (next === undefined || ids.length === 0) return
    key.preventDefault()
    const target = ids[Math.min(ids.length - 1, Math.max(0, next))]
    if (!target) return
    list.open = target.alarm.id
    virtualizer.value.scrollToIndex(target.index, { align: 'auto' })
  }

  // What was asked for from elsewhere is brought in sight.
  watch(
    () => list.open,
    (id) => {
      const index = list.items.findIndex((item) => item.kind === 'alarm' && item.alarm.id === id)
      if (index >= 0) requestAnimationFrame(() => virtualizer.value.scrollToIndex(index, { align: 'auto' }))
    },
  )

  return { rows, space, rowHeight, compact, read, isSteady, measure, moved }
}
