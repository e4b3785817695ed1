import type { Registry } from 'prom-client'
import { type Refusal, REFUSALS } from '../../shared/health.ts'
import type { Figures } from '../metrics.ts'
import { counter, gauge } from './metric.ts'

/** What comes in, the journal, and who is watching. */
export function panelMetrics(registry: Registry, { health, sessions }: Figures): void {
  const listeners = (count: 'received' | 'accepted' | 'errors') => () =>
    health().listeners.map((listener) => ({ labels: { listener: listener.address }, value: listener[count] }))
  counter(registry, {
    name: 'andon_ingest_received_total',
    help: 'Datagrams that came in.',
    labels: ['listener'],
    read: listeners('received'),
  })
  counter(registry, {
    name: 'andon_ingest_accepted_total',
    help: 'Datagrams that became events.',
    labels: ['listener'],
    read: listeners('accepted'),
  })
  counter(registry, {
    name: 'andon_ingest_refused_total',
    help: 'Datagrams that were refused, by reason.',
    labels: ['listener', 'reason'],
    read: () =>
      health().listeners.flatMap(({ address, refused }) =>
        REFUSALS.map((reason: Refusal) => ({ labels: { listener: address, reason }, value: refused[reason] ?? 0 })),
      ),
  })
  counter(registry, {
    name: 'andon_ingest_shed_total',
    help: 'Events beyond what one machine may send, by machine.',
    labels: ['machine'],
    read: () => {
      const { events, machines } = health().shed ?? { events: 0, machines: [] }
      const others = events - machines.reduce((sum, each) => sum + each.events, 0)
      const samples = machines.map((each) => ({ labels: { machine: each.machine }, value: each.events }))
      return others === 0 ? samples : [...samples, { labels: { machine: 'other' }, value: others }]
    },
  })
  counter(registry, {
    name: 'andon_ingest_errors_total',
    help: 'Errors of the datagram sockets themselves.',
    labels: ['listener'],
    read: listeners('errors'),
  })
  gauge(registry, {
    name: 'andon_ingest_listening',
    help: '1 while the listener is open.',
    labels: ['listener'],
    read: () =>
      health().listeners.map(({ address, state }) => ({
        labels: { listener: address },
        value: state === 'listening' ? 1 : 0,
      })),
  })

  gauge(registry, { name: 'andon_head_offset', help: 'Offset of the newest event.', read: () => health().offset })
  gauge(registry, {
    name: 'andon_journal_durable',
    help: '1 while events are being made durable, 0 while they are kept in memory only.',
    read: () => (health().journal.state === 'durable' ? 1 : 0),
  })
  gauge(registry, {
    name: 'andon_journal_durable_offset',
    help: 'Offset of the last event that would survive a power cut.',
    read: () => health().journal.durable,
  })
  gauge(registry, {
    name: 'andon_journal_bytes',
    help: 'Size of the journal.',
    read: () => {
      const { bytes } = health().journal
      return bytes === null ? [] : bytes
    },
  })
  counter(registry, {
    name: 'andon_journal_lost_total',
    help: 'Events that could not be kept.',
    read: () => health().journal.lost,
  })
  gauge(registry, {
    name: 'andon_problems',
    help: 'What is wrong with the panel itself.',
    read: () => health().problems.length,
  })

  gauge(registry, { name: 'andon_sessions', help: 'Viewers just now.', read: () => health().sessions })
  counter(registry, {
    name: 'andon_sessions_opened_total',
    help: 'Viewers that have connected.',
    read: () => sessions().opened,
  })
  gauge(registry, {
    name: 'andon_session_lag_max',
    help: 'Events between the head and the viewer that is furthest behind.',
    read: () => Math.max(0, ...health().viewers.map(({ lag }) => lag)),
  })
  gauge(registry, {
    name: 'andon_session_pending_bytes',
    help: 'Bytes on the way to viewers.',
    read: () => health().viewers.reduce((sum, { pending }) => sum + pending, 0),
  })
  gauge(registry, {
    name: 'andon_session_round_trip_max_seconds',
    help: 'Round trip of the slowest viewer; missing until one has answered a ping.',
    read: () => {
      const trips = health().viewers.flatMap(({ roundTrip }) => (roundTrip === null ? [] : [roundTrip]))
      return trips.length === 0 ? [] : Math.max(...trips) / 1000
    },
  })
  counter(registry, {
    name: 'andon_session_conflated_total',
    help: 'Values that viewers were not sent because later ones had replaced them.',
    read: () => sessions().conflated,
  })
  counter(registry, {
    name: 'andon_session_resets_total',
    help: 'How often a viewer got a snapshot in place of what it had missed.',
    read: () => sessions().resets,
  })
}
