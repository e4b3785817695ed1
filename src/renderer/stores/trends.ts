import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { RecordedTag, TrendAnswer, TrendSeries } from '../../shared/trend-answer.ts'
import { deviceKey } from '../../shared/device.ts'
import { type EventView, viewEvent } from '../../shared/event.ts'
import { MAX_TREND_TAGS, parseTrendReference } from '../../shared/trend-tag.ts'
import { readStored, writeStored } from '../composables/stored.ts'
import { type HistoryFault, historyFault } from '../model/history-error.ts'
import { LiveSamples } from '../model/trend-live.ts'
import { markOf, marksOf } from '../model/trend-marks.ts'
import { type SavedView, savedViews, withView } from '../model/trend-saved.ts'
import { EMPTY_SERIES, extended } from '../model/trend-series.ts'
import { setpointsOf } from '../model/trend-setpoints.ts'
import { DEFAULT_VIEW, type TrendView, windowOf } from '../model/trend-view.ts'
import { useClock } from './clock.ts'
import { useHistory } from './history.ts'
import { useReplay } from './replay.ts'
import { useSession } from './session.ts'
import { useSource } from './source.ts'

const STORED = 'trend-views'
/** While a person moves the picture, the panel is not asked for every step of it. */
const SETTLE_MS = 120
/** What comes in is drawn at most this often. */
const DRAW_MS = 250
/** While the present is followed, what is drawn is asked for anew after this part of its width, and not more often than this. */
const RENEW_PART = 1 / 60
const RENEW_MS = 10_000
/** This part of the width is asked for beyond each edge, so that moving shows no blank. */
const MARGIN = 0.3
/** As fine as a pixel; the chart says how many it has. */
const LEAST_POINTS = 200
const MOST_POINTS = 2_000
/** Of each kind of event. */
const MOST_MARKS = 300
const MOST_EVENTS = 2_000
/** A wish that holds in the shown time may be from before it. */
const SETPOINT_BACK_MS = 24 * 3_600_000

/** The trend page: what is shown, the recorded values of it, and those that come in. */
export const useTrends = defineStore('trends', () => {
  const { api } = useHistory()
  const session = useSession()
  const source = useSource()
  const clock = useClock()
  const replay = useReplay()

  const view = shallowRef<TrendView>(DEFAULT_VIEW)
  /** Width of the chart, pixels. */
  const points = ref(800)
  const answer = shallowRef<TrendAnswer | null>(null)
  const earlier = shallowRef<TrendAnswer | null>(null)
  const events = shallowRef<readonly EventView[]>([])
  const recorded = shallowRef<readonly RecordedTag[]>([])
  const fault = ref<HistoryFault | null>(null)
  const loading = ref(false)
  /** Changes whenever a value has come in. */
  const version = ref(0)
  const saved = shallowRef<readonly SavedView[]>(savedViews(readStored(STORED)))
  const live = new LiveSamples((machine, device) => source.devices.get(deviceKey(machine, device))?.type ?? null)

  /** The present as far as it is shown: the last sign of life while the link is lost, the moment of a replay. */
  const now = computed(() => clock.asOf)
  const window = computed(() => windowOf(view.value, now.value))
  const following = computed(() => view.value.to === null)

  const series = computed<readonly TrendSeries[]>(() => {
    // Read for its changes.
    void version.value
    return view.value.tags.map((tag) => {
      const found = answer.value?.series.find((each) => each.tag === tag) ?? { tag, ...EMPTY_SERIES }
      return replay.active ? found : extended(found, live.of(tag))
    })
  })
  const earlierSeries = computed<readonly TrendSeries[]>(() =>
    view.value.compare === 0
      ? []
      : view.value.tags.map(
          (tag) => earlier.value?.series.find((each) => each.tag === tag) ?? { tag, ...EMPTY_SERIES },
        ),
  )
  const machines = computed(() => new Set(view.value.tags.flatMap((tag) => parseTrendReference(tag)?.machine ?? [])))
  const marks = computed(() => {
    if (!view.value.marks) return []
    const { from, to } = window.value
    return marksOf(events.value, machines.value, from, to)
  })
  const setpoints = computed(() => setpointsOf(events.value))

  let abort = new AbortController()
  let settling: ReturnType<typeof setTimeout> | undefined
  let drawing: ReturnType<typeof setTimeout> | undefined
  let stopListening: (() => void) | undefined
  /** What was asked for last. */
  let asked = { from: 0, to: 0, span: 0, compare: 0, points: 0, marks: false, key: '', at: -Infinity }

  /** Asks the panel for what is shown and a little more on either side. */
  async function load(): Promise<void> {
    clearTimeout(settling)
    settling = undefined
    abort.abort()
    const { signal } = (abort = new AbortController())
    const { tags, span, compare } = view.value
    if (tags.length === 0) {
      answer.value = earlier.value = null
      events.value = []
      fault.value = null
      return
    }
    const from = Math.floor(window.value.from - span * MARGIN)
    const to = Math.ceil(Math.min(window.value.to + span * MARGIN, Math.max(now.value, window.value.to) + 1_000))
    asked = {
      from,
      to,
      span,
      compare,
      points: points.value,
      marks: view.value.marks,
      key: tags.join('\n'),
      at: now.value,
    }
    const began = now.value
    loading.value = true
    try {
      const wanted = [
        api.trends(queryOf(from, to), signal),
        compare === 0 ? Promise.resolve(null) : api.trends(queryOf(from - compare, to - compare), signal),
        eventsOf(from, to, signal),
      ] as const
      const [values, before, happened] = await Promise.all(wanted)
      if (signal.aborted) return
      answer.value = values
      earlier.value = before
      events.value = happened
      live.forget(Math.min(began, to) - RENEW_MS)
      fault.value = null
    } catch (error) {
      if (!signal.aborted) fault.value = historyFault(error)
    } finally {
      if (abort.signal === signal) loading.value = false
    }
  }

  function queryOf(from: number, to: number): URLSearchParams {
    const wide = Math.min(MOST_POINTS, Math.max(LEAST_POINTS, Math.round(points.value * (1 + 2 * MARGIN))))
    const query = new URLSearchParams({ from: String(from), to: String(to), points: String(wide) })
    for (const tag of view.value.tags) query.append('tag', tag)
    return query
  }

  /** What happened in that time, and the wishes from before it that may still hold. */
  async function eventsOf(from: number, to: number, signal: AbortSignal): Promise<readonly EventView[]> {
    const of = async (filter: Readonly<Record<string, string>>, since = from): Promise<EventView[]> => {
      const limit = String(MOST_MARKS)
      const query = new URLSearchParams({ ...filter, from: String(since), to: String(to), order: 'desc', limit })
      return (await api.events(query, signal)).events.map(viewEvent)
    }
    const wanted = [of({ family: 'command' }, from - SETPOINT_BACK_MS)]
    if (view.value.marks) {
      wanted.push(of({ family: 'alarm' }))
      for (const machine of machines.value) {
        wanted.push(of({ machine, type: 'state_change' }), of({ machine, family: 'error' }))
      }
    }
    return (await Promise.all(wanted)).flat()
  }

  function settle(): void {
    settling ??= setTimeout(() => void load(), SETTLE_MS)
  }

  /** Asks anew where what is known is not what is shown. */
  function renew(): void {
    const { tags, span, compare, marks: wantsMarks } = view.value
    const { from, to } = window.value
    if (tags.join('\n') !== asked.key || compare !== asked.compare) {
      void load()
      return
    }
    const isOld = following.value && now.value - asked.at >= Math.max(RENEW_MS, span * RENEW_PART)
    const isOutside = from < asked.from || (!following.value && to > asked.to && asked.at < now.value - 1_000)
    const isCoarse = span < asked.span * 0.7 || span > asked.span * 1.4 || points.value > asked.points * 1.3
    const isReplayed = replay.active && (now.value > asked.to || now.value < asked.from)
    if (isOld || isOutside || isCoarse || isReplayed || (wantsMarks && !asked.marks)) settle()
  }

  function take(taken: readonly EventView[]): void {
    const changed = live.take(taken)
    const fresh = taken.filter((event) => markOf(event) || event.family === 'command')
    if (fresh.length > 0) events.value = [...events.value, ...fresh].slice(-MOST_EVENTS)
    if (changed) drawing ??= setTimeout(drawn, DRAW_MS)
  }

  function drawn(): void {
    drawing = undefined
    version.value += 1
  }

  watch(view, ({ tags }) => live.watch(tags))
  watch([view, now, points], () => {
    if (stopListening) renew()
  })
  // What happened while the link was lost is recorded: it is asked for as soon as the panel is back.
  watch(
    () => session.live,
    (isLive) => {
      if (isLive && stopListening) void load()
    },
  )
  watch(
    () => replay.active,
    () => {
      if (stopListening) void load()
    },
  )

  /** Somebody looks: from now on values are taken as they come. Returns the function for when they look away. */
  function open(): () => void {
    stopListening?.()
    live.watch(view.value.tags)
    stopListening = session.client.listen({ events: take })
    void load()
    return () => {
      stopListening?.()
      stopListening = undefined
      clearTimeout(settling)
      clearTimeout(drawing)
      settling = drawing = undefined
      abort.abort()
      // What comes in from now on is missed: it is asked for the next time.
      live.watch([])
    }
  }

  async function loadTags(): Promise<void> {
    try {
      recorded.value = await api.trendTags()
    } catch (error) {
      fault.value = historyFault(error)
    }
  }

  function change(part: Partial<TrendView>): void {
    view.value = { ...view.value, ...part }
  }

  function add(tag: string): void {
    const { tags } = view.value
    if (!tags.includes(tag) && tags.length < MAX_TREND_TAGS) change({ tags: [...tags, tag] })
  }

  function remove(tag: string): void {
    change({ tags: view.value.tags.filter((each) => each !== tag) })
  }

  function keep(views: readonly SavedView[]): void {
    saved.value = views
    writeStored(STORED, JSON.stringify(views))
  }

  return {
    view,
    points,
    now,
    window,
    following,
    series,
    earlierSeries,
    marks,
    setpoints,
    recorded,
    fault,
    loading,
    saved,
    open,
    load,
    loadTags,
    change,
    add,
    remove,
    save: (name: string, query: string): void => keep(withView(saved.value, { name, query })),
    forget: (name: string): void => keep(saved.value.filter((each) => each.name !== name)),
  }
})
