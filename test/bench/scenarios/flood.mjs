import { milliseconds, rate } from '../results.mjs'
import { within } from '../stage.mjs'

const VIEWERS = 20
const PER_SECOND = 1_000
const SECONDS = 5
const WARM_SECONDS = 1

/**
 * What 20 viewers feel of one client that floods the panel, by each of its doors.
 * @param {import('../stage.mjs').Play} play
 */
export async function flood({ stage, results }) {
  // What the command line gives by default, so that the limits are those of everybody.
  const panel = await stage.panel({ args: ['--connections-per-address', '50', '--connections', '100'] })
  const sender = stage.child('sender.mjs')
  const viewers = stage.child('viewers.mjs')
  const flooder = stage.child('flooder.mjs')
  await viewers.ask('connect', { protocol: 'andon', port: panel.port, count: VIEWERS, timed: true })

  /** @param {number} seconds @returns {Promise<{ p50: number, p99: number, p999: number }>} */
  const measure = async (seconds) => {
    const count = PER_SECOND * seconds
    await viewers.ask('expect', count)
    await sender.ask('pace', { path: panel.socket, count, perSecond: PER_SECOND })
    await within(viewers.ask('done'), 'not every viewer got every event')
    return viewers.ask('latency')
  }
  await measure(WARM_SECONDS)
  const quiet = await measure(SECONDS)
  let worst = 0
  for (const kind of /** @type {const} */ (['messages', 'requests', 'connections'])) {
    await flooder.ask('flood', { kind, port: panel.port })
    const times = await measure(SECONDS)
    const sent = await flooder.ask('end')
    worst = Math.max(worst, times.p99)
    results.add(
      `flood.${kind}_p99_ms`,
      times.p99,
      'ms',
      `${milliseconds(quiet.p99)} without; ${rate(sent[kind] / SECONDS)} ${kind} from one client`,
    )
  }
  results.add('flood.p99_ms', worst, 'ms', 'the worst of them')
  const losses = await viewers.ask('losses')
  if (losses.resets + losses.closed > 0) throw new Error(`other viewers: ${JSON.stringify(losses)}`)
}
