// Long journals, made quickly: the panel itself takes in its beginning and its end and stores the state, as it always
// does. SQL only repeats, between the two, the rows that the panel wrote, so that nothing here says how an event or a
// state is kept.
import { TEXTS } from './datagrams.mjs'
import { within } from './stage.mjs'

/** So many events lie behind the last stored state: nearly as many as the panel lets there be. */
const BEHIND_STATE = 19_000
/** How long ten millions of rows may take, milliseconds. */
const ROWS_MS = 110_000

/**
 * Makes a data folder whose journal holds events 1 to `count`, more than 20,000. Returns its path.
 * @param {import('./stage.mjs').Stage} stage @param {number} count
 */
export async function fillJournal(stage, count) {
  const dataDir = stage.path('data')
  const sender = stage.child('sender.mjs')
  const viewer = stage.child('viewers.mjs')
  const rows = stage.child('journal-rows.mjs')
  const earlier = await stage.panel({ dataDir })
  await viewer.ask('connect', { protocol: 'andon', port: earlier.port, count: 1 })
  await viewer.ask('expect', TEXTS.length)
  await sender.ask('flood', { path: earlier.socket, count: TEXTS.length })
  await within(viewer.ask('done'), 'the panel has not taken in the first events')
  // A panel that ends by itself makes everything durable and stores its state.
  await earlier.end()
  await rows.ask('stretch', { dataDir, from: TEXTS.length, to: count - BEHIND_STATE }, ROWS_MS)
  // Only with its process everything is gone that holds the file: see journal-rows.mjs.
  await rows.end()

  const later = await stage.panel({ dataDir })
  await sender.ask('flood', { path: later.socket, count: BEHIND_STATE })
  const end = stage.child('journal-rows.mjs')
  await end.ask('reached', { dataDir, count })
  later.kill()
  await later.gone
  await end.ask('settle', dataDir)
  for (const child of [end, viewer, sender]) await child.end()
  return dataDir
}
