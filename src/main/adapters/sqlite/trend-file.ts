import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite'
import { LEVELS } from '../../../core/trend-grid.ts'
import { runColumns, runsOf } from '../../../core/trend-runs.ts'
import { SAMPLE_QUALITY, Samples } from '../../../core/trend-samples.ts'
import type { TrendBatch, TrendPosition } from '../../../core/trend-store.ts'
import { type AndonEvent, viewEvent } from '../../../shared/event.ts'
import { sampleTime, trendNews, type TrendSample } from '../../../shared/trend-sample.ts'
import { packColumns } from '../../../core/trend-pack.ts'
import { packMixed, packSamples, unpackMixed } from './trend-chunk.ts'
import { inTransaction } from './trend-database.ts'
import { intervalOf, type OpenTag, pushSample, TrendTags } from './trend-tags.ts'

/** Chunks are made of what is open when it is this old, or this much; one of them holds at most so many samples. */
const OPEN_MS = 60 * 60_000
const OPEN_SAMPLES = 500_000
const CHUNK_SAMPLES = 16_384

/** How much one step of pruning looks at and deletes: a few milliseconds' work. */
const PRUNE_TAGS = 500
const PRUNE_CHUNKS = 200
const PRUNE_PAGES = 200

/** The samples of one commit, as they go into the tail. */
class Commit {
  readonly tags: number[] = []
  readonly samples = new Samples()

  push(open: OpenTag, time: number, value: number, quality: number): void {
    pushSample(open, time, value, quality)
    this.tags.push(open.id)
    this.samples.push(time, value, quality)
  }
}

/**
 * The writing side of the trends' file. What came in is first kept as it came, one row for each commit, and by the hour
 * put in order: chunks by tag, with their runs. What is in memory is what is in the tail; after an error the whole
 * object is thrown away and made anew from the file.
 */
export class TrendFile {
  readonly tags: TrendTags
  readonly #database: DatabaseSyncInstance
  readonly #insertTail: StatementSyncInstance
  readonly #insertChunk: StatementSyncInstance
  readonly #savePosition: StatementSyncInstance
  #chunk: number
  #openSamples = 0
  #oldest = Infinity
  /** Id of the tag that pruning goes on behind. */
  #pruned = 0

  constructor(database: DatabaseSyncInstance) {
    this.#database = database
    this.tags = new TrendTags(database)
    this.#insertTail = database.prepare('INSERT INTO tail (data) VALUES (?)')
    this.#insertChunk = database.prepare('INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#savePosition = database.prepare('UPDATE position SET epoch = ?, offset = ?, time = ?')
    this.#chunk = (database.prepare('SELECT chunk FROM position').get() as { chunk: number }).chunk
    for (const row of database.prepare('SELECT data FROM tail ORDER BY id').iterate()) {
      const { tags, samples } = unpackMixed((row as unknown as { data: Uint8Array }).data)
      const { times, values, qualities } = samples
      tags.forEach((id, i) => {
        const open = this.tags.byId(id)
        if (!open) throw new RangeError('the tail names a tag that is not there')
        pushSample(open, times[i] ?? 0, values[i] ?? 0, qualities[i] ?? 0)
      })
      this.#opened(samples)
    }
  }

  get position(): TrendPosition | null {
    const row = this.#database.prepare('SELECT epoch, offset, time FROM position').get() as
      { epoch: string | null; offset: number; time: number } | undefined
    return row && row.epoch !== null ? { epoch: row.epoch, offset: row.offset, time: row.time } : null
  }

  append({ texts, position }: TrendBatch): void {
    const commit = new Commit()
    inTransaction(this.#database, () => {
      for (const text of texts) this.#take(JSON.parse(text) as AndonEvent, commit)
      const { tags, samples } = commit
      if (tags.length > 0) this.#insertTail.run(packMixed({ tags: Float64Array.from(tags), samples }))
      this.#savePosition.run(position.epoch, position.offset, position.time)
    })
    this.#opened(commit.samples)
    if (this.#openSamples >= OPEN_SAMPLES || position.time - this.#oldest >= OPEN_MS) this.seal()
  }

  /** Makes chunks of everything that is open. */
  seal(): void {
    if (this.#openSamples === 0) return
    const open = [...this.tags.all()].filter(({ samples }) => samples.length > 0)
    const saveInterval = this.#database.prepare('UPDATE tags SET interval = ? WHERE id = ?')
    let chunk = this.#chunk
    inTransaction(this.#database, () => {
      for (const tag of open) {
        for (let start = 0; start < tag.samples.length; start += CHUNK_SAMPLES) {
          chunk += 1
          this.#insert(tag.id, chunk, tag.samples.slice(start, start + CHUNK_SAMPLES))
        }
        const interval = intervalOf(tag)
        if (interval !== tag.storedInterval) saveInterval.run(interval, tag.id)
      }
      this.#database.exec('DELETE FROM tail')
      this.#database.prepare('UPDATE position SET chunk = ?').run(chunk)
    })
    this.#chunk = chunk
    this.#openSamples = 0
    this.#oldest = Infinity
    for (const tag of open) {
      tag.samples = new Samples(0)
      tag.storedInterval = intervalOf(tag)
    }
  }

  /** Deletes a little of what ended before that time; true where there may be more. */
  prune(before: number): boolean {
    const ids = [...this.tags.all()].filter(({ id }) => id > this.#pruned).slice(0, PRUNE_TAGS)
    const remove = this.#database.prepare('DELETE FROM chunks WHERE level = ? AND tag = ? AND start < ? AND end < ?')
    const kept = this.#database.prepare('SELECT 1 FROM chunks WHERE level = 0 AND tag = ? LIMIT 1')
    let deleted = 0
    inTransaction(this.#database, () => {
      for (const tag of ids) {
        if (deleted >= PRUNE_CHUNKS) break
        this.#pruned = tag.id
        LEVELS.forEach((_, level) => (deleted += remove.run(level, tag.id, before, before).changes))
        const isOver = tag.lastTime < before && tag.samples.length === 0 && !kept.get(tag.id)
        if (isOver) this.tags.remove(tag)
      }
    })
    if (ids.length > 0) return true
    this.#pruned = 0
    this.#database.exec(`PRAGMA incremental_vacuum(${PRUNE_PAGES})`)
    return false
  }

  #take(event: AndonEvent, commit: Commit): void {
    const view = viewEvent(event)
    const news = trendNews(view, (machine, device) => this.tags.typeOf(machine, device))
    if (!news) return
    const { type, ended, samples, sourceTime } = news
    if (type) this.tags.setType(type.machine, type.device, type.type)
    for (const open of ended ? this.tags.ofMachine(ended.machine, ended.device) : []) {
      this.#end(open, sampleTime(view.time, sourceTime, open.lastTime), commit)
    }
    for (const sample of samples) this.#sample(sample, view.time, sourceTime, commit)
  }

  #sample(sample: TrendSample, received: number, sourceTime: number | null, commit: Commit): void {
    const { value, quality, boolean } = sample
    if (value === null) {
      const open = this.tags.find(sample)
      if (open) this.#end(open, sampleTime(received, sourceTime, open.lastTime), commit)
      return
    }
    const open = this.tags.make(sample, boolean)
    if (!open) return
    const time = sampleTime(received, sourceTime, open.lastTime)
    const last = open.samples.length - 1
    const code = SAMPLE_QUALITY[quality]
    // Once more the same says nothing; it comes where events are read a second time.
    const isRepeated =
      open.lastTime === time && open.samples.values[last] === value && open.samples.qualities[last] === code
    if (!isRepeated) commit.push(open, time, value, code)
  }

  #end(open: OpenTag, time: number, commit: Commit): void {
    if (open.lastQuality !== SAMPLE_QUALITY.none) commit.push(open, time, 0, SAMPLE_QUALITY.none)
  }

  #opened({ times }: Samples): void {
    this.#openSamples += times.length
    for (const time of times) if (time < this.#oldest) this.#oldest = time
  }

  #insert(tag: number, number: number, samples: Samples): void {
    const { times } = samples
    const start = times[0] ?? 0
    const end = times.at(-1) ?? start
    LEVELS.forEach(({ width }, level) => {
      const data = level === 0 ? packSamples(samples) : packColumns(runColumns(runsOf(samples, width)))
      this.#insertChunk.run(level, tag, start, number, end, times.length, data)
    })
  }
}
