import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '..')
export const OUT = join(ROOT, 'out')

/** Touched after a complete build. */
const STAMP = join(OUT, '.built')
const SOURCES = ['src', 'package.json', 'package-lock.json', 'electron.vite.config.ts']

/**
 * The newest change below a path, epoch milliseconds.
 * @param {string} path
 * @returns {number}
 */
function newest(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}

function built() {
  if (!existsSync(STAMP)) return false
  const stamp = statSync(STAMP).mtimeMs
  return SOURCES.every((source) => newest(join(ROOT, source)) <= stamp)
}

/** The command line of a package's own program, so that nothing depends on PATH. @param {string} name @param {string} bin */
export function packageBin(name, bin) {
  const require = createRequire(import.meta.url)
  return join(dirname(require.resolve(`${name}/package.json`)), bin)
}

/**
 * Builds into `out/` unless it is up to date. What the build prints is shown only where it fails.
 * @returns {boolean} false where it failed
 */
export function build() {
  if (built()) return true
  process.stdout.write('Building …\n')
  const bin = packageBin('electron-vite', 'bin/electron-vite.js')
  const done = spawnSync(process.execPath, [bin, 'build'], { cwd: ROOT, encoding: 'utf8' })
  if (done.status !== 0) {
    process.stderr.write(`${done.stdout}\n${done.stderr}\nThe build failed.\n`)
    return false
  }
  mkdirSync(OUT, { recursive: true })
  writeFileSync(STAMP, '')
  utimesSync(STAMP, new Date(), new Date())
  return true
}
