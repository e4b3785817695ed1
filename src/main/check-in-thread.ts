import { Worker } from 'node:worker_threads'
import type { CheckedConfigFile } from './config-file.ts'
import type { CheckText } from './plant-file.ts'
import { UsageError } from './usage-error.ts'

export interface ThreadTask {
  readonly text: string
  readonly path: string
}

export type ThreadAnswer = { readonly checked: CheckedConfigFile } | { readonly refusal: string }

/** Checks each text in a thread of its own. `threadFile`: the built `config-thread.ts`, see electron.vite.config.ts. */
export function checkInThread(threadFile: string): CheckText {
  return (text, path) =>
    new Promise((resolve, reject) => {
      const task: ThreadTask = { text, path }
      const worker = new Worker(threadFile, { workerData: task, name: 'config' })
      worker.unref()
      worker.once('message', (answer: ThreadAnswer) => {
        if ('checked' in answer) resolve(answer.checked)
        else reject(new UsageError(answer.refusal))
      })
      worker.once('error', reject)
      worker.once('exit', () => reject(new Error('the check ended without an answer')))
    })
}
