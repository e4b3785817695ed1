import { Counter, Gauge, type Registry } from 'prom-client'

/** One figure; without labels where there is only one. */
export interface Sample<Label extends string> {
  readonly labels?: Readonly<Record<Label, string>>
  readonly value: number
}

export interface Metric<Label extends string> {
  readonly name: string
  readonly help: string
  readonly labels?: readonly Label[]
  /** Called whenever somebody asks. */
  readonly read: () => readonly Sample<Label>[] | number
}

/** A figure that only grows while the panel runs. */
export function counter<Label extends string = never>(registry: Registry, metric: Metric<Label>): void {
  define(registry, metric, Counter)
}

/** A figure as it is just now. */
export function gauge<Label extends string = never>(registry: Registry, metric: Metric<Label>): void {
  define(registry, metric, Gauge)
}

function define<Label extends string>(
  registry: Registry,
  { name, help, labels = [], read }: Metric<Label>,
  Kind: typeof Counter | typeof Gauge,
): void {
  const metric: Counter | Gauge = new Kind({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect() {
      // The figure is kept elsewhere: what was told last time is not added to.
      metric.reset()
      // One without labels begins with a nought, also where nothing is known.
      if (labels.length === 0) metric.remove()
      const told = read()
      const samples: readonly Sample<Label>[] = typeof told === 'number' ? [{ value: told }] : told
      for (const { labels: named, value } of samples) {
        if (named) metric.inc(named, value)
        else metric.inc(value)
      }
    },
  })
}
