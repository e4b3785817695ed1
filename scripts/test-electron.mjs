// Runs the Electron end-to-end tests where there is an Electron to run them with, and says so where there is none.
import { spawnSync } from 'node:child_process'
import { build, packageBin, ROOT } from './build.mjs'
import { electronBinary, hasDisplay, programOnPath, sandboxProblem } from './electron-binary.mjs'

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
function run(command, args, env) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, env, stdio: 'inherit' })
  if (error) console.error(error.message)
  return status ?? 1
}

/** @param {string} reason */
function skip(reason) {
  console.log(`Electron end-to-end: did not run here: ${reason}`)
  return 0
}

function main() {
  const electron = electronBinary()
  if (!electron.ok) return skip(electron.reason)
  const xvfb = hasDisplay() ? null : programOnPath('xvfb-run')
  if (!hasDisplay() && xvfb === null) return skip('there is no display and no xvfb-run')

  if (!build()) return 1
  const sandbox = sandboxProblem(electron.path)
  if (sandbox !== null) console.log(`Electron end-to-end: without the system's sandbox: ${sandbox}`)
  const tests = [packageBin('vitest', 'vitest.mjs'), 'run', '--config', 'test/e2e-electron/vitest.config.ts']
  const env = {
    ...process.env,
    ANDON_ELECTRON: electron.path,
    ANDON_ELECTRON_SANDBOX: sandbox === null ? 'yes' : 'no',
  }
  return xvfb === null ? run(process.execPath, tests, env) : run(xvfb, ['-a', process.execPath, ...tests], env)
}

process.exitCode = main()
