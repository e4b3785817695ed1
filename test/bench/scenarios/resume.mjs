import { JournalFile } from '../journal-file.mjs'
import { median } from '../numbers.mjs'
import { milliseconds } from '../results.mjs'
import { within } from '../stage.mjs'

const ROUNDS = 5
const EVENTS = 60_000
const SIZES = /** @type {const} */ ([
  ['10k', 10_000],
  ['50k', 50_000],
])

/**
 * A viewer that comes back and has missed 10,000 or 50,000 events: the time until it has them all. First out of memory,
 * then, after a restart of the panel, out of the journal.
 * @param {import('../stage.mjs').Play} play
 */
export async function resume({ stage, results }) {
  const before = await stage.panel()
  const sender = stage.child('sender.mjs')
  const viewers = stage.child('viewers.mjs')
  const replayer = stage.child('replayer.mjs')
  await viewers.ask('connect', { protocol: 'andon', port: before.port, count: 1 })
  const journal = new JournalFile(before.dataDir)
  await sender.ask('flood', { path: before.socket, count: EVENTS })
  await journal.reached(EVENTS)
  journal.close()
  const { epoch } = await viewers.ask('position')
  const replayPort = await replayer.ask('port')

  /** @param {string} suffix @param {number} port */
  const measure = async (suffix, port) => {
    for (const [name, missed] of SIZES) {
      await replayer.ask('events', missed)
      const from = { epoch, offset: EVENTS - missed }
      /** @type {number[]} */
      const times = []
      /** @type {number[]} */
      const references = []
      for (let round = 0; round <= ROUNDS; round += 1) {
        const back = await within(viewers.ask('resume', { port, from, to: EVENTS }), 'a viewer did not catch up')
        if (back.events !== missed || back.resets > 0) throw new Error(`resume: ${JSON.stringify(back)}`)
        const reference = await viewers.ask('replay', { port: replayPort, count: missed })
        // The first round warms up.
        if (round === 0) continue
        times.push(back.us / 1000)
        references.push(reference.us / 1000)
      }
      const reference = `one ws message each, from memory: ${milliseconds(median(references))}`
      results.add(`resume${name}.${suffix}`, median(times), 'ms', reference)
    }
  }
  await measure('ms', before.port)
  await viewers.ask('leave')
  await before.end()
  const after = await stage.panel({ dataDir: before.dataDir })
  await measure('journal_ms', after.port)
}
