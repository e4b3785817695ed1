import { ref, watch } from 'vue'
import { viewEvent } from '../../shared/event.ts'
import type { EventFeed, FeedPage } from '../model/event-feed.ts'
import type { FeedView } from '../model/event-rows.ts'
import { type HistoryFault, historyFault } from '../model/history-error.ts'
import { searchBack } from '../model/search-back.ts'
import { useHistory } from '../stores/history.ts'

/** Rows that one look into the journal should bring. */
const WANTED = 300
/** The journal is searched when the person has stopped typing. */
export const TYPING_MS = 300

export interface JournalSearch {
  readonly feed: () => EventFeed
  readonly view: () => FeedView
  /** The filter, as the journal is asked. */
  readonly query: () => URLSearchParams
  /** What the person types; a search waits until they have stopped. */
  readonly text: () => string
  /** True where the journal is to be looked at without being asked, as long as there are few rows. */
  readonly eager: () => boolean
  /** The feed was added to. */
  readonly touch: () => void
}

/** Looks from a feed into the journal: further back, and on towards the newest. */
export function useJournalSearch({ feed: current, view, query: filterQuery, text, eager, touch }: JournalSearch) {
  const { api } = useHistory()
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
    const query = filterQuery()
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
    const feed = current()
    if (feed.beginning) return Promise.resolve()
    return look('older', async (signal) => {
      await searchBack({
        from: feed.from,
        want: WANTED,
        signal,
        page: (before) => page('desc', before, signal),
        found: (found, before) => {
          if (!feed.addOlder(before, found)) return false
          touch()
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
    const feed = current()
    const { to } = feed
    if (to === null) return Promise.resolve()
    return look('newer', async (signal) => {
      const found = await page('asc', to, signal)
      if (signal.aborted) return
      feed.addNewer(to, found)
      touch()
    })
  }

  let typing: ReturnType<typeof setTimeout> | undefined
  let typed = ''
  // Other rows: another filter, another state, or a leap to the newest.
  watch([current, () => view().generation] as const, () => {
    stop()
    stopped.value = false
    clearTimeout(typing)
    searchedTo.value = null
    fault.value = null
    const wait = text() === typed ? 0 : TYPING_MS
    typed = text()
    typing = setTimeout(() => {
      if (eager() && current().rows.length < WANTED) void older()
    }, wait)
  })

  return { searching, searchedTo, stopped, fault, journalFirst, older, newer, stop }
}
