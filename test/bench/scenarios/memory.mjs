import { median } from '../numbers.mjs'
import { residentMib, within } from '../stage.mjs'

const VIEWERS = 100
/** An hour of 50 events a second. */
const PER_SECOND = 6_000
const SLICES = 12
const SLICE_SECONDS = 2.5

/**
 * A hundred viewers and an hour's worth of events: how much memory the panel holds, and whether that grows.
 * @param {import('../stage.mjs').Play} play
 */
export async function memory({ stage, results }) {
  const panel = await stage.panel()
  const sender = stage.child('sender.mjs')
  const viewers = stage.child('viewers.mjs')
  const idle = residentMib(panel.pid)
  await viewers.ask('connect', { protocol: 'andon', port: panel.port, count: VIEWERS })
  /** @type {number[]} */
  const sizes = []
  await panel.ask('resetLoop')
  const count = PER_SECOND * SLICE_SECONDS
  for (let slice = 0; slice < SLICES; slice += 1) {
    await viewers.ask('expect', count)
    await sender.ask('pace', { path: panel.socket, count, perSecond: PER_SECOND })
    sizes.push(residentMib(panel.pid))
    await within(viewers.ask('done'), 'not every viewer got every event')
  }
  const loop = await panel.ask('loop')
  const losses = await viewers.ask('losses')
  if (losses.resets + losses.closed > 0) throw new Error(JSON.stringify(losses))
  // The ring is full after 65,536 events; what comes after must not grow.
  const third = SLICES / 3
  const middle = median(sizes.slice(third, 2 * third))
  const last = median(sizes.slice(-third))
  const events = PER_SECOND * SLICE_SECONDS * SLICES
  results.add('rss100.mib', last, 'MiB', `${Math.round(idle)} MiB before the first viewer; ${events} events`)
  results.add('rss100.growth', last / middle - 1, 'growth', `${Math.round(middle)} MiB a third of the run earlier`)
  results.add('rss100.peak_mib', Math.max(...sizes), 'MiB', `samples ${sizes.map(Math.round).join(' ')}`)
  results.add('rss100.loop_p99_ms', loop.p99, 'ms', `${PER_SECOND} events/s to ${VIEWERS} viewers`)
}
