import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import type { TrendBatch, TrendExport, TrendPart, TrendPosition, TrendQuery } from '../../../core/trend-store.ts'
import { openTrends, setTrendsAside, trendError } from './trend-database.ts'
import { TrendFile } from './trend-file.ts'
import { TrendReader } from './trend-query.ts'

/** What the thread of the trends can be asked. */
export interface TrendCalls {
  open(): { readonly position: TrendPosition | null; readonly damaged: string | null }
  append(batch: TrendBatch): void
  query(query: TrendQuery): string
  tags(): string
  export(part: TrendExport): TrendPart
  prune(before: number): boolean
  close(): void
}

interface Opened {
  readonly database: DatabaseSyncInstance
  readonly file: TrendFile
  readonly reader: TrendReader
}

/** Everything about the trends' file, in a thread of its own: whatever fails, the next call opens it anew. */
export function trendCalls(dataDir: string): TrendCalls {
  let opened: Opened | undefined
  /** Name under which a damaged file was set aside, until somebody was told. */
  let damaged: string | null = null

  const close = (): void => {
    const { database } = opened ?? {}
    opened = undefined
    database?.close()
  }
  const open = (): Opened => {
    if (opened) return opened
    const database = openTrends(dataDir)
    try {
      const file = new TrendFile(database)
      opened = { database, file, reader: new TrendReader(database, file) }
    } catch (error) {
      database.close()
      throw error
    }
    return opened
  }
  const guarded = <T>(run: (opened: Opened) => T): T => {
    try {
      return run(open())
    } catch (error) {
      // What is in memory may be ahead of the file now.
      close()
      const fault = trendError(error)
      if (fault.fault === 'corrupt') damaged = setTrendsAside(dataDir, new Date())
      throw Object.assign(fault, { cause: error })
    }
  }
  const found = (): TrendPosition | null => guarded(({ file }) => file.position)
  return {
    open: () => {
      let position: TrendPosition | null
      try {
        position = found()
      } catch (error) {
        // A damaged file has gone aside: this is about its successor.
        if (trendError(error).fault !== 'corrupt') throw error
        position = found()
      }
      const told = damaged
      damaged = null
      return { position, damaged: told }
    },
    append: (batch) => guarded(({ file }) => file.append(batch)),
    query: (query) => guarded(({ reader }) => reader.query(query)),
    tags: () => guarded(({ reader }) => reader.tags()),
    export: (part) =>
      guarded(({ file, reader }) => {
        if (part.cursor === null) file.seal()
        return reader.export(part)
      }),
    prune: (before) => guarded(({ file }) => file.prune(before)),
    close,
  }
}
