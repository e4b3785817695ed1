import { defineStore } from 'pinia'
import { computed, markRaw, ref, shallowRef, watch } from 'vue'
import { ALL_LINES, type LogFilter, typedLogFilter } from '../../shared/log-filter.ts'
import { TYPING_MS, useJournalSearch } from '../composables/use-journal-search.ts'
import { EventFeed } from '../model/event-feed.ts'
import { viewOf } from '../model/event-rows.ts'
import { logQuery, logTest } from '../model/log-line.ts'
import { LogStream } from '../model/log-stream.ts'
import { LogSubscription } from '../model/log-subscription.ts'
import { connectToPanel } from './connect.ts'
import { useReplay } from './replay.ts'
import { useSession } from './session.ts'
import { useSource } from './source.ts'

const schedule = (run: () => void): unknown => requestAnimationFrame(run)
const NOTHING = new EventFeed()

/**
 * What the log page shows. Over the network the lines come through a session of their own, for as long as the page is
 * open. The machine's own display takes them from the session that it has: a window is one viewer, and there is no
 * network between it and the panel. So does a replay, whose events are all here.
 */
export const useLogs = defineStore('logs', () => {
  const session = useSession()
  const source = useSource()
  const replay = useReplay()
  /** As it is being typed. */
  const filter = ref<LogFilter>(ALL_LINES)
  /** As it is asked for. */
  const asked = shallowRef<LogFilter>(ALL_LINES)
  const open = ref(false)
  const stream = shallowRef<LogStream | null>(null)
  const linked = ref(false)
  /** Where the lines come from; null while nobody looks, or it is not known yet. */
  const from = computed(() => {
    if (!open.value) return null
    if (replay.active) return 'source'
    if (session.capabilities === null) return null
    return session.capabilities.localDisplay ? 'source' : 'subscription'
  })
  const filtered = computed(() => JSON.stringify(filter.value) !== JSON.stringify(ALL_LINES))
  const feed = computed(() => stream.value?.feed ?? NOTHING)
  /** A new object whenever something has changed, around rows that are changed in place. */
  const view = computed(() => viewOf(feed.value, stream.value?.version.value ?? 0))
  const loaded = computed(() => stream.value?.loaded.value ?? false)
  /** The page’s own link is lost: nothing new comes in. */
  const lost = computed(() => from.value === 'subscription' && loaded.value && !linked.value)
  const query = (): URLSearchParams => logQuery(asked.value)
  const touch = (): void => stream.value?.changed()
  let subscription: LogSubscription | null = null

  const search = useJournalSearch({
    feed: () => feed.value,
    view: () => view.value,
    query,
    // The filter is not even asked for before the person has stopped typing.
    text: () => '',
    eager: () => loaded.value,
    touch,
  })

  function fresh(test: boolean): LogStream {
    return markRaw(new LogStream(test ? logTest(asked.value) : null, schedule))
  }

  function subscribe(): LogSubscription {
    return new LogSubscription(
      asked.value,
      { connect: connectToPanel(), client: { name: 'andon-log' }, online: () => navigator.onLine },
      {
        replaced: (lines, head) => stream.value?.replaced(lines, head),
        added: (lines) => stream.value?.added(lines),
        live: (live) => (linked.value = live),
      },
    )
  }

  watch(from, (now) => {
    subscription?.close()
    subscription = null
    linked.value = false
    stream.value = now === null ? null : fresh(now === 'source')
    if (now === 'subscription') subscription = subscribe()
  })
  watch(asked, (next) => {
    if (from.value === null) return
    stream.value = fresh(from.value === 'source')
    subscription?.show(next)
  })
  watch(
    [stream, () => source.feed, () => source.feedVersion] as const,
    ([into, shown], before) => {
      if (from.value !== 'source' || !into || !source.loaded) return
      // Another source is another place in time.
      if (before[1] !== undefined && before[1] !== shown && before[0] === into) stream.value = fresh(true)
      else into.follow(shown.all())
    },
    { flush: 'post' },
  )
  watch(
    () => session.live,
    (live) => {
      // The one link shows that the other may be had too.
      if (live) subscription?.retryNow()
    },
  )

  let typing: ReturnType<typeof setTimeout> | undefined
  function change(part: Partial<LogFilter>): void {
    const words = part.levels === undefined && Object.values(part).some((value) => value !== '')
    filter.value = { ...filter.value, ...part }
    clearTimeout(typing)
    typing = setTimeout(() => (asked.value = typedLogFilter(filter.value)), words ? TYPING_MS : 0)
  }

  function setPaused(paused: boolean): void {
    if (paused) feed.value.pause()
    else feed.value.resume()
    touch()
  }

  function setFollowing(following: boolean): void {
    feed.value.follow(following)
    touch()
  }

  function setOpen(value: boolean): void {
    open.value = value
  }

  return {
    filter,
    filtered,
    from,
    stream,
    view,
    loaded,
    lost,
    query,
    ...search,
    change,
    setPaused,
    setFollowing,
    setOpen,
  }
})
