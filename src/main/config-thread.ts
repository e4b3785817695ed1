// Checks one configuration file and ends: parsing a long one takes longer than a machine can wait for its datagrams.
import { parentPort, workerData } from 'node:worker_threads'
import { checkConfigFile } from './config-file.ts'
import type { ThreadAnswer, ThreadTask } from './check-in-thread.ts'
import { UsageError } from './usage-error.ts'

const { text, path } = workerData as ThreadTask

function answer(): ThreadAnswer {
  try {
    return { checked: checkConfigFile(text, path) }
  } catch (error) {
    if (error instanceof UsageError) return { refusal: error.message }
    throw error
  }
}

parentPort?.postMessage(answer())
