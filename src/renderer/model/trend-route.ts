import type { RouteLocationRaw } from 'vue-router'
import { MAX_TREND_TAGS, trendReference } from '../../shared/trend-tag.ts'
import { DEFAULT_VIEW, queryOfView } from './trend-view.ts'

/** The live trend of some values of a device. */
export function trendRoute(machine: string, device: string, tags: readonly string[]): RouteLocationRaw {
  const references = tags.slice(0, MAX_TREND_TAGS).map((tag) => trendReference({ machine, device, tag }))
  return { name: 'trends', query: queryOfView({ ...DEFAULT_VIEW, tags: references }) }
}
