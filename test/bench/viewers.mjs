// A process of viewers.
import { answer } from './answers.mjs'
import { nowUs } from './datagrams.mjs'
import { Goal } from './goal.mjs'
import { Histogram } from './histogram.mjs'
import { Viewer } from './viewer.mjs'

/** @type {Viewer[]} */
let viewers = []
/** @type {Viewer | undefined} */
let stalled
const histogram = new Histogram()
const goal = new Goal()

/**
 * @typedef {object} Crowd
 * @property {import('./viewer.mjs').Protocol} protocol
 * @property {number} port
 * @property {number} count
 * @property {boolean} [timed] every viewer reads the time of every event
 */

/** @param {Crowd} crowd */
async function connect({ protocol, port, count, timed = false }) {
  viewers = Array.from({ length: count }, (_, i) => {
    /** @type {import('./viewer.mjs').ViewerOptions} */
    const options = { protocol, port, events: (events) => goal.add(events) }
    if (timed) options.stamp = (us) => histogram.add(nowUs() - us)
    // One of them checks in any case that every event is there.
    else if (i === 0) options.stamp = () => undefined
    return new Viewer(options)
  })
  await Promise.all(viewers.map((viewer) => viewer.live))
}

/** Connects one more that reads nothing. @param {{ protocol: import('./viewer.mjs').Protocol, port: number }} where */
async function stall({ protocol, port }) {
  stalled = new Viewer({ protocol, port, events: () => undefined })
  await stalled.live
  stalled.stall()
}

/**
 * Comes back after a position, gets everything up to another, and goes.
 * @param {{ port: number, from: import('./viewer.mjs').Position, to: number }} order
 * @returns {Promise<{ us: number, events: number, resets: number }>}
 */
function resume({ port, from, to }) {
  const start = nowUs()
  return new Promise((resolve) => {
    let events = 0
    const viewer = new Viewer({
      protocol: 'andon',
      port,
      resume: from,
      events(count) {
        events += count
        if (viewer.position.offset < to) return
        viewer.close()
        resolve({ us: nowUs() - start, events, resets: viewer.resets })
      },
    })
  })
}

/** The same from a server that sends it unasked: the time until so many events came. @param {{ port: number, count: number }} order */
function replay({ port, count }) {
  const start = nowUs()
  return new Promise((resolve) => {
    let events = 0
    const viewer = new Viewer({
      protocol: 'ws',
      port,
      events(one) {
        events += one
        if (events < count) return
        viewer.close()
        resolve({ us: nowUs() - start, events })
      },
    })
  })
}

answer({
  connect,
  stall,
  resume,
  replay,
  /** Every viewer is expected to get so many events. */
  expect(/** @type {number} */ events) {
    histogram.reset()
    goal.expect(events * viewers.length)
  },
  done: () => goal.reached,
  count: () => goal.count,
  latency: () => histogram.read(),
  /** Must all be zero where nothing was lost. */
  losses: () => ({
    resets: viewers.reduce((sum, viewer) => sum + viewer.resets, 0),
    closed: viewers.filter((viewer) => viewer.isClosed).length,
  }),
  position: () => viewers[0]?.position,
  unstall() {
    stalled?.close()
    stalled = undefined
  },
  leave() {
    for (const viewer of viewers) viewer.close()
    viewers = []
  },
})
