import { performance } from 'node:perf_hooks'
import type { Registry } from 'prom-client'
import { VERSION } from '../version.ts'
import { counter, gauge } from './metric.ts'

/**
 * The process itself. Read when somebody asks: prom-client's own set leaves observers running for as long as the process
 * lives, and a panel that has been closed leaves nothing.
 */
export function processMetrics(registry: Registry): void {
  gauge(registry, {
    name: 'andon_build_info',
    help: 'Always 1; the labels say what runs.',
    labels: ['version', 'node'],
    read: () => [{ labels: { version: VERSION, node: process.versions.node }, value: 1 }],
  })
  gauge(registry, {
    name: 'process_start_time_seconds',
    help: 'When the process started, seconds since 1970.',
    read: () => performance.timeOrigin / 1000,
  })
  counter(registry, {
    name: 'process_cpu_seconds_total',
    help: 'Processor time of the process and its kernel calls.',
    read: () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    },
  })
  gauge(registry, {
    name: 'process_resident_memory_bytes',
    help: 'Memory of the process.',
    read: () => process.memoryUsage.rss(),
  })
  gauge(registry, {
    name: 'nodejs_heap_size_used_bytes',
    help: 'JavaScript heap in use.',
    read: () => process.memoryUsage().heapUsed,
  })
  gauge(registry, {
    name: 'nodejs_external_memory_bytes',
    help: 'Memory of buffers and native parts.',
    read: () => process.memoryUsage().external,
  })
  counter(registry, {
    name: 'nodejs_eventloop_active_seconds_total',
    help: 'Time in which the event loop was busy.',
    read: () => performance.eventLoopUtilization().active / 1000,
  })
}
