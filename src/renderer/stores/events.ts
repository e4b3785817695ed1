import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { viewEvent } from '../../shared/event.ts'
import { type Family, FAMILIES } from '../../shared/family.ts'
import type { FeedPage } from '../model/event-feed.ts'
import { type EventFilter, filterQuery, isFiltering, NO_FILTER } from '../model/event-filter.ts'
import { type HistoryFault, historyFault } from '../model/history-error.ts'
import { searchBack } from '../model/search-back.ts'
import { useHistory } from './history.ts'
import { useSource } from './source.ts'

/** Rows that one look into the journal should bring. */
const WANTED = 300
/** The journal is searched when the person has stopped typing. */
const TYPING_MS = 300

/** What the events page shows; kept here so that it is found again as it was left. */
export const useEvents = defineStore('events', () => {
  const source = useSource()
  const { api } = useHistory()
  const filter = ref<EventFilter>(NO_FILTER)
  const filtered = computed(() => isFiltering(filter.value))
  /** A new object whenever something has changed, around rows that are changed in place. */
  const view = computed(() => {
    const { feed } = source
    return {
      version: source.feedVersion,
      rows: feed.rows,
      gone: feed.gone,
      generation: feed.generation,
      held: feed.held,
      paused: feed.paused,
      beginning: feed.beginning,
      more: feed.to !== null,
      feed,
    }
  })

  /** What is looked for in the journal just now. */
  const searching = ref<'older' | 'newer' | null>(null)
  /** How far back the search has come: a time, the panel's clock. */
  const searchedTo = ref<number | null>(null)
  const fault = ref<HistoryFault | null>(null)
  /** Time of the journal's oldest event; null until known. */
  const journalFirst = ref<number | null>(null)
  /** The person has had enough: nothing more is looked for until they ask. */
  const stopped = ref(false)
  let search = new AbortController()

  function stop(): void {
    search.abort()
    searching.value = null
    stopped.value = true
  }

  /** Begins a search and ends the one before. */
  async function look(direction: 'older' | 'newer', run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    search.abort()
    const own = (search = new AbortController())
    searching.value = direction
    stopped.value = false
    fault.value = null
    try {
      await run(own.signal)
    } catch (error) {
      if (own === search) fault.value = historyFault(error)
    }
    if (own === search) searching.value = null
  }

  async function page(order: 'asc' | 'desc', cursor: number, signal: AbortSignal): Promise<FeedPage> {
    const query = filterQuery(filter.value)
    query.set('order', order)
    query.set('limit', String(WANTED))
    query.set('cursor', String(cursor))
    const { events, next } = await api.events(query, signal)
    return { events: events.map(viewEvent), next }
  }

  /** Tells how far back a search has come that found too little to tell it itself. */
  async function tellHowFar(cursor: number, signal: AbortSignal): Promise<void> {
    const query = new URLSearchParams({ order: 'desc', limit: '1', cursor: String(cursor) })
    const [event] = (await api.events(query, signal)).events
    if (event) searchedTo.value = event.time
  }

  async function tellBeginning(signal: AbortSignal): Promise<void> {
    journalFirst.value = (await api.journal(signal)).first?.time ?? null
  }

  /** Looks further back in the journal. */
  function older(): Promise<void> {
    const { feed } = source
    if (feed.beginning) return Promise.resolve()
    return look('older', async (signal) => {
      await searchBack({
        from: feed.from,
        want: WANTED,
        signal,
        page: (before) => page('desc', before, signal),
        found: (found, before) => {
          if (!feed.addOlder(before, found)) return false
          source.touchFeed()
          const oldest = found.events.at(-1)
          if (oldest) searchedTo.value = oldest.time
          else if (found.next !== null) void tellHowFar(found.next, signal).catch(() => undefined)
          return true
        },
      })
      if (feed.beginning) await tellBeginning(signal)
    })
  }

  /** Looks on towards the newest, where the rows end before it. */
  function newer(): Promise<void> {
    const { feed } = source
    const { to } = feed
    if (to === null) return Promise.resolve()
    return look('newer', async (signal) => {
      const found = await page('asc', to, signal)
      if (signal.aborted) return
      feed.addNewer(to, found)
      source.touchFeed()
    })
  }

  watch([filter, () => source.feed] as const, ([next, feed]) => {
    feed.setFilter(next)
    source.touchFeed()
  })

  let typing: ReturnType<typeof setTimeout> | undefined
  let typed = ''
  // Other rows: another filter, another state, or a leap to the newest.
  watch([() => source.feed, () => view.value.generation] as const, () => {
    stop()
    stopped.value = false
    clearTimeout(typing)
    searchedTo.value = null
    fault.value = null
    const { text } = filter.value
    const wait = text === typed ? 0 : TYPING_MS
    typed = text
    typing = setTimeout(() => {
      if (filtered.value && source.feed.rows.length < WANTED) void older()
    }, wait)
  })

  function change(part: Partial<EventFilter>): void {
    filter.value = { ...filter.value, ...part }
  }

  function setPaused(paused: boolean): void {
    if (paused) source.feed.pause()
    else source.feed.resume()
    source.touchFeed()
  }

  function setFollowing(following: boolean): void {
    source.feed.follow(following)
    source.touchFeed()
  }

  /** The families and types among the events at hand, for a choice. */
  function kinds(): { families: Family[]; types: string[] } {
    const families = new Set<Family>()
    const types = new Set<string>()
    for (const event of source.feed.all()) {
      families.add(event.family)
      types.add(event.type)
    }
    return { families: FAMILIES.filter((family) => families.has(family)), types: [...types].toSorted() }
  }

  return {
    filter,
    filtered,
    view,
    searching,
    searchedTo,
    stopped,
    fault,
    journalFirst,
    change,
    setPaused,
    setFollowing,
    kinds,
    older,
    newer,
    stop,
  }
})
