// Loaded into a process under test with `node --import`: tells how late its event loop is. The process knows nothing.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

/** A timer of this interval is due; how much later it comes is the delay. Milliseconds. */
const RESOLUTION_MS = 1

/** @typedef {{ p50: number, p99: number, p999: number, max: number }} LoopDelay milliseconds */

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
const ms = (/** @type {number} */ ns) => Math.max(ns / 1e6 - RESOLUTION_MS, 0)

/** @type {Record<string, () => unknown>} */
const answers = {
  resetLoop() {
    delay.disable()
    delay.reset()
    delay.enable()
  },
  /** @returns {LoopDelay} */
  loop: () => ({
    p50: ms(delay.percentile(50)),
    p99: ms(delay.percentile(99)),
    p999: ms(delay.percentile(99.9)),
    max: ms(delay.max),
  }),
  memory: () => process.memoryUsage(),
}

/** True where the probe answers this question itself. @param {string} name */
export const isProbed = (name) => Object.hasOwn(answers, name)

// The journal's threads inherit the flag.
if (isMainThread && process.send) {
  process.on('message', (/** @type {{ id: number, name: string }} */ { id, name }) => {
    if (isProbed(name)) process.send?.({ id, value: answers[name]?.() })
  })
}
