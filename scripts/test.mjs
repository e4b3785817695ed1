// npm test: everything, one step after the other; the last line says how many passed and failed.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build, packageBin, ROOT } from './build.mjs'
import { requireChromium } from './chromium.mjs'

let passed = 0
let failed = 0

/** @param {string} name @param {() => boolean} run */
function step(name, run) {
  process.stdout.write(`\n— ${name}\n`)
  const start = Date.now()
  let ok = false
  try {
    ok = run()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  }
  if (ok) passed += 1
  else failed += 1
  process.stdout.write(`— ${name}: ${ok ? 'passed' : 'FAILED'} in ${((Date.now() - start) / 1000).toFixed(1)} s\n`)
  return ok
}

/** @param {string} bin @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
function node(bin, args, env = process.env) {
  return spawnSync(process.execPath, [bin, ...args], { cwd: ROOT, stdio: 'inherit', env }).status === 0
}

step('format', () => node(packageBin('prettier', 'bin/prettier.cjs'), ['--check', '--log-level', 'warn', '.']))
step('lint', () => node(packageBin('oxlint', 'bin/oxlint'), ['--type-aware', '--deny-warnings']))
step('types', () => node(join('scripts', 'types.mjs'), []))
const isBuilt = step('build', build)

/** @type {string | undefined} */
let chromium
step('chromium', () => (chromium = requireChromium()) !== undefined)

if (isBuilt && chromium !== undefined) {
  const results = join(ROOT, 'test-results', 'vitest.json')
  mkdirSync(join(ROOT, 'test-results'), { recursive: true })
  rmSync(results, { force: true })
  const ran = node(
    packageBin('vitest', 'vitest.mjs'),
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`],
    { ...process.env, ANDON_CHROMIUM: chromium },
  )
  if (existsSync(results)) {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(results, 'utf8'))
    passed += numPassedTests
    // A test that was skipped has proved nothing.
    failed += numFailedTests + numPendingTests
    // A file that could not even be loaded counts no test.
    if (!ran && numFailedTests === 0) failed += 1
  } else {
    failed += 1
  }
} else {
  process.stderr.write('\nThe tests could not run: see above.\n')
  failed += 1
}

step('electron', () => node(join('scripts', 'test-electron.mjs'), []))

step('packages', () => node(join('scripts', 'test-package.mjs'), []))

process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
