import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite'
import { IntervalRule } from '../../../core/trend-interval.ts'
import { SAMPLE_QUALITY, Samples } from '../../../core/trend-samples.ts'
import type { TrendTag } from '../../../shared/trend-tag.ts'
import { storable } from '../../../shared/well-formed.ts'

/** Further tags are not recorded: a sender that invents names must not grow the file without end. */
export const MAX_TAGS = 10_000

/** A recorded tag, with what of it is not in a chunk yet. */
export interface OpenTag extends TrendTag {
  readonly id: number
  boolean: boolean
  readonly rule: IntervalRule
  samples: Samples
  /** Time and quality of the last sample; time of the last value that could be trusted. */
  lastTime: number
  lastQuality: number
  lastValid: number | null
  /** What the rule said when chunks were made last. */
  storedInterval: number | null
}

interface TagRow extends TrendTag {
  readonly id: number
  readonly boolean: number
  readonly interval: number | null
  readonly last: number | null
}

/** The tags of the trends, and the types of devices by which single values find theirs. */
export class TrendTags {
  readonly #byId = new Map<number, OpenTag>()
  readonly #byName = new Map<string, OpenTag>()
  readonly #byMachine = new Map<string, Set<OpenTag>>()
  readonly #types = new Map<string, string>()
  readonly #insert: StatementSyncInstance
  readonly #saveType: StatementSyncInstance
  readonly #database: DatabaseSyncInstance

  constructor(database: DatabaseSyncInstance) {
    this.#database = database
    this.#insert = database.prepare('INSERT INTO tags (machine, device, tag, boolean) VALUES (?, ?, ?, ?)')
    this.#saveType = database.prepare('INSERT OR REPLACE INTO types VALUES (?, ?, ?)')
    const rows = database
      .prepare(
        `SELECT *, (SELECT end FROM chunks WHERE level = 0 AND tag = tags.id ORDER BY start DESC, number DESC LIMIT 1) AS last
         FROM tags`,
      )
      .all() as unknown as TagRow[]
    for (const row of rows) this.#add(row, row.id, row.boolean === 1, row.interval, row.last ?? 0)
    for (const row of database.prepare('SELECT * FROM types').all()) {
      const { machine, device, type } = row as unknown as { machine: string; device: string; type: string }
      this.#types.set(keyOf(machine, device), type)
    }
  }

  all(): IterableIterator<OpenTag> {
    return this.#byId.values()
  }

  byId(id: number): OpenTag | undefined {
    return this.#byId.get(id)
  }

  find(tag: TrendTag): OpenTag | undefined {
    return this.#byName.get(keyOfTag(tag))
  }

  /** `device`: null for those of all its devices. */
  ofMachine(machine: string, device: string | null): OpenTag[] {
    const all = [...(this.#byMachine.get(storable(machine)) ?? [])]
    return device === null ? all : all.filter((open) => open.device === storable(device))
  }

  /** The tag, recorded from now on; undefined where there are too many. Within a transaction. */
  make(tag: TrendTag, boolean: boolean): OpenTag | undefined {
    const known = this.find(tag)
    if (known) {
      if (known.boolean && !boolean) {
        known.boolean = false
        this.#database.prepare('UPDATE tags SET boolean = 0 WHERE id = ?').run(known.id)
      }
      return known
    }
    if (this.#byId.size >= MAX_TAGS) return undefined
    const stored = { machine: storable(tag.machine), device: storable(tag.device), tag: storable(tag.tag) }
    const { lastInsertRowid } = this.#insert.run(stored.machine, stored.device, stored.tag, boolean ? 1 : 0)
    return this.#add(stored, Number(lastInsertRowid), boolean, null, 0)
  }

  remove(tag: OpenTag): void {
    this.#database.prepare('DELETE FROM tags WHERE id = ?').run(tag.id)
    this.#byId.delete(tag.id)
    this.#byName.delete(keyOfTag(tag))
    this.#byMachine.get(tag.machine)?.delete(tag)
  }

  typeOf(machine: string, device: string): string | null {
    return this.#types.get(keyOf(machine, device)) ?? null
  }

  /** Within a transaction. */
  setType(machine: string, device: string, type: string): void {
    if (this.typeOf(machine, device) === type) return
    // As many devices as tags at most; what is forgotten is named again by the device itself.
    if (this.#types.size >= MAX_TAGS) {
      this.#types.clear()
      this.#database.exec('DELETE FROM types')
    }
    this.#types.set(keyOf(machine, device), type)
    this.#saveType.run(storable(machine), storable(device), type)
  }

  #add(tag: TrendTag, id: number, boolean: boolean, interval: number | null, lastTime: number): OpenTag {
    const { machine, device, tag: name } = tag
    const open: OpenTag = {
      id,
      machine,
      device,
      tag: name,
      boolean,
      lastTime,
      rule: new IntervalRule(),
      samples: new Samples(0),
      lastQuality: SAMPLE_QUALITY.good,
      lastValid: null,
      storedInterval: interval,
    }
    this.#byId.set(id, open)
    this.#byName.set(keyOfTag(tag), open)
    const others = this.#byMachine.get(machine)
    if (others) others.add(open)
    else this.#byMachine.set(machine, new Set([open]))
    return open
  }
}

/** Adds a sample to what is open, and to what is known of the tag. */
export function pushSample(open: OpenTag, time: number, value: number, quality: number): void {
  open.samples.push(time, value, quality)
  open.lastTime = time
  open.lastQuality = quality
  if (quality >= SAMPLE_QUALITY.bad) {
    // The time in which there was no value is no interval.
    open.lastValid = null
    return
  }
  if (open.lastValid !== null && time > open.lastValid) open.rule.take(time - open.lastValid)
  open.lastValid = time
}

export function intervalOf(open: OpenTag): number | null {
  return open.rule.known ? open.rule.interval : open.storedInterval
}

/** Names that the database cannot tell apart are one: it has each tag once. */
function keyOf(...names: readonly string[]): string {
  return names.map(storable).join('\0')
}

function keyOfTag({ machine, device, tag }: TrendTag): string {
  return keyOf(machine, device, tag)
}
