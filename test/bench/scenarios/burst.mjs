import { setTimeout as sleep } from 'node:timers/promises'
import { median } from '../numbers.mjs'
import { qlen, qlenSettable } from '../qlen.mjs'

const BURST = 5_000
const ROUNDS = 7
const HIGH = 512
const REST_MS = 300

/**
 * 5,000 datagrams from a sender that never waits and never repeats: how many are accepted.
 * @param {import('../stage.mjs').Play} play
 */
export async function burst({ stage, results }) {
  const sender = stage.child('sender.mjs')
  const lengths = [...new Set([qlen() ?? 10, ...(qlenSettable() ? [10, HIGH] : [])])].toSorted((a, b) => a - b)
  for (const length of lengths) {
    const panel = await stage.panel({ qlen: length })
    const bare = await stage.listener('receiver.mjs', length)
    const viewers = stage.child('viewers.mjs')
    await viewers.ask('connect', { protocol: 'andon', port: panel.port, count: 1 })
    /** @type {number[]} */
    const ofPanel = []
    /** @type {number[]} */
    const ofBare = []
    await sender.ask('flood', { path: panel.socket, count: 20_000 })
    await sender.ask('flood', { path: bare.socket, count: 20_000 })
    for (let round = 0; round < ROUNDS; round += 1) {
      await sleep(REST_MS)
      ofBare.push(await sender.ask('burst', { path: bare.socket, count: BURST }))
      await sleep(REST_MS)
      ofPanel.push(await sender.ask('burst', { path: panel.socket, count: BURST }))
    }
    results.add(`burst${length}.accepted`, median(ofPanel), `of ${BURST}`, `bare receive loop ${median(ofBare)}`)
    await viewers.ask('leave')
    await panel.end()
    await bare.end()
  }
}
