import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'

/**
 * @typedef {{ readonly ok: true, readonly path: string } | { readonly ok: false, readonly reason: string }} ElectronBinary
 *   the program, or half a sentence that says why there is none
 */

/**
 * Finds the Electron program that the `electron` package would start. Unlike that package's own entry, which downloads
 * it at first use, this never touches the network.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string | null} [packageDir] the package's folder, default: the installed one
 * @returns {ElectronBinary}
 */
export function electronBinary(env = process.env, packageDir = installedPackage()) {
  if (packageDir === null) return { ok: false, reason: 'the npm package "electron" is not installed' }
  const name = programName(packageDir)
  const override = env['ELECTRON_OVERRIDE_DIST_PATH']
  if (!override && name === null) {
    return { ok: false, reason: 'Electron has not been downloaded ("npx install-electron --no" does it)' }
  }
  const path = override ? join(override, name ?? 'electron') : join(packageDir, 'dist', name ?? '')
  return isExecutable(path) ? { ok: true, path } : { ok: false, reason: `there is no Electron at ${path}` }
}

/**
 * True where a window can be shown. Only on Linux can there be none.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {NodeJS.Platform} [platform]
 */
export function hasDisplay(env = process.env, platform = process.platform) {
  if (platform === 'win32' || platform === 'darwin') return true
  return Boolean(env['DISPLAY']) || Boolean(env['WAYLAND_DISPLAY'])
}

/**
 * Why Chromium could not make its sandbox here, so that Electron would only start with `--no-sandbox`; null where it can.
 * @param {string} binary path of the Electron program
 */
export function sandboxProblem(binary) {
  if (process.platform !== 'linux') return null
  if (process.getuid?.() === 0) return 'Electron keeps no sandbox for root'
  if (isSetuidRoot(join(dirname(binary), 'chrome-sandbox'))) return null
  const forbidden =
    setting('user/max_user_namespaces') === '0' ||
    setting('kernel/unprivileged_userns_clone') === '0' ||
    setting('kernel/apparmor_restrict_unprivileged_userns') === '1'
  return forbidden ? 'this system gives Electron no sandbox (user namespaces are restricted)' : null
}

/**
 * The path of a program on the PATH, or null.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} [env]
 */
export function programOnPath(name, env = process.env) {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name)
    if (folder !== '' && isExecutable(path)) return path
  }
  return null
}

function installedPackage() {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  } catch {
    return null
  }
}

/**
 * The program's path within the distribution; the package writes it when the download is complete.
 * @param {string} packageDir
 */
function programName(packageDir) {
  try {
    return readFileSync(join(packageDir, 'path.txt'), 'utf8').trim() || null
  } catch {
    return null
  }
}

/** A kernel setting; null where this kernel does not have it. @param {string} name */
function setting(name) {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim()
  } catch {
    return null
  }
}

/** @param {string} path */
function isSetuidRoot(path) {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat !== undefined && stat.uid === 0 && (stat.mode & 0o4000) !== 0
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
