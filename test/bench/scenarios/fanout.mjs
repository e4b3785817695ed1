import { median } from '../numbers.mjs'
import { rate } from '../results.mjs'
import { within } from '../stage.mjs'

const VIEWERS = [1, 20, 100]
const ROUNDS = 4

/** So many deliveries in a round, in events times viewers: enough to time, few enough to do often. */
const DELIVERIES = { andon: 2_000_000, ws: 120_000, socketio: 80_000 }

/** The panel's ring holds 65,536 events: nobody can miss one that is still in it, however far behind. */
const MOST_EVENTS = 40_000

/** @typedef {'andon' | 'ws' | 'socketio'} Server */

/**
 * Datagrams as fast as they are taken, to the panel and to the naive relays in turn; the time ends when every viewer
 * has every event. The viewers of all three are the same and do next to nothing.
 * @param {import('../stage.mjs').Play} play
 */
export async function fanout({ stage, results }) {
  const panel = await stage.panel()
  const ws = await stage.listener('relay-ws.mjs')
  const socketio = await stage.listener('relay-socketio.mjs')
  /** @type {Record<Server, { socket: string, port: number, ask: (name: string) => Promise<any> }>} */
  const servers = { andon: panel, ws, socketio }
  const sender = stage.child('sender.mjs')
  const viewers = stage.child('viewers.mjs')

  for (const count of VIEWERS) {
    /** @type {Record<Server, number[]>} */
    const rates = { andon: [], ws: [], socketio: [] }
    /** @type {number[]} */
    const loops = []
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const protocol of /** @type {const} */ (['andon', 'ws', 'socketio'])) {
        const server = servers[protocol]
        await viewers.ask('connect', { protocol, port: server.port, count })
        const events = Math.min(Math.round(DELIVERIES[protocol] / count), MOST_EVENTS)
        await viewers.ask('expect', events)
        await server.ask('resetLoop')
        const sent = await sender.ask('flood', { path: server.socket, count: events })
        const done = await within(viewers.ask('done'), `${protocol}: not every viewer got every event`)
        const losses = await viewers.ask('losses')
        if (losses.resets + losses.closed > 0) throw new Error(`${protocol}: ${JSON.stringify(losses)}`)
        if (protocol === 'andon') loops.push((await server.ask('loop')).p99)
        await viewers.ask('leave')
        // The first round warms up.
        if (round > 0) rates[protocol].push(((events * count) / (done - sent.first)) * 1e6)
      }
    }
    const andon = median(rates.andon)
    const references = `naive ws relay ${rate(median(rates.ws))}, socket.io ${rate(median(rates.socketio))}`
    const ratioTo = (/** @type {'ws' | 'socketio'} */ other) =>
      median(rates.andon.map((value, round) => value / (rates[other][round] ?? NaN)))
    results.add(`fanout${count}.rate`, andon, 'deliveries/s', references)
    results.add(`fanout${count}.ratio`, ratioTo('ws'), '× ws relay', `naive ws relay ${rate(median(rates.ws))}`)
    const socketIo = `socket.io relay ${rate(median(rates.socketio))}`
    results.add(`fanout${count}.ratio_socketio`, ratioTo('socketio'), '× socket.io', socketIo)
    results.add(`fanout${count}.loop_p99_ms`, median(loops), 'ms', 'at the full rate above')
  }
}
