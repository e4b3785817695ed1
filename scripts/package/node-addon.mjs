import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ROOT } from '../build.mjs'
import { nodeGyp } from '../electron-addon.mjs'
import { addonAbi } from './addon-abi.mjs'

/** What `npm ci` compiled, for the Node that ran it. */
export const OWN_ADDON = join(ROOT, 'node_modules', 'unix-dgram', 'build', 'Release', 'unix_dgram.node')

/**
 * Compiles unix-dgram for another version of Node, in a folder of its own. Needs a compiler and that version's headers,
 * which node-gyp downloads. Throws a sentence where it cannot.
 * @param {string} version as `22.12.0`
 * @returns {string} the addon's path
 */
export function compileForNode(version) {
  const require = createRequire(import.meta.url)
  const folder = join(ROOT, 'node_modules', '.cache', 'andon', `node-${version}-${process.arch}`)
  const file = join(folder, 'unix-dgram', 'build', 'Release', 'unix_dgram.node')
  const gyp = nodeGyp()
  if (gyp === null) throw new Error('npm’s node-gyp was not found: run this as an npm script.')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(dirname(require.resolve('unix-dgram/package.json')), join(folder, 'unix-dgram'), { recursive: true })
  cpSync(dirname(require.resolve('nan/package.json')), join(folder, 'node_modules', 'nan'), { recursive: true })
  rmSync(join(folder, 'unix-dgram', 'build'), { recursive: true, force: true })
  const env = { ...process.env }
  // Somebody's fixed headers would make this succeed against the wrong ones.
  for (const name of ['npm_config_nodedir', 'NPM_CONFIG_NODEDIR']) delete env[name]
  const args = [gyp, 'rebuild', `--target=${version}`, `--arch=${process.arch}`]
  const done = spawnSync(process.execPath, args, { cwd: join(folder, 'unix-dgram'), env, encoding: 'utf8' })
  if (done.status !== 0 || !existsSync(file)) {
    const why = done.stderr.split('\n').find((line) => line.includes('gyp ERR! stack')) ?? 'node-gyp failed'
    throw new Error(`unix-dgram for Node ${version}: ${why.replace('gyp ERR! stack', '').trim()}`)
  }
  return file
}

/** The addons to pack, by ABI: the one of `npm ci`, and those for other versions of Node. @param {readonly string[]} versions */
export function addonsByAbi(versions) {
  const files = [...(existsSync(OWN_ADDON) ? [OWN_ADDON] : []), ...versions.map((version) => compileForNode(version))]
  /** @type {Map<number, string>} */
  const byAbi = new Map()
  for (const file of files) {
    const abi = addonAbi(file)
    // A compiler that found other headers than those asked for ends just as well.
    if (abi === null || byAbi.has(abi)) throw new Error(`${file} is for ABI ${abi}, which is not what was asked for.`)
    byAbi.set(abi, file)
  }
  return byAbi
}
