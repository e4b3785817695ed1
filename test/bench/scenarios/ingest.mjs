import { JournalFile } from '../journal-file.mjs'
import { median } from '../numbers.mjs'
import { rate } from '../results.mjs'
import { within } from '../stage.mjs'

const ROUNDS = 6
const BARE_EVENTS = 200_000
const EVENTS = 60_000

/**
 * Datagrams as fast as they are taken, in turn to a loop that does nothing and to the panel with one viewer. The
 * panel's time ends when the last event is in the journal, committed.
 * @param {import('../stage.mjs').Play} play
 */
export async function ingest({ stage, results }) {
  const bare = await stage.listener('receiver.mjs')
  const panel = await stage.panel()
  const sender = stage.child('sender.mjs')
  const viewers = stage.child('viewers.mjs')
  await viewers.ask('connect', { protocol: 'andon', port: panel.port, count: 1 })
  const journal = new JournalFile(panel.dataDir)
  /** @type {{ bare: number, andon: number, loop: number }[]} */
  const rounds = []
  let total = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    await bare.ask('expect', BARE_EVENTS)
    const toBare = await sender.ask('flood', { path: bare.socket, count: BARE_EVENTS })
    const bareUs = (await within(bare.ask('done'), 'the bare loop lost a datagram')) - toBare.first

    await viewers.ask('expect', EVENTS)
    await panel.ask('resetLoop')
    total += EVENTS
    const durable = journal.reached(total)
    durable.catch(() => undefined)
    const sent = await sender.ask('flood', { path: panel.socket, count: EVENTS })
    const andonUs = (await durable) - sent.first
    await within(viewers.ask('done'), 'the viewer did not get every event')
    const loop = await panel.ask('loop')
    rounds.push({ bare: (BARE_EVENTS / bareUs) * 1e6, andon: (EVENTS / andonUs) * 1e6, loop: loop.p99 })
  }
  const isComplete = journal.isComplete(total)
  journal.close()
  if (!isComplete) throw new Error('the journal has a hole')

  // The first round warms up.
  const warm = rounds.slice(1)
  const bareRate = rate(median(warm.map((round) => round.bare)))
  results.add('ingest.rate', median(warm.map((round) => round.andon)), 'events/s', `bare receive loop ${bareRate}`)
  const ratio = median(warm.map((round) => round.andon / round.bare))
  results.add('ingest.ratio', ratio, 'ratio', `bare receive loop ${bareRate}`)
  const loop = median(warm.map((round) => round.loop))
  results.add('ingest.loop_p99_ms', loop, 'ms', `at the full rate above; a datagram waits for 1/rate without it`)
}
