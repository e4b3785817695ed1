import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Names under which systems install a Chromium that playwright-core can drive. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']

const HOW =
  'The end-to-end tests need a Chromium and there is none. Install one ("apt-get install chromium" on Debian), ' +
  'or name it: ANDON_CHROMIUM=/path/to/chromium npm test'

/** @param {string} path */
function executable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Path of a Chromium: from ANDON_CHROMIUM, else from PATH. @returns {string | undefined} */
export function findChromium() {
  const named = process.env['ANDON_CHROMIUM']
  if (named !== undefined && named !== '') return executable(named) ? named : undefined
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of NAMES) if (executable(join(folder, name))) return join(folder, name)
  }
  return undefined
}

/** Finds a Chromium, or installs Debian's where that is possible. Throws a sentence that says how to get one. */
export function requireChromium() {
  const found = findChromium()
  if (found !== undefined) return found
  const may = process.platform === 'linux' && process.getuid?.() === 0 && process.env['ANDON_CHROMIUM'] === undefined
  if (!may) throw new Error(HOW)
  process.stdout.write('No Chromium found; installing Debian’s …\n')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const done = spawnSync('apt-get', ['-qq', ...args], { env, encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`${HOW}\napt-get ${args[0]}: ${done.stderr ?? done.error?.message ?? ''}`)
  }
  const installed = findChromium()
  if (installed === undefined) throw new Error(HOW)
  return installed
}
