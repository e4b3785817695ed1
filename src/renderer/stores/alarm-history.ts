import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { type EventView, viewEvent } from '../../shared/event.ts'
import { type AlarmRecord, alarmRecord } from '../model/alarm-event.ts'
import { type EventFilter, eventTest, filterQuery, NO_FILTER } from '../model/event-filter.ts'
import { EventTail } from '../model/event-tail.ts'
import { type HistoryFault, historyFault } from '../model/history-error.ts'
import { searchBack } from '../model/search-back.ts'
import { useClock } from './clock.ts'
import { useHistory } from './history.ts'
import { useSource } from './source.ts'

/** Rows that one look into the journal should bring. */
const WANTED = 100
/** Rows that are kept; beyond, the oldest go. */
const MOST = 5_000
const TYPING_MS = 300
/** Every step of an alarm, whoever took it. */
const ALARMS: EventFilter = { ...NO_FILTER, kind: 'family:alarm' }

const records = (events: readonly EventView[]): AlarmRecord[] => events.flatMap((event) => alarmRecord(event) ?? [])

/** What happened to alarms, newest first: searched for in the journal, and growing with what happens. */
export const useAlarmHistory = defineStore('alarm-history', () => {
  const source = useSource()
  const clock = useClock()
  const { api } = useHistory()
  const filter = ref<EventFilter>(ALARMS)
  const rows = shallowRef<readonly AlarmRecord[]>([])
  /** Where to look on; null at the journal's beginning. */
  const cursor = ref<number | null>(null)
  const searching = ref(false)
  const fault = ref<HistoryFault | null>(null)
  const filtered = computed(
    () => filter.value.text.trim() !== '' || filter.value.from !== null || filter.value.to !== null,
  )
  let tail: EventTail | null = null
  let search = new AbortController()
  let typing: ReturnType<typeof setTimeout> | undefined

  async function look(from: number | null): Promise<void> {
    search.abort()
    const { signal } = (search = new AbortController())
    searching.value = true
    fault.value = null
    const page = async (before: number | null) => {
      const query = filterQuery(filter.value)
      query.set('order', 'desc')
      query.set('limit', String(WANTED))
      if (before !== null) query.set('cursor', String(before))
      // What is shown ends with the replayed moment.
      if (clock.replayed !== null && filter.value.to === null) query.set('to', String(Math.floor(clock.replayed)))
      const { events, next } = await api.events(query, signal)
      return { events: events.map(viewEvent), next }
    }
    try {
      // The first look has no offset to begin before.
      let start = from
      if (start === null) {
        const first = await page(null)
        if (signal.aborted) return
        rows.value = records(first.events)
        start = cursor.value = first.next
      }
      if (start !== null && (from !== null || rows.value.length < WANTED)) {
        await searchBack({
          from: start,
          want: WANTED,
          signal,
          page,
          found: ({ events, next }) => {
            rows.value = [...rows.value, ...records(events)].slice(0, MOST)
            cursor.value = next
            return rows.value.length < MOST
          },
        })
      }
    } catch (error) {
      if (!signal.aborted) fault.value = historyFault(error)
    } finally {
      if (search.signal === signal) searching.value = false
    }
  }

  /** Looks anew from the newest. */
  function load(): Promise<void> {
    rows.value = []
    cursor.value = null
    tail = new EventTail(source.feed.all().at(-1)?.offset ?? 0)
    return look(null)
  }

  const older = (): Promise<void> => (cursor.value === null ? Promise.resolve() : look(cursor.value))

  /** Nobody looks any more. */
  function leave(): void {
    search.abort()
    clearTimeout(typing)
    searching.value = false
    tail = null
  }

  watch(
    () => source.feedVersion,
    () => {
      const fresh = tail?.next(source.feed.all())
      if (fresh === undefined) return
      if (fresh === null) {
        void load()
        return
      }
      const test = eventTest(filter.value)
      const found = records(test ? fresh.filter(test) : fresh)
      if (found.length > 0) rows.value = [...withoutKnown(found.toReversed(), rows.value), ...rows.value].slice(0, MOST)
    },
  )
  watch(
    () => source.feed,
    () => {
      if (tail) void load()
    },
  )

  function change(part: Partial<EventFilter>): void {
    const wait = part.text === undefined ? 0 : TYPING_MS
    filter.value = { ...filter.value, ...part }
    clearTimeout(typing)
    typing = setTimeout(() => void load(), wait)
  }

  function clear(): void {
    change(ALARMS)
  }

  return { filter, filtered, rows, cursor, searching, fault, load, older, leave, change, clear }
})

/** What came in while the journal was being asked may be in its answer too. */
function withoutKnown(found: readonly AlarmRecord[], rows: readonly AlarmRecord[]): AlarmRecord[] {
  const newest = rows[0]?.offset ?? 0
  return found.filter(({ offset }) => offset > newest)
}
