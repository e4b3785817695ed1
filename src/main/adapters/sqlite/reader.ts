import { inflateRawSync } from 'node:zlib'
import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import type { Entry } from '../../../core/entry.ts'
import type { EventPage, EventQuery } from '../../../core/event-query.ts'
import { foldPast } from '../../../core/fold-past.ts'
import type { PastState, StoredState } from '../../../core/journal-store.ts'
import { containsText } from '../../../shared/contains-text.ts'
import { type AndonEvent, viewEvent } from '../../../shared/event.ts'
import { type Filter, matches } from '../../../shared/channel.ts'
import { eventDevice } from '../../../shared/event-device.ts'
import { logHead, logMatches } from '../../../shared/log-filter.ts'
import { RECENT_LIMIT } from '../../../shared/fold/recent.ts'
import { openForReading } from './database.ts'
import { journalError } from './fault.ts'
import { Names } from './names.ts'
import { entryOf, type EventRow } from './rows.ts'

/** A query looks at the log in windows of this many offsets and stops between two of them when its time is up. */
const WINDOW = 20_000
const QUERY_MS = 150

/** A page holds about this many characters at most: all of it is on its way to one viewer at a time. */
const PAGE_CHARACTERS = 1024 * 1024

/** The reading side of the journal, in a thread of its own: a long query never delays an append. */
export class JournalReader {
  readonly #database: DatabaseSyncInstance
  readonly #names: Names

  constructor(dataDir: string) {
    this.#database = openForReading(dataDir)
    this.#names = new Names(this.#database)
  }

  page(after: number, limit: number): Entry[] {
    return this.#guard(() => {
      const rows = this.#database
        .prepare('SELECT * FROM events WHERE offset > ? ORDER BY offset LIMIT ?')
        .iterate(after, limit)
      const entries: Entry[] = []
      let characters = 0
      for (const row of rows as Iterable<unknown> as Iterable<EventRow>) {
        entries.push(entryOf(row, this.#names))
        characters += row.text.length
        if (characters >= PAGE_CHARACTERS) break
      }
      return entries
    })
  }

  query(query: EventQuery): EventPage {
    return this.#guard(() => {
      const { where, values } = this.#conditions(query)
      if (where === null) return { texts: [], next: null }
      const ascending = query.order === 'asc'
      const [first, last] = this.#range(query)
      const statement = this.#database.prepare(
        `SELECT offset, text FROM events WHERE offset BETWEEN ? AND ?${where} ORDER BY offset ${ascending ? 'ASC' : 'DESC'}`,
      )
      const needle = query.text?.toLowerCase()
      const texts: string[] = []
      const until = performance.now() + QUERY_MS
      let at = ascending ? first : last
      while (ascending ? at <= last : at >= first) {
        const edge = ascending ? Math.min(at + WINDOW - 1, last) : Math.max(at - WINDOW + 1, first)
        const bounds = ascending ? [at, edge] : [edge, at]
        for (const row of statement.iterate(...bounds, ...values) as Iterable<unknown>) {
          const { offset, text } = row as { offset: number; text: string }
          if (needle !== undefined && !containsText(text, needle)) continue
          if (query.log && !isLine(query.log, text)) continue
          if (query.scope && !isSeen(query.scope, text)) continue
          texts.push(text)
          if (texts.length >= query.limit) return { texts, next: offset === (ascending ? last : first) ? null : offset }
        }
        at = ascending ? edge + 1 : edge - 1
        if (performance.now() > until) break
      }
      const more = ascending ? at <= last : at >= first
      return { texts, next: more ? (ascending ? at - 1 : at + 1) : null }
    })
  }

  stateAt(time: number): PastState | null {
    return this.#guard(() => {
      const [first, last] = this.#ends()
      const offset = this.#lastBefore(time + 1, first, last)
      const row = this.#database
        .prepare('SELECT * FROM states WHERE time <= ? AND offset <= ? ORDER BY offset DESC LIMIT 1')
        .get(time, offset) as unknown as { offset: number; time: number; folded: Uint8Array } | undefined
      const stored: StoredState | null = row
        ? { offset: row.offset, time: row.time, folded: inflateRawSync(row.folded).toString('utf8') }
        : null
      // The journal must hold everything after the stored state, or from the beginning where there is none.
      if ((stored?.offset ?? 0) < first - 1) return null
      const after = this.#texts('offset > ? AND offset <= ? ORDER BY offset', [stored?.offset ?? 0, offset])
      const before = this.#texts(`offset <= ? ORDER BY offset DESC LIMIT ${RECENT_LIMIT}`, [stored?.offset ?? 0])
      return foldPast(stored, after, before.toReversed(), time)
    })
  }

  close(): void {
    this.#database.close()
  }

  #texts(where: string, values: number[]): Pick<Entry, 'offset' | 'time' | 'text'>[] {
    return this.#database.prepare(`SELECT offset, time, text FROM events WHERE ${where}`).all(...values) as Pick<
      Entry,
      'offset' | 'time' | 'text'
    >[]
  }

  /** SQL for what a column can answer; null where a name was never seen, so that nothing can match. */
  #conditions(query: EventQuery): { where: string | null; values: (string | number)[] } {
    let where = ''
    const values: (string | number)[] = []
    for (const column of ['machine', 'type'] as const) {
      const name = query[column]
      if (name === undefined) continue
      const id = this.#names.find(name)
      if (id === undefined) return { where: null, values }
      where += ` AND ${column} = ?`
      values.push(id)
    }
    for (const column of ['family', 'level'] as const) {
      const value = query[column]
      if (value === undefined) continue
      where += ` AND ${column} = ?`
      values.push(value)
    }
    if (query.log) where += ` AND family = 'log'`
    if (query.scope && !query.scope.all && query.scope.devices.size === 0) {
      // Else the window would be spent on reading what may not be seen. Each row is looked at all the same.
      const ids = [...query.scope.machines].flatMap((name) => this.#names.find(name) ?? [])
      if (ids.length === 0) return { where: null, values }
      where += ` AND machine IN (${ids.map(() => '?').join(', ')})`
      values.push(...ids)
    }
    return { where, values }
  }

  /** First and last offset that the query can concern; empty where first > last. */
  #range(query: EventQuery): [number, number] {
    let [first, last] = this.#ends()
    if (query.cursor !== undefined) {
      if (query.order === 'asc') first = Math.max(first, query.cursor + 1)
      else last = Math.min(last, query.cursor - 1)
    }
    if (query.from !== undefined) first = Math.max(first, this.#lastBefore(query.from, first, last) + 1)
    if (query.to !== undefined) last = Math.min(last, this.#lastBefore(query.to + 1, first, last))
    return [first, last]
  }

  #ends(): [number, number] {
    const first = this.#database.prepare('SELECT min(offset) AS value FROM events').get() as { value: number | null }
    const last = this.#database.prepare('SELECT max(offset) AS value FROM events').get() as { value: number | null }
    if (first.value !== null && last.value !== null) return [first.value, last.value]
    const head = this.#database.prepare('SELECT offset FROM head').get() as { offset: number }
    return [head.offset + 1, head.offset]
  }

  /**
   * Offset of the last event before `time`; `first - 1` where there is none. Time never decreases with the offset, so
   * it is found by halving, without an index.
   */
  #lastBefore(time: number, first: number, last: number): number {
    const at = this.#database.prepare('SELECT offset, time FROM events WHERE offset >= ? ORDER BY offset LIMIT 1')
    let low = first
    let high = last + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const row = at.get(middle) as { offset: number; time: number } | undefined
      if (!row || row.offset > last || row.time >= time) high = middle
      else low = row.offset + 1
    }
    return low - 1
  }

  #guard<T>(run: () => T): T {
    try {
      return run()
    } catch (error) {
      throw journalError(error)
    }
  }
}

function isSeen(scope: Filter, text: string): boolean {
  const view = viewEvent(JSON.parse(text) as AndonEvent)
  return matches(scope, { ...view, ...eventDevice(view), log: logHead(view), text })
}

function isLine(filter: NonNullable<EventQuery['log']>, text: string): boolean {
  const head = logHead(viewEvent(JSON.parse(text) as AndonEvent))
  return head !== null && logMatches(filter, head, text)
}
