// The panel's journal, looked at from outside: what can be read there has been committed.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseSync } from '@photostructure/sqlite'
import { nowUs } from './datagrams.mjs'

const LOOK_MS = 5
const WAIT_MS = 20_000

export class JournalFile {
  #database
  #head

  /** @param {string} dataDir */
  constructor(dataDir) {
    this.#database = new DatabaseSync(join(dataDir, 'journal.db'), { readOnly: true })
    this.#database.exec('PRAGMA busy_timeout = 1000')
    this.#head = this.#database.prepare('SELECT offset FROM head')
  }

  get head() {
    return /** @type {{ offset: number }} */ (this.#head.get()).offset
  }

  /** When the journal's head was seen at `offset`, microseconds of the shared clock. @param {number} offset */
  async reached(offset) {
    const until = performance.now() + WAIT_MS
    while (this.head < offset) {
      if (performance.now() > until) throw new Error(`the journal holds ${this.head} of ${offset} events`)
      await sleep(LOOK_MS)
    }
    return nowUs()
  }

  /** True where every event from 1 to `offset` is there. @param {number} offset */
  isComplete(offset) {
    const row = this.#database.prepare(
      'SELECT count(*) AS count, min(offset) AS first, max(offset) AS last FROM events',
    )
    const { count, first, last } = /** @type {Record<string, number>} */ (row.get())
    return count === offset && (offset === 0 || (first === 1 && last === offset))
  }

  close() {
    this.#database.close()
  }
}
