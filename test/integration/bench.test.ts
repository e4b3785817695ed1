import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { fillJournal } from '../bench/journal-fill.mjs'
import { perform } from '../bench/perform.mjs'
import { Results } from '../bench/results.mjs'
import { Stage } from '../bench/stage.mjs'
import { startPanel } from '../support/panel.ts'
import { tempDir } from '../support/temp-dir.ts'
import { Viewer } from '../support/viewer.ts'

/** Eight processes are started one after the other; milliseconds. */
const FILLING = { timeout: 60_000 }

function stageIn(folder: string): Stage {
  const stage = new Stage(folder, undefined)
  onTestFinished(() => stage.close())
  return stage
}

test.runIf(process.platform === 'linux')(
  'a journal that the benchmark fills is one of the panel’s own',
  FILLING,
  async () => {
    const dataDir = await fillJournal(stageIn(join(tempDir(), 'stage')), 20_100)
    const panel = await startPanel(['--data-dir', dataDir])
    expect(panel.health()).toMatchObject({
      offset: 20_100,
      journal: { state: 'durable', durable: 20_100, first: 1, lost: 0 },
      problems: [],
    })
    const viewer = new Viewer(panel.url)
    await viewer.live()
    const machines = [...viewer.client.replica.state.machines.values()]
    expect(machines).toHaveLength(10)
    // Also what lies behind the stored state is folded.
    expect(Math.max(...machines.map(({ lastEventOffset }) => lastEventOffset))).toBe(20_100)
    const repeated = (await (await fetch(`${panel.url}api/v1/events?cursor=1000&limit=3`)).json()) as {
      events: { offset: number }[]
    }
    expect(repeated.events.map(({ offset }) => offset)).toEqual([999, 998, 997])
  },
)

test('a scenario that is never over is cut short, and what it starts then does not start any more', async () => {
  const folder = join(tempDir(), 'stage')
  const stage = stageIn(folder)
  let begun = false
  const endless = (): Promise<void> => {
    begun = true
    return new Promise(() => undefined)
  }
  await expect(perform(endless, { stage, results: new Results(), left: () => 0 }, 1)).rejects.toThrow('not over after')
  expect(begun).toBe(true)
  expect(existsSync(folder)).toBe(false)
  expect(() => stage.child('viewers.mjs')).toThrow('the scenario is over')
})

test('what a scenario fails of is what the run is told, once its stage is cleared', async () => {
  const folder = join(tempDir(), 'stage')
  const stage = stageIn(folder)
  const fails = (): Promise<void> => Promise.reject(new Error('the viewer is gone'))
  const play = { stage, results: new Results(), left: () => 0 }
  await expect(perform(fails, play, 10_000)).rejects.toThrow('the viewer is gone')
  expect(existsSync(folder)).toBe(false)
})
