import type { Registry } from 'prom-client'
import type { Figures } from '../metrics.ts'
import { counter } from './metric.ts'

/** A sender that invents types must not fill a monitoring system: above so many the rest is one. */
const MOST_TYPES = 50
const OTHER = 'other'

const COUNTS = {
  events: ['andon_link_events_total', 'Connection events.'],
  errors: ['andon_link_errors_total', 'Connection events that were errors.'],
  sentBytes: ['andon_link_sent_bytes_total', 'Bytes that machines’ connections sent.'],
  receivedBytes: ['andon_link_received_bytes_total', 'Bytes that machines’ connections received.'],
  responses: ['andon_link_responses_total', 'Connection events with a response time.'],
} as const
type Count = keyof typeof COUNTS | 'responseMs'

/** The machines' connections, by type. */
export function linkMetrics(registry: Registry, { folded }: Figures): void {
  const byType = (count: Count): Map<string, number> => {
    const sums = new Map<string, number>()
    for (const link of folded().links.values()) {
      const type = sums.has(link.type) || sums.size < MOST_TYPES ? link.type : OTHER
      sums.set(type, (sums.get(type) ?? 0) + link[count])
    }
    return sums
  }
  for (const count of Object.keys(COUNTS) as (keyof typeof COUNTS)[]) {
    const [name, help] = COUNTS[count]
    counter(registry, {
      name,
      help: `${help} By connection type.`,
      labels: ['type'],
      read: () => [...byType(count)].map(([type, value]) => ({ labels: { type }, value })),
    })
  }
  counter(registry, {
    name: 'andon_link_response_seconds_total',
    help: 'Sum of the response times. By connection type.',
    labels: ['type'],
    read: () => [...byType('responseMs')].map(([type, ms]) => ({ labels: { type }, value: ms / 1000 })),
  })
}
