import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { JournalFault } from '../../src/core/journal-store.ts'
import { JOURNAL_THREAD } from './panel.ts'
import { tempDir } from './temp-dir.ts'

/** Stands between the panel and the built journal thread: while the file `fault` says so, what is written fails. */
const THREAD = `
import { appendFileSync, readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'

const on = parentPort.on.bind(parentPort)
parentPort.on = (name, listener) => on(name, name !== 'message' ? listener : (call) => {
  const said = () => (workerData.role === 'ROLE' ? readFileSync(FILE, 'utf8') : '')
  while (said() === 'hold') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
  const fault = said()
  if (fault === '' || call.name === 'close') return listener(call)
  if (fault === 'exit') process.exit(1)
  if (fault === 'throw') throw new Error('the thread has a defect')
  appendFileSync(FILE + '.refused', '.')
  parentPort.postMessage({ id: call.id, ok: false, fault, message: 'on demand', cause: 'the test' })
})
await import(REAL)
`

/** A journal thread whose disk fails on demand. */
export class FaultyThread {
  readonly #dir = tempDir()
  /** For {@link startPanel}. */
  readonly file = join(this.#dir, 'thread.mjs')
  readonly #fault = join(this.#dir, 'fault')

  /** `role`: whose calls fail. */
  constructor(role: 'writer' | 'trends' = 'writer') {
    const real = JSON.stringify(pathToFileURL(JOURNAL_THREAD).href)
    this.mend()
    writeFileSync(
      this.file,
      THREAD.replaceAll('FILE', JSON.stringify(this.#fault)).replace('ROLE', role).replace('REAL', real),
    )
  }

  /** From now on: `exit` ends the thread, `throw` lets it die of an exception, `hold` keeps it from answering. */
  fail(how: JournalFault | 'exit' | 'throw' | 'hold'): void {
    writeFileSync(this.#fault, how)
  }

  /** How many calls have failed. */
  get refused(): number {
    return statSync(`${this.#fault}.refused`, { throwIfNoEntry: false })?.size ?? 0
  }

  mend(): void {
    writeFileSync(this.#fault, '')
  }
}
