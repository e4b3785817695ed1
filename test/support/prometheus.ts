/** One figure of a text in Prometheus' format. */
export interface PrometheusSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What a text says, and what kind each metric is; throws where a line does not follow the format. */
export interface PrometheusText {
  readonly kinds: ReadonlyMap<string, string>
  readonly samples: readonly PrometheusSample[]
}

const COMMENT = /^# (?:HELP ([a-zA-Z_:][\w:]*) .+|TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary|untyped))$/
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (NaN|[+-]Inf|[-+\d.eE]+)$/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y

/**
 * Reads the text format 0.0.4.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function readPrometheus(text: string): PrometheusText {
  const kinds = new Map<string, string>()
  const samples: PrometheusSample[] = []
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  for (const line of text.split('\n')) {
    if (line === '') continue
    if (line.startsWith('#')) {
      const [, , name, kind] = COMMENT.exec(line) ?? fail(line)
      if (name !== undefined && kind !== undefined) kinds.set(name, kind)
      continue
    }
    const [, name = '', labels = '', value] = SAMPLE.exec(line) ?? fail(line)
    if (!kinds.has(name)) throw new Error(`${name} has no type before its first sample`)
    samples.push({ name, labels: readLabels(labels), value: Number(value?.replace('Inf', 'Infinity')) })
  }
  return { kinds, samples }
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < text.length) {
    const [, name = '', value = ''] = LABEL.exec(text) ?? fail(text)
    labels[name] = value.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter))
  }
  return labels
}

/** The one sample of a name with at least these labels; throws where there is none or more than one. */
export function sampleOf(
  { samples }: PrometheusText,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const found = samples.filter(
    (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )
  const [only] = found
  if (!only || found.length > 1) throw new Error(`${found.length} samples of ${name} ${JSON.stringify(labels)}`)
  return only.value
}

function fail(line: string): never {
  throw new Error(`not in the format: ${line}`)
}
