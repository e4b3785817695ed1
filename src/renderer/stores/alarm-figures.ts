import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { viewEvent } from '../../shared/event.ts'
import { type Raise, raiseOf } from '../model/alarm-event.ts'
import { type AlarmFigures, alarmFigures } from '../model/alarm-figures.ts'
import { type HistoryFault, historyFault } from '../model/history-error.ts'
import { useClock } from './clock.ts'
import { useHistory } from './history.ts'

const HOUR = 3_600_000
export const FIGURE_SPANS = ['day', 'week'] as const
export type FigureSpan = (typeof FIGURE_SPANS)[number]
const SPAN_MS: Readonly<Record<FigureSpan, number>> = { day: 24 * HOUR, week: 168 * HOUR }
const PAGE = '1000'
/** Whoever has more alarms than this in a week does not need the exact number. */
const MOST = 50_000

/** The figures of alarm management, reckoned from the journal when somebody looks at them. */
export const useAlarmFigures = defineStore('alarm-figures', () => {
  const clock = useClock()
  const { api } = useHistory()
  const span = ref<FigureSpan>('day')
  const figures = shallowRef<AlarmFigures | null>(null)
  /** The journal does not reach back as far as was asked for, or there were too many: `from` of the figures is later. */
  const cut = ref<'journal' | 'many' | null>(null)
  /** How many were read so far; null while nothing is being read. */
  const reading = ref<number | null>(null)
  const fault = ref<HistoryFault | null>(null)
  const busy = computed(() => reading.value !== null)
  let abort = new AbortController()

  async function read(from: number, to: number, signal: AbortSignal): Promise<{ raises: Raise[]; full: boolean }> {
    const raises: Raise[] = []
    let cursor: number | null = null
    do {
      const query = new URLSearchParams({
        type: 'alarm_raised',
        order: 'desc',
        limit: PAGE,
        from: String(from),
        to: String(to),
      })
      if (cursor !== null) query.set('cursor', String(cursor))
      const page = await api.events(query, signal)
      for (const event of page.events) {
        const raise = raiseOf(viewEvent(event))
        if (raise) raises.push(raise)
      }
      reading.value = raises.length
      cursor = page.next
    } while (cursor !== null && raises.length < MOST)
    return { raises: raises.toReversed(), full: cursor !== null }
  }

  async function load(): Promise<void> {
    abort.abort()
    const own = (abort = new AbortController())
    const to = Math.floor(clock.asOf)
    const from = Math.max(0, to - SPAN_MS[span.value])
    reading.value = 0
    fault.value = null
    try {
      const first = (await api.journal(own.signal)).first?.time ?? to
      const { raises, full } = await read(from, to, own.signal)
      const begin = full ? (raises[0]?.time ?? from) : Math.max(from, Math.min(first, to))
      cut.value = full ? 'many' : begin > from ? 'journal' : null
      figures.value = alarmFigures(raises, begin, to)
    } catch (error) {
      if (own === abort) fault.value = historyFault(error)
    }
    if (own === abort) reading.value = null
  }

  function choose(next: FigureSpan): void {
    span.value = next
    figures.value = null
    void load()
  }

  return { span, figures, cut, reading, busy, fault, load, choose, stop: (): void => abort.abort() }
})
