import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { viewEvent } from '../../shared/event.ts'
import type { EventView } from '../../shared/event.ts'
import { raiseOf } from '../model/alarm-event.ts'
import { FLOOD_WINDOW_MS, floodAt } from '../model/alarm-floods.ts'
import { EventTail } from '../model/event-tail.ts'
import { type HistoryFault, historyFault } from '../model/history-error.ts'
import { useClock } from './clock.ts'
import { useHistory } from './history.ts'
import { useSession } from './session.ts'

/** A flood may have begun long ago and still go on: as far back as is looked, milliseconds. */
const BACK_MS = 6 * FLOOD_WINDOW_MS
const LIMIT = '1000'

/** New alarms of the last hour, for whether there is a flood just now. Every display reckons the same. */
export const useAlarmRate = defineStore('alarm-rate', () => {
  const session = useSession()
  const clock = useClock()
  const { api } = useHistory()
  /** Times of new alarms by offset. */
  const raises = ref<ReadonlyMap<number, number>>(new Map())
  /** Why the journal could not be asked: only what was seen here is counted then. */
  const fault = ref<HistoryFault | null>(null)
  let tail: EventTail | null = null
  let asking = new AbortController()

  const times = computed(() => [...raises.value.values()].toSorted((one, other) => one - other))
  // By the minute would be too slow to say that it is over, and by the second nobody sees a difference.
  const flood = computed(() => floodAt(times.value, clock.now))

  function take(events: readonly EventView[]): void {
    const fresh = events.filter((event) => raiseOf(event) !== null)
    if (fresh.length === 0) return
    const since = clock.now - BACK_MS
    const kept = [...raises.value].filter(([, time]) => time > since)
    raises.value = new Map([...kept, ...fresh.map(({ offset, time }) => [offset, time] as const)])
  }

  async function load(): Promise<void> {
    asking.abort()
    const own = (asking = new AbortController())
    const at = session.source.feed.all()
    tail = new EventTail(at.at(-1)?.offset ?? 0)
    take(at)
    const from = String(Math.max(0, Math.floor(clock.now - BACK_MS)))
    try {
      const query = new URLSearchParams({ type: 'alarm_raised', order: 'desc', limit: LIMIT, from })
      const { events } = await api.events(query, own.signal)
      take(events.map(viewEvent))
      fault.value = null
    } catch (error) {
      if (own === asking) fault.value = historyFault(error)
    }
  }

  watch(
    () => session.live && session.loaded,
    (ready) => {
      if (ready) void load()
    },
    { immediate: true },
  )
  watch(
    () => session.source.version.value,
    () => {
      const fresh = tail?.next(session.source.feed.all())
      if (fresh) take(fresh)
      else if (fresh === null) void load()
    },
  )

  return { flood, fault }
})
