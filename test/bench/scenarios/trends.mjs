import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { DEVICE, fillTrends, MACHINE, reading, tagName } from '../trend-fill.mjs'
import { median } from '../numbers.mjs'
import { milliseconds } from '../results.mjs'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A week of 200 tags at 1 Hz: 120.96 million samples. */
const TAGS = 200
const RECORDED = 8
const SECONDS = 7 * 24 * 3_600

/** As wide as a screen. */
const POINTS = 1_000
/** Most tags that one request may name. */
const REQUEST_TAGS = 12

/** The last one is the widest that is still made of single samples. */
const ZOOMS = /** @type {const} */ ([
  ['week', 7 * DAY],
  ['day', DAY],
  ['hour', HOUR],
  ['5min', 5 * MINUTE],
  ['widest_raw', 8 * HOUR],
])
const OPENS = 40
const OPENS_OF_ALL = 5

/**
 * How long a viewer waits for a trend, through REST, for any time within a week that is recorded: of eight tags, and of
 * all 200. The reference is the same week of one tag as rows of a plain table, with its least and greatest values by SQL.
 * @param {import('../stage.mjs').Play} play
 */
export async function trends({ stage, results }) {
  const dataDir = stage.path('data')
  const from = Date.now() - SECONDS * 1_000
  const began = performance.now()
  const { ms, bytes } = await fillTrends(dataDir, { from, seconds: SECONDS, tags: TAGS, recorded: RECORDED })
  const filled = ((performance.now() - began) / 1000).toFixed(1)
  const samples = SECONDS * TAGS
  results.add(
    'trends.record_rate',
    (SECONDS * RECORDED) / (ms / 1_000),
    'samples/s',
    `needed for 200 tags at 1 Hz: 200`,
  )
  results.add(
    'trends.bytes',
    bytes / samples,
    'bytes/sample',
    `16 as two numbers; ${samples} samples, filled in ${filled} s`,
  )

  const reference = plainTable(stage.path('plain.db'), from)
  const panel = await stage.panel({ dataDir })
  /** @param {readonly number[]} tags @param {number} start @param {number} span */
  const ask = async (tags, start, span) => {
    const query = new URLSearchParams({ from: String(start), to: String(start + span), points: String(POINTS) })
    for (const tag of tags) query.append('tag', `${MACHINE}/${DEVICE}/${tagName(tag)}`)
    const response = await fetch(`http://127.0.0.1:${panel.port}/api/v1/trends?${query.toString()}`)
    const answer = /** @type {{ series: { last: number[] }[] }} */ (await response.json())
    if (!response.ok || answer.series.some(({ last }) => last.length < 100)) throw new Error('an answer is too short')
  }
  /** Some other eight, and some other time, each time; the same ones in each run. @param {number} span @param {number} i */
  const somewhere = (span, i) => from + Math.floor(((i * 0.618) % 1) * (SECONDS * 1_000 - span))
  for (const [name, span] of ZOOMS) {
    /** @type {number[]} */
    const eight = []
    for (let i = 0; i < OPENS; i += 1) {
      const tags = Array.from({ length: 8 }, (_, k) => (i * 8 + k) % TAGS)
      eight.push(await timed(() => ask(tags, somewhere(span, i), span)))
    }
    const plain = reference.ask(somewhere(span, 1), span)
    const words = `plain table and SQL, one tag ${milliseconds(plain)}`
    results.add(`trends.${name}.8.p50_ms`, median(eight), 'ms', words)
    results.add(`trends.${name}.8.p95_ms`, p95(eight), 'ms', words)
    /** @type {number[]} */
    const all = []
    for (let i = 0; i < OPENS_OF_ALL; i += 1) {
      const parts = Array.from({ length: Math.ceil(TAGS / REQUEST_TAGS) }, (_, part) =>
        Array.from(
          { length: Math.min(REQUEST_TAGS, TAGS - part * REQUEST_TAGS) },
          (_each, k) => part * REQUEST_TAGS + k,
        ),
      )
      all.push(await timed(() => Promise.all(parts.map((tags) => ask(tags, somewhere(span, i), span)))))
    }
    results.add(`trends.${name}.200.p50_ms`, median(all), 'ms', `all 200 tags at once, in 17 requests`)
  }
  reference.close()
  panel.kill()
  await panel.gone
}

/** @param {() => Promise<unknown>} run */
async function timed(run) {
  const start = performance.now()
  await run()
  return performance.now() - start
}

/** @param {readonly number[]} values */
const p95 = (values) => values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? NaN

/** One tag as rows of a table. @param {string} file @param {number} from */
function plainTable(file, from) {
  const database = new DatabaseSync(join(file))
  database.exec(`
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    CREATE TABLE samples (tag INTEGER, time INTEGER, value REAL, PRIMARY KEY (tag, time)) WITHOUT ROWID;
    BEGIN`)
  const insert = database.prepare('INSERT INTO samples VALUES (1, ?, ?)')
  for (let second = 0; second < SECONDS; second += 1) insert.run(from + second * 1_000, reading(0, second))
  database.exec('COMMIT')
  const query = database.prepare(
    `SELECT (time - ?2) / ?4 AS bucket, min(value) AS least, max(value) AS most, min(time) AS first, max(time) AS last
     FROM samples WHERE tag = 1 AND time BETWEEN ?2 AND ?3 AND ?1 = 1 GROUP BY bucket`,
  )
  return {
    /** @param {number} start @param {number} span */
    ask: (start, span) => {
      const began = performance.now()
      query.all(1, start, start + span, Math.max(1, Math.floor(span / POINTS)))
      return performance.now() - began
    },
    close: () => database.close(),
  }
}
