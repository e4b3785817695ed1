import { median } from '../numbers.mjs'
import { milliseconds } from '../results.mjs'
import { within } from '../stage.mjs'

const VIEWERS = 20
const PAIRS = 5
const PER_SECOND = 5_000
const SECONDS = 2.5
/** Enough to fill the buffers of a connection that nobody reads; sent in both halves of a pair. */
const FILL_EVENTS = 30_000

/**
 * What the healthy viewers and the sender feel of one that reads nothing: in turn without and with it.
 * @param {import('../stage.mjs').Play} play
 */
export async function stalled({ stage, results }) {
  const panel = await stage.panel()
  const sender = stage.child('sender.mjs')
  const viewers = stage.child('viewers.mjs')
  const bad = stage.child('viewers.mjs')
  await viewers.ask('connect', { protocol: 'andon', port: panel.port, count: VIEWERS, timed: true })
  /** @typedef {{ p99: number, blocked: number, blockedTotal: number, refused: number, loop: number }} Half */
  /** @type {{ without: Half, with: Half }[]} */
  const pairs = []

  /** @param {boolean} isStalled @returns {Promise<Half>} */
  const half = async (isStalled) => {
    if (isStalled) await bad.ask('stall', { protocol: 'andon', port: panel.port })
    await viewers.ask('expect', FILL_EVENTS)
    await sender.ask('flood', { path: panel.socket, count: FILL_EVENTS })
    await within(viewers.ask('done'), 'a healthy viewer did not get every event')
    const count = PER_SECOND * SECONDS
    await viewers.ask('expect', count)
    await panel.ask('resetLoop')
    const sent = await sender.ask('pace', { path: panel.socket, count, perSecond: PER_SECOND })
    await within(viewers.ask('done'), 'a healthy viewer did not get every event')
    const loop = await panel.ask('loop')
    const times = await viewers.ask('latency')
    await bad.ask('unstall')
    return {
      p99: times.p99,
      blocked: sent.blocked / 1000,
      blockedTotal: sent.blockedTotal / 1000,
      refused: sent.refused / count,
      loop: loop.p99,
    }
  }

  for (let pair = 0; pair <= PAIRS; pair += 1) {
    const measured = { without: await half(false), with: await half(true) }
    // The first pair warms up.
    if (pair > 0) pairs.push(measured)
  }
  const losses = await viewers.ask('losses')
  if (losses.resets + losses.closed > 0) throw new Error(`healthy viewers: ${JSON.stringify(losses)}`)

  const of = (/** @type {'without' | 'with'} */ side, /** @type {keyof Half} */ key) =>
    median(pairs.map((pair) => pair[side][key]))
  const growth = of('with', 'p99') / of('without', 'p99') - 1
  const p99 = `healthy p99 ${milliseconds(of('with', 'p99'))} with it, ${milliseconds(of('without', 'p99'))} without`
  results.add('stalled.p99_growth', growth, 'growth', p99)
  const blocked = `${milliseconds(of('without', 'blocked'))} without the stalled viewer`
  results.add('stalled.sender_wait_ms', of('with', 'blocked'), 'ms', `longest wait of a datagram; ${blocked}`)
  const refused = `${(of('without', 'refused') * 100).toFixed(2)} % without the stalled viewer`
  results.add('stalled.refused', of('with', 'refused'), 'of datagrams', `not accepted at once; ${refused}`)
  results.add('stalled.loop_p99_ms', of('with', 'loop'), 'ms', `${milliseconds(of('without', 'loop'))} without`)
}
