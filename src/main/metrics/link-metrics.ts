import type { Registry } from 'prom-client'
import { type Link, linkKey } from '../../shared/link.ts'
import { linkHour } from '../../shared/link-figures.ts'
import { percentile } from '../../shared/response-histogram.ts'
import type { Figures } from '../metrics.ts'
import { counter, gauge, type Sample } from './metric.ts'

/**
 * A sender that invents types must not fill a monitoring system, which forgets no name: the first so many links keep
 * their own for as long as the panel runs, the counts of all others are one.
 */
export const MOST_NAMED_LINKS = 200
const OTHER = { machine: 'other', type: 'other' } as const

const LABELS = ['machine', 'type'] as const
type Labels = Readonly<Record<(typeof LABELS)[number], string>>

const COUNTS = [
  ['events', 'Connection events.'],
  ['errors', 'Connection events that were errors.'],
  ['sent_bytes', 'Bytes that connections sent.'],
  ['received_bytes', 'Bytes that connections received.'],
  ['responses', 'Connection events with a response time.'],
  ['response_seconds', 'Sum of the response times.'],
] as const

const COUNT: Readonly<Record<(typeof COUNTS)[number][0], (link: Link) => number>> = {
  events: ({ events }) => events,
  errors: ({ errors }) => errors,
  sent_bytes: ({ sentBytes }) => sentBytes,
  received_bytes: ({ receivedBytes }) => receivedBytes,
  responses: ({ responses }) => responses,
  response_seconds: ({ responseMs }) => responseMs / 1000,
}

const QUANTILES = [0.5, 0.95] as const

/** The machines' connections, by machine and type: what the links page shows. */
export function linkMetrics(registry: Registry, { folded, health }: Figures): void {
  const named = new Set<string>()

  /** Links that have a name of their own, and the others. */
  function links(): { own: Link[]; others: Link[] } {
    const own: Link[] = []
    const others: Link[] = []
    for (const link of folded().links.values()) {
      const key = linkKey(link.machine, link.type)
      if (named.size < MOST_NAMED_LINKS) named.add(key)
      if (named.has(key)) own.push(link)
      else others.push(link)
    }
    return { own, others }
  }

  for (const [count, help] of COUNTS) {
    const read = COUNT[count]
    counter(registry, {
      name: `andon_link_${count}_total`,
      help,
      labels: LABELS,
      read: () => {
        const { own, others } = links()
        const samples: Sample<keyof Labels>[] = own.map((link) => ({ labels: labelsOf(link), value: read(link) }))
        if (others.length > 0) {
          samples.push({ labels: OTHER, value: others.reduce((sum, link) => sum + read(link), 0) })
        }
        return samples
      },
    })
  }
  gauge(registry, {
    name: 'andon_link_response_quantile_seconds',
    help: 'Response time that this share of the latest one or two thousand responses did not exceed.',
    labels: [...LABELS, 'quantile'],
    read: () =>
      links().own.flatMap((link) =>
        QUANTILES.flatMap((quantile) => {
          const ms = percentile(link.histogram, quantile)
          return ms === null ? [] : [{ labels: { ...labelsOf(link), quantile: String(quantile) }, value: ms / 1000 }]
        }),
      ),
  })
  gauge(registry, {
    name: 'andon_link_health_score',
    help: 'Score of the last hour, 0 to 100; missing while a link has been quiet for so long.',
    labels: LABELS,
    read: () =>
      links().own.flatMap((link) => {
        const { score } = linkHour(link, health().time)
        return score === null ? [] : [{ labels: labelsOf(link), value: score }]
      }),
  })
  gauge(registry, {
    name: 'andon_link_failing',
    help: '1 where the last event of a link was an error.',
    labels: LABELS,
    read: () => links().own.map((link) => ({ labels: labelsOf(link), value: link.failing ? 1 : 0 })),
  })
}

function labelsOf({ machine, type }: Link): Labels {
  return { machine, type }
}
