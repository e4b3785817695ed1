import { within } from './stage.mjs'

/**
 * Plays a scenario on its stage and clears that in any case. Rejects where the scenario fails, or is not over in time:
 * whatever it waits for then, the run goes on.
 * @param {(play: import('./stage.mjs').Play) => Promise<void>} scenario
 * @param {import('./stage.mjs').Play} play @param {number} ms
 */
export async function perform(scenario, play, ms) {
  try {
    await within(scenario(play), `it was not over after ${Math.round(ms / 1000)} s`, ms)
  } finally {
    await play.stage.close()
  }
}
