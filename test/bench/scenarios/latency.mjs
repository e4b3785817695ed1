import { milliseconds } from '../results.mjs'
import { within } from '../stage.mjs'

const VIEWERS = 20
const RATES = /** @type {const} */ ([
  ['1k', 1_000],
  ['5k', 5_000],
  ['20k', 20_000],
])
const SECONDS = 6
const WARM_SECONDS = 1
/** The relay is only a reference, and at 20,000 a second it falls further behind with every one. */
const RELAY_SECONDS = 2

/**
 * From the sender's clock to each of 20 viewers, at a steady rate; beside it the naive relay with the same load.
 * @param {import('../stage.mjs').Play} play
 */
export async function latency({ stage, results }) {
  const panel = await stage.panel()
  const relay = await stage.listener('relay-ws.mjs')
  const bare = await stage.listener('receiver.mjs')
  const sender = stage.child('sender.mjs')
  const viewers = stage.child('viewers.mjs')
  const relayed = stage.child('viewers.mjs')
  await viewers.ask('connect', { protocol: 'andon', port: panel.port, count: VIEWERS, timed: true })
  await relayed.ask('connect', { protocol: 'ws', port: relay.port, count: VIEWERS, timed: true })

  for (const [name, perSecond] of RATES) {
    await run(sender, relayed, relay, perSecond, RELAY_SECONDS)
    const reference = await relayed.ask('latency')
    await bare.ask('resetLoop')
    await sender.ask('pace', { path: bare.socket, count: perSecond * RELAY_SECONDS, perSecond })
    const bareLoop = await bare.ask('loop')
    await run(sender, viewers, panel, perSecond, WARM_SECONDS)
    await panel.ask('resetLoop')
    const sent = await run(sender, viewers, panel, perSecond, SECONDS)
    const loop = await panel.ask('loop')
    const times = await viewers.ask('latency')
    const losses = await viewers.ask('losses')
    if (losses.resets + losses.closed > 0) throw new Error(`at ${name}: ${JSON.stringify(losses)}`)
    for (const key of /** @type {const} */ (['p50', 'p99', 'p999'])) {
      results.add(`latency${name}.${key}_ms`, times[key], 'ms', `naive ws relay ${milliseconds(reference[key])}`)
    }
    const refused = sent.refused / (perSecond * SECONDS)
    results.add(
      `latency${name}.refused`,
      refused,
      'of datagrams',
      'not accepted at once; longest wait ' + milliseconds(sent.blocked / 1000),
    )
    results.add(
      `loop${name}.p99_ms`,
      loop.p99,
      'ms',
      `bare receive loop ${milliseconds(bareLoop.p99)}, longest of ours ${milliseconds(loop.max)}`,
    )
  }
}

/**
 * @param {import('../child.mjs').Child} sender @param {import('../child.mjs').Child} viewers
 * @param {{ socket: string }} server @param {number} perSecond @param {number} seconds
 */
async function run(sender, viewers, server, perSecond, seconds) {
  const count = perSecond * seconds
  await viewers.ask('expect', count)
  const sent = await sender.ask('pace', { path: server.socket, count, perSecond })
  await within(viewers.ask('done'), `not every viewer got every event at ${perSecond}/s`)
  return sent
}
