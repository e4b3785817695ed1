import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { type Family, FAMILIES } from '../../shared/family.ts'
import { useJournalSearch } from '../composables/use-journal-search.ts'
import { type EventFilter, filterQuery, isFiltering, NO_FILTER } from '../model/event-filter.ts'
import { viewOf } from '../model/event-rows.ts'
import { useSource } from './source.ts'

/** What the events page shows; kept here so that it is found again as it was left. */
export const useEvents = defineStore('events', () => {
  const source = useSource()
  const filter = ref<EventFilter>(NO_FILTER)
  const filtered = computed(() => isFiltering(filter.value))
  /** A new object whenever something has changed, around rows that are changed in place. */
  const view = computed(() => viewOf(source.feed, source.feedVersion))
  const query = (): URLSearchParams => filterQuery(filter.value)

  watch([filter, () => source.feed] as const, ([next, feed]) => {
    feed.setFilter(next)
    source.touchFeed()
  })

  const search = useJournalSearch({
    feed: () => source.feed,
    view: () => view.value,
    query,
    text: () => filter.value.text,
    eager: () => filtered.value,
    touch: () => source.touchFeed(),
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

  return { filter, filtered, view, query, ...search, change, setPaused, setFollowing, kinds }
})
