import { Worker } from 'node:worker_threads'
import { JournalError } from '../../../core/journal-store.ts'
import type { Log } from '../../../core/log.ts'
import type { Answer, Call, ThreadStart } from './calls.ts'

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: JournalError) => void
}

/** The main thread's end of a journal thread: a call is a promise. A thread that dies rejects what waits for it. */
export class Caller {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #log: Log
  #nextId = 1
  #ended = false

  /** `file`: the built thread, see electron.vite.config.ts. */
  constructor(file: string, start: ThreadStart, log: Log) {
    this.#log = log
    this.#worker = new Worker(file, { workerData: start, name: `journal-${start.role}` })
    this.#worker.on('message', (answer: Answer) => this.#settle(answer))
    this.#worker.on('error', (error) => {
      this.#log.error({ err: error, thread: start.role }, 'a journal thread died')
      this.#end()
    })
    this.#worker.on('exit', () => this.#end())
  }

  get ended(): boolean {
    return this.#ended
  }

  call<T>(name: string, ...args: readonly unknown[]): Promise<T> {
    if (this.#ended) return Promise.reject(new JournalError('defect', 'The journal is not running.'))
    const id = this.#nextId++
    const call: Call = { id, name, args }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: (value) => resolve(value as T), reject })
      this.#worker.postMessage(call)
    })
  }

  /** Ends the thread. Idempotent. */
  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (answer.ok) {
      waiting?.resolve(answer.value)
      return
    }
    this.#log.warn({ fault: answer.fault, cause: answer.cause }, 'journal')
    waiting?.reject(new JournalError(answer.fault, answer.message))
  }

  #end(): void {
    this.#ended = true
    for (const { reject } of this.#waiting.values()) reject(new JournalError('defect', 'The journal has stopped.'))
    this.#waiting.clear()
  }
}
