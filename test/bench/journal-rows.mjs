// A process for the rows of a journal. A process of its own, because a connection that was
// closed holds the file until its statements have been collected, and a panel that starts would wait for it.
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { answer } from './answers.mjs'
import { JournalFile } from './journal-file.mjs'

/** What nobody reads at a start is kept short, so that ten millions take little time and disk. */
const FILLER = ',"origin":"machine","body":{"machine_name":"press_001","type":"state_change","payload":{}}}'

/**
 * Repeats the events 1 to `from`, short and without a single sync, until there are `to`, makes the indexes anew behind
 * them, and lets the stored state be the one after the last.
 * @param {{ dataDir: string, from: number, to: number }} order
 */
function stretch({ dataDir, from, to }) {
  const database = new DatabaseSync(join(dataDir, 'journal.db'))
  const indexes = /** @type {{ name: string, sql: string }[]} */ (
    database.prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'events'`).all()
  )
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE')
  for (const { name } of indexes) database.exec(`DROP INDEX ${name}`)
  const columns = /** @type {{ name: string }[]} */ (database.prepare('PRAGMA table_info(events)').all())
  const values = columns.map(({ name }) => {
    if (name === 'offset') return 'n.i'
    if (name !== 'text') return `e.${name}`
    return `'{"offset":' || n.i || ',"time":' || e.time || '${FILLER}'`
  })
  database.exec(`
    WITH RECURSIVE n (i) AS (SELECT ${from + 1} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})
    INSERT INTO events SELECT ${values.join(', ')} FROM n CROSS JOIN events e ON e.offset = 1 + n.i % ${from};
    UPDATE head SET offset = ${to};
  `)
  const { changes } = database.prepare('UPDATE states SET offset = ? WHERE offset = ?').run(to, from)
  for (const { sql } of indexes) database.exec(sql)
  database.exec('PRAGMA journal_mode = WAL')
  database.close()
  if (changes !== 1) throw new Error(`the panel has stored no state after event ${from}`)
}

/** Else the first start would fold what the panel left beside the file, and the disk would still be writing. @param {string} dataDir */
function settle(dataDir) {
  const file = join(dataDir, 'journal.db')
  const database = new DatabaseSync(file)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
  const fd = openSync(file, 'r+')
  fsyncSync(fd)
  closeSync(fd)
}

answer({
  stretch,
  settle,
  /** @param {{ dataDir: string, count: number }} order */
  reached: ({ dataDir, count }) => new JournalFile(dataDir).reached(count),
})
