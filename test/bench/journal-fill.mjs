// Long journals, made quickly: the panel's own writer makes the file and writes its end, SQL fills in what lies before.
import { once } from 'node:events'
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { DatabaseSync } from '@photostructure/sqlite'
import { TEXTS } from './datagrams.mjs'

const THREAD = resolve(import.meta.dirname, '../../out/main/journal.js')

/** So many events lie behind the last stored state: nearly as many as the panel lets there be. */
const BEHIND_STATE = 19_000
const BATCH = 5_000
const EPOCH_MS = 1_795_236_900_000
const MACHINES = 10
/** What nobody reads at a start is kept short, so that ten millions take little time and disk. */
const FILLER = ',"origin":"machine","body":{"machine_name":"press_001","type":"state_change","payload":{}}}'

/** The built journal thread, asked as the panel asks it. */
class Writer {
  #worker
  #id = 0

  /** @param {string} dataDir */
  constructor(dataDir) {
    this.#worker = new Worker(THREAD, { workerData: { role: 'writer', dataDir } })
  }

  /** @param {string} name @param {unknown[]} args */
  async call(name, ...args) {
    this.#worker.postMessage({ id: (this.#id += 1), name, args })
    const [answer] = await once(this.#worker, 'message')
    if (!answer.ok) throw new Error(`journal thread: ${answer.cause}`)
    return answer.value
  }

  async close() {
    await this.call('close')
    await this.#worker.terminate()
  }
}

/** @param {number} offset */
function entry(offset) {
  const body = TEXTS[offset % TEXTS.length] ?? ''
  const { machine_name: machine, type } = JSON.parse(body)
  const time = EPOCH_MS + offset
  const text = `{"offset":${offset},"time":${time},"origin":"machine","body":${body}}`
  return { offset, time, machine, type, family: 'machine', level: null, tag: null, text }
}

/**
 * Fills the journal of an empty data folder with events 1 to `count`.
 * @param {string} dataDir @param {number} count
 */
export async function fillJournal(dataDir, count) {
  const writer = new Writer(dataDir)
  await writer.call('open', 'bench-earlier')
  const first = Array.from({ length: TEXTS.length }, (_, i) => entry(i + 1))
  await writer.call('append', { entries: first, state: null, gapEnd: 0, consumers: new Map() })
  await writer.close()
  const until = count - BEHIND_STATE
  insert(dataDir, first.length + 1, until)

  const end = new Writer(dataDir)
  const state = { offset: until, time: EPOCH_MS + until, machines: JSON.stringify(machines(until)) }
  for (let offset = until + 1; offset <= count; offset += BATCH) {
    const entries = Array.from({ length: Math.min(BATCH, count - offset + 1) }, (_, i) => entry(offset + i))
    await end.call('append', { entries, state: offset === until + 1 ? state : null, gapEnd: 0, consumers: new Map() })
  }
  await end.close()
  flush(join(dataDir, 'journal.db'))
}

/** Else the disk would still be writing while a start is timed. @param {string} file */
function flush(file) {
  const fd = openSync(file, 'r+')
  fsyncSync(fd)
  closeSync(fd)
}

/**
 * Short events, without a single sync, and the indexes made anew behind them.
 * @param {string} dataDir @param {number} from @param {number} to
 */
function insert(dataDir, from, to) {
  const database = new DatabaseSync(join(dataDir, 'journal.db'))
  const indexes = /** @type {{ name: string, sql: string }[]} */ (
    database.prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'events'`).all()
  )
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE')
  for (const { name } of indexes) database.exec(`DROP INDEX ${name}`)
  const columns = /** @type {{ name: string }[]} */ (database.prepare('PRAGMA table_info(events)').all())
  const values = columns.map(({ name }) => {
    if (name === 'offset') return 'n.i'
    if (name === 'time') return `${EPOCH_MS} + n.i`
    if (name !== 'text') return `e.${name}`
    return `'{"offset":' || n.i || ',"time":' || (${EPOCH_MS} + n.i) || '${FILLER}'`
  })
  database.exec(`
    WITH RECURSIVE n (i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})
    INSERT INTO events SELECT ${values.join(', ')} FROM n CROSS JOIN events e ON e.offset = 1 + n.i % ${TEXTS.length};
    UPDATE head SET offset = ${to};
  `)
  for (const { sql } of indexes) database.exec(sql)
  database.exec('PRAGMA journal_mode = WAL')
  database.close()
}

/** @param {number} offset */
function machines(offset) {
  return Array.from({ length: MACHINES }, (_, i) => ({
    name: `press_${String(i + 1).padStart(3, '0')}`,
    template: 'press',
    configType: null,
    state: 'idle',
    stateSince: EPOCH_MS,
    firstSeenAt: EPOCH_MS,
    registeredAt: null,
    restarts: 0,
    terminatedAt: null,
    staleSince: null,
    lastEventAt: EPOCH_MS + offset,
    lastEventType: 'state_change',
    lastEventOffset: offset,
    events: Math.floor(offset / MACHINES),
    errors: 0,
    lastError: null,
    errorStanding: false,
    jobsCompleted: 0,
    jobsFailed: 0,
    jobs: [],
    transitions: [],
    log: [],
  }))
}
