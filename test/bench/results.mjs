import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { rounded } from './numbers.mjs'

/** @typedef {{ name: string, value: number, unit: string, reference: string }} Figure */

/** What must be reached: issue "Nothing is lost, nobody waits", benchmark. @type {Record<string, { least?: number, most?: number }>} */
const TARGETS = {
  'ingest.rate': { least: 50_000 },
  'ingest.ratio': { least: 0.2 },
  'fanout100.ratio': { least: 8 },
  'latency5k.p50_ms': { most: 3 },
  'latency5k.p99_ms': { most: 15 },
  'stalled.p99_growth': { most: 0.2 },
  'flood.p99_ms': { most: 50 },
  'loop20k.p99_ms': { most: 10 },
  'rss100.mib': { most: 250 },
  'trends.week.8.p95_ms': { most: 300 },
  'trends.day.8.p95_ms': { most: 300 },
  'trends.hour.8.p95_ms': { most: 300 },
  'trends.5min.8.p95_ms': { most: 300 },
  'trends.widest_raw.8.p95_ms': { most: 300 },
}

/** @param {Figure} figure */
function verdict({ name, value }) {
  const target = TARGETS[name]
  if (!target) return ''
  const { least, most } = target
  const isReached = (least === undefined || value >= least) && (most === undefined || value <= most)
  return `${isReached ? 'reached' : 'MISSED'} (${least === undefined ? `≤ ${most}` : `≥ ${least}`})`
}

export class Results {
  /** @type {Figure[]} */
  figures = []

  /**
   * One figure beside what it is to be compared with, measured in the same run.
   * @param {string} name @param {number} value @param {string} unit @param {string} reference
   */
  add(name, value, unit, reference) {
    const figure = { name, value: rounded(value), unit, reference }
    this.figures.push(figure)
    process.stdout.write(`${line(figure)}\n`)
  }

  /** All figures, those with a target first. */
  table() {
    const first = this.figures.filter(({ name }) => name in TARGETS)
    const others = this.figures.filter(({ name }) => !(name in TARGETS))
    return [...first, ...others].map(line).join('\n')
  }

  /** @param {string} file @param {Record<string, unknown>} machine */
  write(file, machine) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${JSON.stringify({ machine, figures: this.figures }, null, 2)}\n`)
  }
}

/** @param {Figure} figure */
function line(figure) {
  const { name, value, unit, reference } = figure
  return `${name.padEnd(26)} ${String(value).padStart(10)} ${unit.padEnd(14)} ${verdict(figure).padEnd(20)} ${reference}`
}

/** A number of events per second for people. @param {number} perSecond */
export const rate = (perSecond) => `${Math.round(perSecond)}/s`

/** @param {number} ms */
export const milliseconds = (ms) => `${rounded(ms)} ms`
