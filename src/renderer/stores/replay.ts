import { defineStore } from 'pinia'
import { computed, markRaw, onScopeDispose, ref, shallowRef } from 'vue'
import { type HistoryFault, historyFault } from '../model/history-error.ts'
import { clampMoment, type ReplayRange, type Speed } from '../model/replay-range.ts'
import { Replayer } from '../model/replayer.ts'
import { Source } from '../model/source.ts'
import { useClock } from './clock.ts'
import { useHistory } from './history.ts'

/** A person who drags through the past asks for a moment when they stop, not for each on the way. */
const SCRUB_MS = 120
const PAGE_EVENTS = '1000'

const schedule = (run: (time: number) => void): unknown => requestAnimationFrame(run)

/** The replay of the past, if one is on: its own source, its own clock, and how it is driven. */
export const useReplay = defineStore('replay', () => {
  const clock = useClock()
  const { api } = useHistory()
  /** What the replay shows; null while there is none. */
  const source = shallowRef<Source | null>(null)
  const active = computed(() => source.value !== null)
  /** Oldest moment of the journal; null until known. */
  const first = ref<number | null>(null)
  /** The moment that is shown or, while another one is being fetched, that one. */
  const moment = ref(0)
  const busy = ref(false)
  const playing = ref(false)
  const speed = ref<Speed>(1)
  const caughtUp = ref(false)
  const fault = ref<HistoryFault | null>(null)
  /** When the next event happened; null where none is known. */
  const nextAt = ref<number | null>(null)
  const range = computed<ReplayRange>(() => ({ first: first.value ?? moment.value, last: clock.now }))
  let replayer: Replayer | null = null
  let opening = new AbortController()
  let scrub: ReturnType<typeof setTimeout> | undefined

  function read(from: Replayer): void {
    if (from !== replayer) return
    clock.replayed = from.at
    moment.value = from.target ?? from.at
    busy.value = from.target !== null
    playing.value = from.playing
    speed.value = from.speed
    caughtUp.value = from.caughtUp
    fault.value = from.fault
    nextAt.value = from.nextAt
  }

  function create(at: number): Replayer {
    const own: Replayer = new Replayer({
      stateAt: (moment_, signal) => api.stateAt(moment_, signal),
      eventsAfter: (offset, signal) =>
        api.events(new URLSearchParams({ order: 'asc', limit: PAGE_EVENTS, cursor: String(offset) }), signal),
      now: () => clock.now,
      frame: schedule,
      replaced: () => shown.replaced(),
      folded: (events) => shown.folded(events),
      changed: () => read(own),
    })
    const shown = markRaw(new Source(() => own.state, schedule))
    own.at = at
    replayer = own
    source.value = shown
    return own
  }

  /** Starts a replay, or takes the one that is on, to a moment or right behind an event. */
  async function open(at: number, event: number | null = null): Promise<void> {
    clearTimeout(scrub)
    const own = replayer ?? create(at)
    read(own)
    moment.value = at
    busy.value = true
    fault.value = null
    opening.abort()
    opening = new AbortController()
    const { signal } = opening
    try {
      if (first.value === null) {
        const ends = await api.journal(signal)
        if (ends.state === 'memory') fault.value = 'memory'
        else if (!ends.first) fault.value = 'empty'
        else first.value = ends.first.time
      }
    } catch (error) {
      fault.value = historyFault(error)
    }
    if (signal.aborted) return
    if (fault.value !== null) busy.value = false
    else await own.seek(clampMoment(range.value, at), event)
  }

  /** Back to the present, at once. */
  function leave(): void {
    clearTimeout(scrub)
    opening.abort()
    replayer?.close()
    replayer = null
    source.value = null
    first.value = null
    fault.value = null
    clock.replayed = null
  }

  /** To a moment, as soon as the person stays there. */
  function scrubTo(at: number): void {
    moment.value = clampMoment(range.value, at)
    busy.value = true
    clearTimeout(scrub)
    scrub = setTimeout(() => void open(moment.value), SCRUB_MS)
  }

  function togglePlay(): void {
    if (!replayer) return
    if (replayer.playing) replayer.pause()
    else replayer.play()
  }

  async function step(direction: 1 | -1): Promise<void> {
    replayer?.pause()
    await (direction === 1 ? replayer?.forward() : replayer?.back())
  }

  onScopeDispose(leave)

  return {
    source,
    active,
    range,
    moment,
    busy,
    playing,
    speed,
    caughtUp,
    fault,
    nextAt,
    open,
    leave,
    scrubTo,
    togglePlay,
    step,
    /** To the next event, without stopping. */
    skip: async (): Promise<void> => replayer?.forward(),
    setSpeed: (next: Speed): void => replayer?.setSpeed(next),
    retry: (): Promise<void> => open(moment.value),
  }
})
