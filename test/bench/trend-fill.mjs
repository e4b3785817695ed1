// A long recording, made quickly: the panel's own thread records a few tags for the whole time, as it would have over
// that time; SQL then gives what it wrote, byte for byte, to the other tags. What is read is read as if all of them had
// been recorded: no chunk knows of another.
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { DatabaseSync } from '@photostructure/sqlite'

const THREAD = resolve(import.meta.dirname, '../../out/main/journal.js')
const HOUR_S = 3_600

export const MACHINE = 'plant'
export const DEVICE = 'sensors'
/** @param {number} i from nought */
export const tagName = (i) => `t${String(i).padStart(3, '0')}`

/** A reading with one digit: slow waves, noise, and now and then a spike that an average would hide. @param {number} tag @param {number} second */
export function reading(tag, second) {
  const wave = Math.sin(second / (600 + tag * 37)) * 20 + Math.sin(second / 17) * 2
  const noise = (((second * 2_654_435_761 + tag * 40_503) >>> 16) % 100) / 50 - 1
  const spike = (second + tag * 977) % 50_000 === 0 ? 75 : 0
  return Math.round((60 + wave + noise + spike) * 10) / 10
}

/**
 * Fills an empty data folder with `seconds` of `tags` tags at 1 Hz, of which `recorded` are recorded and the others copied.
 * Returns what the recording itself took, milliseconds, and what the file takes, bytes.
 * @param {string} dataDir @param {{ from: number, seconds: number, tags: number, recorded: number }} what
 */
export async function fillTrends(dataDir, { from, seconds, tags, recorded }) {
  const worker = new Worker(THREAD, { workerData: { role: 'trends', dataDir } })
  let id = 0
  /** @param {string} name @param {unknown[]} args */
  const call = async (name, ...args) => {
    worker.postMessage({ id: (id += 1), name, args })
    const [answer] = await once(worker, 'message')
    if (!answer.ok) throw new Error(`trends thread: ${answer.cause}`)
  }
  const began = performance.now()
  try {
    await call('open')
    for (let at = 0; at < seconds; at += HOUR_S) {
      const texts = Array.from({ length: Math.min(HOUR_S, seconds - at) }, (_, i) => event(from, at + i, recorded))
      const offset = at + texts.length
      const position = { epoch: 'bench-earlier', offset, time: from + offset * 1_000 }
      await call('append', { texts, position })
    }
    await call('export', { tags: [], from: 0, to: 0, cursor: null })
    await call('close')
  } finally {
    // Also after a failure: a thread keeps its process alive.
    await worker.terminate()
  }
  const ms = performance.now() - began
  return { ms, bytes: copy(join(dataDir, 'trends.db'), tags, recorded) }
}

/** @param {number} from @param {number} second @param {number} tags */
function event(from, second, tags) {
  let values = ''
  for (let tag = 0; tag < tags; tag += 1) values += `${tag === 0 ? '' : ','}"${tagName(tag)}":${reading(tag, second)}`
  const body = `{"machine_name":"${MACHINE}","type":"device_update","payload":{"device_id":"${DEVICE}","new_state":{${values}}}}`
  return `{"offset":${second + 1},"time":${from + second * 1_000},"origin":"machine","body":${body}}`
}

/** @param {string} file @param {number} tags @param {number} recorded */
function copy(file, tags, recorded) {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN')
  const insertTag = database.prepare(
    'INSERT INTO tags (machine, device, tag, boolean, interval) SELECT machine, device, ?, boolean, interval FROM tags WHERE tag = ?',
  )
  const insertChunks = database.prepare(
    'INSERT INTO chunks SELECT level, ?, start, number, end, count, data FROM chunks WHERE tag = ?',
  )
  const idOf = database.prepare('SELECT id FROM tags WHERE tag = ?')
  for (let i = recorded; i < tags; i += 1) {
    const original = tagName(i % recorded)
    const { lastInsertRowid } = insertTag.run(tagName(i), original)
    const { id } = /** @type {{ id: number }} */ (/** @type {unknown} */ (idOf.get(original)))
    insertChunks.run(Number(lastInsertRowid), id)
  }
  database.exec('COMMIT; PRAGMA journal_mode = WAL')
  const { bytes } = /** @type {{ bytes: number }} */ (
    /** @type {unknown} */ (
      database.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size').get()
    )
  )
  database.close()
  return bytes
}
