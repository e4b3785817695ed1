import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ROOT } from './build.mjs'

/**
 * @typedef {{ readonly ok: true, readonly file: string } | { readonly ok: false, readonly reason: string }} ElectronAddon
 *   the addon compiled for Electron, or half a sentence that says why there is none
 */

/**
 * Compiles unix-dgram for Electron's headers, in a folder of its own: the build for Node in `node_modules` stays as it
 * is. Done once per version of Electron. Needs a compiler and, for the headers, the internet.
 * @param {string} [arch] of the processor
 * @returns {ElectronAddon}
 */
export function electronAddon(arch = process.arch) {
  const require = createRequire(import.meta.url)
  const version = require('electron/package.json').version
  const folder = join(ROOT, 'node_modules', '.cache', 'andon', `electron-${version}-${arch}`)
  const file = join(folder, 'unix-dgram', 'build', 'Release', 'unix_dgram.node')
  if (existsSync(file)) return { ok: true, file }
  const gyp = nodeGyp()
  if (gyp === null) return { ok: false, reason: 'npm’s node-gyp was not found' }
  process.stdout.write('Compiling unix-dgram for Electron …\n')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  try {
    cpSync(dirname(require.resolve('unix-dgram/package.json')), join(folder, 'unix-dgram'), { recursive: true })
    cpSync(dirname(require.resolve('nan/package.json')), join(folder, 'node_modules', 'nan'), { recursive: true })
  } catch (error) {
    return {
      ok: false,
      reason: `unix-dgram is not installed (${error instanceof Error ? error.message : String(error)})`,
    }
  }
  rmSync(join(folder, 'unix-dgram', 'build'), { recursive: true, force: true })
  const env = { ...process.env }
  // Somebody's fixed headers would make this succeed against the wrong ones.
  delete env['npm_config_nodedir']
  const args = ['rebuild', `--target=${version}`, `--arch=${arch}`, '--dist-url=https://electronjs.org/headers']
  const done = spawnSync(process.execPath, [gyp, ...args], { cwd: join(folder, 'unix-dgram'), env, encoding: 'utf8' })
  if (done.status === 0 && existsSync(file)) return { ok: true, file }
  rmSync(folder, { recursive: true, force: true })
  const why = done.stderr.split('\n').find((line) => line.includes('gyp ERR! stack')) ?? 'node-gyp failed'
  return { ok: false, reason: why.replace('gyp ERR! stack', '').trim() }
}

/** The node-gyp that npm itself brings along. */
export function nodeGyp() {
  const npm = process.env['npm_execpath']
  if (npm === undefined) return null
  const gyp = join(dirname(npm), '..', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
  return existsSync(gyp) ? gyp : null
}
