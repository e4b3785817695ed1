import { rmSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fillJournal } from '../journal-fill.mjs'
import { median } from '../numbers.mjs'
import { milliseconds } from '../results.mjs'

const ROUNDS = 3
const SIZES = /** @type {const} */ ([
  ['1M', 1_000_000],
  ['10M', 10_000_000],
])
/** Filling takes so long on a slow computer, milliseconds an event; what does not fit in is left out, and says so. */
const FILL_MS = 0.006
/** Disk that an event takes in the file and, while it is filled, beside it; bytes, generously. */
const EVENT_BYTES = 300

/**
 * From the start of the process to the first 200 from `/readyz`, with a long journal whose last stored state lies as
 * far back as the panel lets it. Every start follows a kill -9, so that none finds the work done by the one before.
 * @param {import('../stage.mjs').Play} play
 */
export async function startup({ stage, results, left }) {
  const empty = await starts(stage, () => stage.path('data'))
  for (const [name, count] of SIZES) {
    const { bavail, bsize } = statfsSync(dirname(stage.path('room')))
    const why = bavail * bsize < count * EVENT_BYTES ? 'room on the disk' : left() < count * FILL_MS ? 'time' : null
    if (why !== null) throw new Error(`startup${name} is left out: there is too little ${why}`)
    const start = performance.now()
    const dataDir = await fillJournal(stage, count)
    const filled = ((performance.now() - start) / 1000).toFixed(1)
    const ready = await starts(stage, () => dataDir)
    rmSync(dataDir, { recursive: true, force: true })
    const reference = `with an empty journal ${milliseconds(empty)}; filled in ${filled} s`
    results.add(`startup${name}.ready_ms`, ready, 'ms', reference)
  }
}

/** @param {import('../stage.mjs').Stage} stage @param {() => string} dataDir */
async function starts(stage, dataDir) {
  /** @type {number[]} */
  const times = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now()
    const panel = await stage.panel({ dataDir: dataDir() })
    const response = await fetch(`http://127.0.0.1:${panel.port}/readyz`)
    if (response.status !== 200) throw new Error(`not ready: ${await response.text()}`)
    times.push(performance.now() - start)
    panel.kill()
    await panel.gone
  }
  return median(times)
}
