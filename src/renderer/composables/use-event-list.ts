import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/vue-virtual'
import { computed, nextTick, onMounted, type Ref, watch } from 'vue'
import type { EventView } from '../../shared/event.ts'
import type { EventRows } from '../model/event-rows.ts'
import { useMedia } from './use-media.ts'

const OVERSCAN = 8
/** The list's own header and what stands before the first row, which are part of what is scrolled. */
const HEAD = 32
const EDGE = 44
/** Older rows are fetched when fewer than this many are left above. */
const NEAR_ROWS = 12

/** The virtual list of events: which rows exist, where they are, and how it follows, keeps its place and is walked. */
export function useEventList(
  events: EventRows,
  scroller: Readonly<Ref<HTMLElement | null>>,
  selected: Ref<EventView | null>,
  follow: Ref<boolean>,
) {
  const narrow = useMedia('(max-width: 719px)')
  const coarse = useMedia('(pointer: coarse)')
  const rowHeight = computed(() => (narrow.value ? 52 : coarse.value ? 44 : 32))
  /** A new object for each change, around rows that are changed in place: what reads rows must read it anew. */
  const view = computed(() => events.view)
  const rowCount = computed(() => view.value.rows.length)
  /** Something is to be said of what lies before the first row. */
  const edged = computed(() => rowCount.value > 0 || events.filtered)
  const headHeight = computed(() => (narrow.value ? 0 : HEAD) + (edged.value ? EDGE : 0))
  /** Where the list was scrolled to when we last knew. */
  let place = 0

  /**
   * While following, what is in sight is the end, whatever the browser has scrolled to so far: its scroll event comes a
   * frame late, and until then a fast stream would show a blank.
   */
  function lastIndexes({ count }: Range): number[] {
    const seen = Math.ceil((scroller.value?.clientHeight ?? 0) / rowHeight.value) + OVERSCAN
    const first = Math.max(0, count - seen)
    return Array.from({ length: count - first }, (_, index) => first + index)
  }

  const virtualizer = useVirtualizer(
    computed(() => ({
      count: rowCount.value,
      rangeExtractor: follow.value ? lastIndexes : defaultRangeExtractor,
      getScrollElement: () => scroller.value,
      estimateSize: () => rowHeight.value,
      overscan: OVERSCAN,
      scrollMargin: headHeight.value,
      // The header lies over the rows.
      scrollPaddingStart: narrow.value ? 0 : HEAD,
    })),
  )
  watch(rowHeight, () => virtualizer.value.measure())

  const items = computed(() => {
    const { rows } = view.value
    return virtualizer.value.getVirtualItems().flatMap(({ index, start }) => {
      const event = rows[index]
      return event ? [{ event, index, start: start - headHeight.value }] : []
    })
  })
  const height = computed(() => rowCount.value * rowHeight.value)

  function scrollTo(top: number): void {
    const element = scroller.value
    if (!element) return
    element.scrollTop = top
    place = element.scrollTop
  }

  function toNewest(): void {
    scrollTo(height.value + headHeight.value)
  }

  watch(
    view,
    async (now, before) => {
      await nextTick()
      if (follow.value) toNewest()
      else if (now.feed === before.feed && now.generation === before.generation) {
        // What is looked at stays where it is while older rows come and go.
        const gone = now.gone - before.gone
        if (gone !== 0) scrollTo(Math.max(0, place - gone * rowHeight.value))
      }
    },
    { flush: 'pre' },
  )
  // The detail takes room from the list: what was chosen stays in sight.
  watch(selected, async (event) => {
    if (!event) return
    await nextTick()
    const index = view.value.rows.indexOf(event)
    if (index >= 0) requestAnimationFrame(() => virtualizer.value.scrollToIndex(index, { align: 'auto' }))
  })
  watch(follow, (value) => {
    if (value) toNewest()
  })
  onMounted(async () => {
    await nextTick()
    if (follow.value) toNewest()
  })

  function scrolled(): void {
    const element = scroller.value
    if (!element) return
    const atEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - rowHeight.value / 2
    // Only a person scrolls upwards; growing rows just leave the end further away.
    if (element.scrollTop < place - 2 && !atEnd) follow.value = false
    else if (atEnd && element.scrollTop > place && !view.value.more) follow.value = true
    place = element.scrollTop
    if (events.searching !== null || events.stopped || events.fault !== null || follow.value) return
    // Who has come to a button in here with the keyboard is about to press it.
    const focused = document.activeElement
    if (focused !== element && element.contains(focused)) return
    if (place < NEAR_ROWS * rowHeight.value) void events.older()
    else if (atEnd) void events.newer()
  }

  function select(event: EventView): void {
    selected.value = event
    follow.value = false
  }

  function moved(key: KeyboardEvent): void {
    const list = view.value.rows
    const page = Math.max(1, Math.floor((scroller.value?.clientHeight ?? 0) / rowHeight.value) - 2)
    const current = selected.value ? list.indexOf(selected.value) : list.length
    const steps: Readonly<Record<string, number>> = {
      ArrowUp: current - 1,
      ArrowDown: current + 1,
      PageUp: current - page,
      PageDown: current + page,
      Home: 0,
      End: list.length - 1,
    }
    const next = steps[key.key]
    if (next === undefined || list.length === 0) return
    key.preventDefault()
    const index = Math.min(list.length - 1, Math.max(0, next))
    const event = list[index]
    if (event) select(event)
    if (index === 0) scrollTo(0)
    else virtualizer.value.scrollToIndex(index, { align: 'auto' })
  }

  /** Only a row that exists can be pointed at. */
  const activeId = computed(() => items.value.find(({ event }) => event === selected.value)?.event.offset)

  return { rowCount, items, height, rowHeight, scrolled, moved, select, activeId, edged }
}
