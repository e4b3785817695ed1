// npm run bench: plays the scenarios one after the other and writes down what came of it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { endChildren, killChildren } from './child.mjs'
import { busyWithOthers, machine } from './machine.mjs'
import { perform } from './perform.mjs'
import { restoreQlen } from './qlen.mjs'
import { Results } from './results.mjs'
import { burst } from './scenarios/burst.mjs'
import { fanout } from './scenarios/fanout.mjs'
import { flood } from './scenarios/flood.mjs'
import { ingest } from './scenarios/ingest.mjs'
import { latency } from './scenarios/latency.mjs'
import { memory } from './scenarios/memory.mjs'
import { resume } from './scenarios/resume.mjs'
import { stalled } from './scenarios/stalled.mjs'
import { startup } from './scenarios/startup.mjs'
import { trends } from './scenarios/trends.mjs'
import { Stage } from './stage.mjs'

const SCENARIOS = { ingest, fanout, latency, stalled, flood, memory, burst, resume, startup, trends }
const RESULTS = resolve(import.meta.dirname, '../../bench/results.json')

/** All of it, and each scenario, at most; milliseconds. */
const RUN_MS = 290_000
const SCENARIO_MS = 120_000

/** Above this share of the processors in others' hands a run says so. */
const BUSY = 0.1

export const SCENARIO_NAMES = Object.keys(SCENARIOS)

/**
 * @param {{ only: readonly string[], profiles: string | undefined }} options
 * @returns {Promise<boolean>} false where something could not be measured
 */
export async function run({ only, profiles }) {
  const folder = mkdtempSync(join(tmpdir(), 'andon-bench-'))
  const start = performance.now()
  const clear = () => {
    killChildren()
    restoreQlen()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  process.once('exit', clear)
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.once(signal, () => process.exit(1))

  const results = new Results()
  const facts = machine()
  process.stdout.write(
    `${Object.entries(facts)
      .map(([key, value]) => `${key} ${String(value)}`)
      .join(' · ')}\n\n`,
  )
  /** @type {string[]} */
  const failed = []
  /** What others did with the processors right before each scenario. @type {Record<string, number>} */
  const busy = {}
  const seconds = () => Math.round((performance.now() - start) / 1000)
  for (const [name, play] of Object.entries(SCENARIOS)) {
    if (only.length > 0 && !only.includes(name)) continue
    const left = RUN_MS - (performance.now() - start)
    const stage = new Stage(join(folder, name), profiles)
    const share = await busyWithOthers()
    busy[name] = share
    if (share > BUSY)
      process.stdout.write(`Others use ${Math.round(share * 100)} % of the processors: not a fair run.\n`)
    const began = performance.now()
    try {
      if (left <= 0) throw new Error('no time is left')
      const scene = { stage, results, left: () => RUN_MS - (performance.now() - start) }
      await perform(play, scene, Math.min(SCENARIO_MS, left))
    } catch (error) {
      failed.push(name)
      process.stdout.write(`${name}: FAILED, ${error instanceof Error ? error.message : String(error)}\n`)
    }
    process.stdout.write(`— ${name}: ${((performance.now() - began) / 1000).toFixed(1)} s\n\n`)
  }
  await endChildren()
  clear()
  results.write(RESULTS, {
    ...facts,
    busyWithOthers: busy,
    seconds: seconds(),
    failed,
  })
  process.stdout.write(`${results.table()}\n\n${seconds()} s, ${RESULTS}\n`)
  return failed.length === 0
}
