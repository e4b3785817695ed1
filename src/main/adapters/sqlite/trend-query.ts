import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite'
import { Bucketer } from '../../../core/trend-buckets.ts'
import { trendCsv } from '../../../core/trend-csv.ts'
import { LEVELS, type TrendGrid, trendGrid } from '../../../core/trend-grid.ts'
import { unpackColumns } from '../../../core/trend-pack.ts'
import { runsFrom } from '../../../core/trend-runs.ts'
import type { TrendExport, TrendPart, TrendQuery } from '../../../core/trend-store.ts'
import type { RecordedTag, TrendAnswer, TrendSeries } from '../../../shared/trend-answer.ts'
import { trendReference, type TrendTag } from '../../../shared/trend-tag.ts'
import { unpackSamples } from './trend-chunk.ts'
import type { TrendFile } from './trend-file.ts'
import { intervalOf, type OpenTag } from './trend-tags.ts'

/** Where a stretch of time holds more samples than this, its runs are looked at instead. */
const MAX_SAMPLES = 2_000_000

/** About so many characters of an export at a time. */
const PART_CHARACTERS = 1024 * 1024

interface ChunkRow {
  readonly start: number
  readonly number: number
  readonly data: Uint8Array
}

/** The reading side of the trends' file. */
export class TrendReader {
  readonly #file: TrendFile
  readonly #chunks: StatementSyncInstance
  readonly #lowest: StatementSyncInstance
  readonly #count: StatementSyncInstance
  readonly #first: StatementSyncInstance
  readonly #next: StatementSyncInstance

  constructor(database: DatabaseSyncInstance, file: TrendFile) {
    this.#file = file
    this.#chunks = database.prepare(
      'SELECT data FROM chunks WHERE level = ? AND tag = ? AND start >= ? ORDER BY start, number',
    )
    // The one before the one that may reach into the asked time: the last value before it may stand there.
    this.#lowest = database.prepare(
      'SELECT start FROM chunks WHERE level = ? AND tag = ? AND start < ? ORDER BY start DESC, number DESC LIMIT 1 OFFSET 1',
    )
    this.#count = database.prepare(
      'SELECT sum(count) AS count FROM chunks WHERE level = 0 AND tag = ? AND start >= ? AND start < ?',
    )
    this.#first = database.prepare('SELECT start FROM chunks WHERE level = 0 AND tag = ? ORDER BY start LIMIT 1')
    this.#next = database.prepare(
      `SELECT start, number, data FROM chunks
       WHERE level = 0 AND tag = ? AND (start, number) > (?, ?) AND start <= ? ORDER BY start, number LIMIT 1`,
    )
  }

  query({ tags, from, to, points }: TrendQuery): string {
    const open = tags.map((tag) => this.#file.tags.find(tag))
    let grid = trendGrid(from, to, points)
    if (grid.level === 0 && this.#countOf(open, grid) > MAX_SAMPLES) {
      grid = trendGrid(from, to, points, LEVELS[1].width)
    }
    const answer: TrendAnswer = {
      from: grid.from,
      to: grid.to,
      step: grid.step,
      level: LEVELS[grid.level]?.name ?? 'raw',
      series: tags.map((tag, i) => this.#series(tag, open[i], grid)),
    }
    return JSON.stringify(answer)
  }

  tags(): string {
    const tags = [...this.#file.tags.all()].map((open): RecordedTag => {
      const { machine, device, tag: name, boolean, lastTime } = open
      const oldest = this.#first.get(open.id) as { start: number } | undefined
      return {
        tag: trendReference(open),
        machine,
        device,
        name,
        boolean,
        first: oldest?.start ?? open.samples.times[0] ?? lastTime,
        last: lastTime,
        interval: intervalOf(open),
      }
    })
    return JSON.stringify({ tags })
  }

  /** What is open must be in chunks before the first part. */
  export({ tags, from, to, cursor }: TrendExport): TrendPart {
    let text = ''
    let at = cursor ?? { tag: 0, start: -1, number: -1 }
    while (at.tag < tags.length && text.length < PART_CHARACTERS) {
      const tag = tags[at.tag]
      const open = tag && this.#file.tags.find(tag)
      const start = at.start < 0 && open ? this.#start(0, open.id, from) - 1 : at.start
      const row = open && (this.#next.get(open.id, start, at.number, to) as unknown as ChunkRow | undefined)
      if (!tag || !row) {
        at = { tag: at.tag + 1, start: -1, number: -1 }
        continue
      }
      text += trendCsv(tag, unpackSamples(row.data), from, to)
      at = { tag: at.tag, start: row.start, number: row.number }
    }
    return { text, next: at.tag < tags.length ? at : null }
  }

  #series(tag: TrendTag, open: OpenTag | undefined, grid: TrendGrid): TrendSeries {
    const interval = open ? intervalOf(open) : null
    const bucketer = new Bucketer({ ...grid, interval })
    if (open) this.#fill(bucketer, open, grid)
    return { tag: trendReference(tag), boolean: open?.boolean ?? false, interval, ...bucketer.done() }
  }

  #fill(bucketer: Bucketer, open: OpenTag, { from, level }: TrendGrid): void {
    const rows = this.#chunks.iterate(level, open.id, this.#start(level, open.id, from)) as Iterable<unknown>
    for (const row of rows as Iterable<ChunkRow>) {
      if (level === 0) bucketer.takeSamples(unpackSamples(row.data))
      else bucketer.takeRuns(runsFrom(unpackColumns(row.data)))
      if (bucketer.ended) return
    }
    bucketer.takeSamples(open.samples)
  }

  /** Where to begin reading, so that the last value before that time is among what is read. */
  #start(level: number, tag: number, time: number): number {
    return (this.#lowest.get(level, tag, time) as { start: number } | undefined)?.start ?? 0
  }

  #countOf(tags: readonly (OpenTag | undefined)[], { from, to }: TrendGrid): number {
    return tags.reduce((sum, open) => {
      if (!open) return sum
      const { count } = this.#count.get(open.id, this.#start(0, open.id, from), to) as { count: number | null }
      return sum + (count ?? 0)
    }, 0)
  }
}
