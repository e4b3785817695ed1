import { onTestFinished } from 'vitest'
import type { Entry } from '../../src/core/entry.ts'
import { Hub } from '../../src/core/hub.ts'
import type { JournalBatch, JournalStore } from '../../src/core/journal-store.ts'
import { MemoryStore } from '../../src/core/memory-store.ts'
import { SqliteStore } from '../../src/main/adapters/sqlite/sqlite-store.ts'
import type { Datagram } from '../../src/shared/datagram.ts'
import { FakeClock } from './fake-clock.ts'
import { MemoryLog } from './memory-log.ts'
import { JOURNAL_THREAD } from './panel.ts'
import type { Random } from './random.ts'
import { randomEvent } from './random-datagram.ts'
import { tempDir } from './temp-dir.ts'

/** A journal that can be left and come back to. */
export interface TestJournal {
  /** A handle to it, as a process would have one; the one before must be closed. */
  handle(): JournalStore
}

export interface JournalKind {
  readonly name: string
  make(): TestJournal
}

export const MEMORY: JournalKind = {
  name: 'MemoryStore',
  make() {
    const store = new MemoryStore()
    return { handle: () => store }
  },
}

export const SQLITE: JournalKind = {
  name: 'SqliteStore',
  make() {
    const dir = tempDir()
    return { handle: () => sqliteStore(dir) }
  },
}

/** A store on real files with its real threads, closed with the test. */
export function sqliteStore(dataDir: string, log = new MemoryLog()): SqliteStore {
  const store = new SqliteStore({ dataDir, threadFile: JOURNAL_THREAD, log })
  onTestFinished(() => store.close())
  return store
}

/** Makes entries as the core makes them, and hands them to a store batch by batch. */
export class LogMaker {
  readonly clock = new FakeClock()
  readonly hub = new Hub({ clock: this.clock, epoch: 'maker' })
  /** All so far. */
  readonly entries: Entry[] = []

  add(body: Datagram, text = JSON.stringify(body)): Entry {
    return this.#keep(this.hub.append('machine', body, text))
  }

  /** An event of the panel or of an operator. */
  report(...report: Parameters<Hub['report']>): Entry {
    return this.#keep(this.hub.report(...report))
  }

  /** So many random events, between which time passes or not. */
  random(random: Random, count: number, machines?: readonly string[]): Entry[] {
    return Array.from({ length: count }, () => {
      this.clock.pass(random.pick([0, 0, 1, 40]))
      return this.#keep(randomEvent(this.hub, random, machines))
    })
  }

  /** The state at this moment, as a commit stores it. */
  state(): JournalBatch['state'] {
    return { offset: this.hub.head, time: this.hub.time, folded: this.hub.foldedText() }
  }

  #keep(entry: Entry): Entry {
    this.entries.push(entry)
    return entry
  }
}

/** A batch of which only some parts matter. */
export function batch(entries: readonly Entry[], rest: Partial<JournalBatch> = {}): JournalBatch {
  return { entries, state: null, gapEnd: 0, consumers: new Map(), ...rest }
}
