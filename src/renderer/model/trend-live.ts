import type { EventView } from '../../shared/event.ts'
import { sampleTime, trendNews } from '../../shared/trend-sample.ts'
import { parseTrendReference, trendReference } from '../../shared/trend-tag.ts'
import type { LiveSample } from './trend-series.ts'

/** So many of each tag; what is older is asked for again long before. */
const MOST = 5_000

type TypeOf = (machine: string, device: string) => string | null

/** The values of some tags as they come in, by the same rules as they are recorded. */
export class LiveSamples {
  readonly #typeOf: TypeOf
  #byTag = new Map<string, LiveSample[]>()

  constructor(typeOf: TypeOf) {
    this.#typeOf = typeOf
  }

  of(tag: string): readonly LiveSample[] {
    return this.#byTag.get(tag) ?? []
  }

  /** From now on these tags; what is known of others is forgotten. */
  watch(tags: readonly string[]): void {
    this.#byTag = new Map(tags.map((tag) => [tag, this.#byTag.get(tag) ?? []]))
  }

  /** Forgets what came before: it is recorded by now. */
  forget(before: number): void {
    for (const [tag, samples] of this.#byTag) {
      this.#byTag.set(
        tag,
        samples.filter(({ time }) => time >= before),
      )
    }
  }

  /** True where one of the tags has a new value. */
  take(events: readonly EventView[]): boolean {
    let changed = false
    for (const event of events) {
      const news = trendNews(event, this.#typeOf)
      if (!news) continue
      const { ended } = news
      for (const tag of ended ? this.#byTag.keys() : []) {
        const name = parseTrendReference(tag)
        if (!name || name.machine !== ended?.machine) continue
        if (ended.device !== null && ended.device !== name.device) continue
        changed = this.#push(tag, event.time, null, null, 0) || changed
      }
      for (const sample of news.samples) {
        const value = sample.quality === 'bad' ? null : sample.value
        const quality = sample.quality === 'uncertain' ? 1 : 0
        changed = this.#push(trendReference(sample), event.time, news.sourceTime, value, quality) || changed
      }
    }
    return changed
  }

  #push(tag: string, received: number, source: number | null, value: number | null, quality: 0 | 1): boolean {
    const samples = this.#byTag.get(tag)
    if (!samples) return false
    const time = sampleTime(received, source, samples.at(-1)?.time ?? 0)
    samples.push({ time, value, quality })
    if (samples.length > MOST) samples.splice(0, samples.length - MOST)
    return true
  }
}
