import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { type Family, FAMILIES } from '../../shared/family.ts'
import { type EventFilter, NO_FILTER } from '../model/event-filter.ts'
import { useSession } from './session.ts'

/** What the events page shows; kept here so that it is found again as it was left. */
export const useEvents = defineStore('events', () => {
  const session = useSession()
  const { feed } = session
  const filter = ref<EventFilter>(NO_FILTER)
  const filtered = computed(() => {
    const { machine, kind, text } = filter.value
    return machine !== null || kind !== null || text.trim() !== ''
  })
  /** A new object whenever something has changed, around rows that are changed in place. */
  const view = computed(() => ({
    version: session.feedVersion,
    rows: feed.rows,
    gone: feed.gone,
    generation: feed.generation,
    held: feed.held,
    paused: feed.paused,
    size: feed.size,
  }))

  watch(filter, (next) => {
    feed.setFilter(next)
    session.touchFeed()
  })

  function change(part: Partial<EventFilter>): void {
    filter.value = { ...filter.value, ...part }
  }

  function setPaused(paused: boolean): void {
    if (paused) feed.pause()
    else feed.resume()
    session.touchFeed()
  }

  /** The families and types among the events at hand, for a choice. */
  function kinds(): { families: Family[]; types: string[] } {
    const families = new Set<Family>()
    const types = new Set<string>()
    for (const event of feed.all()) {
      families.add(event.family)
      types.add(event.type)
    }
    return { families: FAMILIES.filter((family) => families.has(family)), types: [...types].toSorted() }
  }

  return { filter, filtered, view, change, setPaused, kinds }
})
