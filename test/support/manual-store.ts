import type { Entry } from '../../src/core/entry.ts'
import type { EventPage, EventQuery } from '../../src/core/event-query.ts'
import {
  FAULT_SENTENCES,
  type JournalBatch,
  JournalError,
  type JournalFault,
  type JournalStore,
  type OpenedJournal,
  type PastState,
  type Pruned,
  type PruneLimits,
} from '../../src/core/journal-store.ts'
import { MemoryStore } from '../../src/core/memory-store.ts'

/** What survives the process: the journal, and those that were set aside as damaged. */
export class Disk {
  store = new MemoryStore()
  readonly aside: MemoryStore[] = []
  /** The journal is another one than the one that was opened. */
  replaced = false

  setAside(): void {
    this.aside.push(this.store)
    this.store = new MemoryStore()
    this.replaced = true
  }
}

/** How a call ends. `lost`: it was done, but its answer never came. */
export type Outcome = 'ok' | 'lost' | JournalFault

interface Waiting {
  readonly name: string
  readonly run: (store: MemoryStore) => Promise<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (error: JournalError) => void
}

/**
 * A store whose calls wait until the test answers them: one queue for what writes and one for what reads, as with the
 * two threads of the SQLite store. A fault ends one call; `corrupt` sets the journal aside.
 */
export class ManualStore implements JournalStore {
  readonly writes: Waiting[] = []
  readonly reads: Waiting[] = []
  /** Pages that were found and handed out. */
  pages = 0

  constructor(private readonly disk: Disk) {}

  open(epoch: string): Promise<OpenedJournal> {
    return this.#write('open', async (store) => {
      const opened = await store.open(epoch)
      this.disk.replaced = false
      return opened
    })
  }

  append(batch: JournalBatch): Promise<void> {
    return this.#write('append', (store) => this.#same() ?? store.append(batch))
  }

  prune(limits: PruneLimits): Promise<Pruned> {
    return this.#write('prune', (store) => this.#same() ?? store.prune(limits))
  }

  page(after: number, limit: number): Promise<Entry[]> {
    return this.#read('page', async (store) => {
      const entries = await store.page(after, limit)
      if (entries.length > 0) this.pages += 1
      return entries
    })
  }

  query(query: EventQuery): Promise<EventPage> {
    return this.#read('query', (store) => store.query(query))
  }

  stateAt(time: number): Promise<PastState | null> {
    return this.#read('stateAt', (store) => store.stateAt(time))
  }

  close(): Promise<void> {
    return this.#write('close', (store) => store.close())
  }

  /** Answers the oldest call that writes; false where none waits. */
  answerWrite(outcome: Outcome = 'ok'): Promise<boolean> {
    return this.#answer(this.writes, outcome)
  }

  answerRead(outcome: Outcome = 'ok'): Promise<boolean> {
    return this.#answer(this.reads, outcome)
  }

  /** Answers everything, and what is asked because of it, until nobody asks any more. */
  async answerAll(): Promise<void> {
    do await settled()
    while ((await this.answerWrite()) || (await this.answerRead()))
  }

  async #answer(queue: Waiting[], outcome: Outcome): Promise<boolean> {
    const waiting = queue.shift()
    if (!waiting) return false
    if (outcome === 'ok' || outcome === 'lost') {
      const result = await waiting.run(this.disk.store).then(
        (value) => ({ value }),
        (error: unknown) => ({ error: error as JournalError }),
      )
      if ('error' in result) waiting.reject(result.error)
      else if (outcome === 'ok') waiting.resolve(result.value)
      else waiting.reject(fault('io'))
    } else {
      if (outcome === 'corrupt' && queue === this.writes) {
        this.disk.setAside()
        for (const read of this.reads.splice(0)) read.reject(fault('io'))
      }
      waiting.reject(fault(outcome))
    }
    await settled()
    return true
  }

  #same(): Promise<never> | undefined {
    return this.disk.replaced ? Promise.reject(fault('corrupt')) : undefined
  }

  #write<T>(name: string, run: (store: MemoryStore) => Promise<T>): Promise<T> {
    return this.#put(this.writes, name, run)
  }

  #read<T>(name: string, run: (store: MemoryStore) => Promise<T>): Promise<T> {
    return this.#put(this.reads, name, run)
  }

  #put<T>(queue: Waiting[], name: string, run: (store: MemoryStore) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      queue.push({ name, run, resolve: (value) => resolve(value as T), reject })
    })
  }
}

/** Lets everybody who waited for a promise go on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

function fault(name: JournalFault): JournalError {
  return new JournalError(name, FAULT_SENTENCES[name])
}
