import { Registry } from 'prom-client'
import type { EventTally } from '../core/event-tally.ts'
import type { SessionTotals } from '../core/sessions.ts'
import type { ReadonlyFolded } from '../shared/folded.ts'
import type { Health } from '../shared/health.ts'
import { linkMetrics } from './metrics/link-metrics.ts'
import { panelMetrics } from './metrics/panel-metrics.ts'
import { plantMetrics } from './metrics/plant-metrics.ts'
import { processMetrics } from './metrics/process-metrics.ts'

/** Where the figures come from: the same that the pages show. */
export interface Figures {
  readonly health: () => Health
  readonly folded: () => ReadonlyFolded
  readonly sessions: () => SessionTotals
  readonly tally: Pick<EventTally, 'families' | 'commands'>
}

/**
 * The panel's figures for Prometheus. They are read when somebody asks and counted nowhere else, so that they cannot
 * differ from what the pages show. Each panel has a registry of its own.
 */
export class Metrics {
  readonly #registry = new Registry()

  constructor(figures: Figures) {
    panelMetrics(this.#registry, figures)
    plantMetrics(this.#registry, figures)
    linkMetrics(this.#registry, figures)
    processMetrics(this.#registry)
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  text(): Promise<string> {
    return this.#registry.metrics()
  }
}
