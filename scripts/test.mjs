// npm test: everything, one step after the other; the last line says how many passed and failed.
import { spawn, spawnSync } from 'node:child_process'
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
  over(name, ok, start)
  return ok
}

/** Counts a step, and says how it went. @param {string} name @param {boolean} ok @param {number} start */
function over(name, ok, start) {
  if (ok) passed += 1
  else failed += 1
  process.stdout.write(`— ${name}: ${ok ? 'passed' : 'FAILED'} in ${((Date.now() - start) / 1000).toFixed(1)} s\n`)
}

/**
 * The same for what says little and disturbs nothing else: several at once, each told as a whole when it is over.
 * @param {string} name @param {string} bin @param {string[]} args
 */
async function besideOthers(name, bin, args) {
  const start = Date.now()
  const child = spawn(process.execPath, [bin, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  const ok = await new Promise((resolve) => {
    child.once('error', (error) => {
      output += `${error.message}\n`
      resolve(false)
    })
    child.once('close', (code) => resolve(code === 0))
  })
  process.stdout.write(`\n— ${name}\n${output}`)
  over(name, ok, start)
}

/** @param {string} bin @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
function node(bin, args, env = process.env) {
  return spawnSync(process.execPath, [bin, ...args], { cwd: ROOT, stdio: 'inherit', env }).status === 0
}

await Promise.all([
  besideOthers('format', packageBin('prettier', 'bin/prettier.cjs'), ['--check', '--log-level', 'warn', '.']),
  besideOthers('lint', packageBin('oxlint', 'bin/oxlint'), ['--type-aware', '--deny-warnings']),
  besideOthers('types', join('scripts', 'types.mjs'), []),
])
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
