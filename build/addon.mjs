import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Arch } from 'electron-builder'
import { electronAddon } from '../scripts/electron-addon.mjs'
import { addonAbi, addonArch } from '../scripts/package/addon-abi.mjs'
import { OWN_ADDON } from '../scripts/package/node-addon.mjs'

/**
 * electron-builder's hook after a program was put together: gives it the addon compiled for its Electron, and refuses to
 * go on with one that could not be loaded. electron-builder's own rebuild would change `node_modules`, and compile SQLite
 * as well, which is prebuilt for any ABI.
 * `ANDON_ELECTRON_STAND_IN` is set by the test that packs a stand-in for Electron, which runs the panel with Node.
 * @param {import('electron-builder').AfterPackContext} context
 */
export async function placeAddon({ appOutDir, arch, electronPlatformName, packager }) {
  // Windows has no Unix datagram sockets. A universal program is made of two that have been here already.
  if (electronPlatformName === 'win32' || arch === Arch.universal) return
  const standIn = process.env['ANDON_ELECTRON_STAND_IN'] !== undefined
  const target = standIn
    ? { abi: process.versions.modules, arch: process.arch }
    : { abi: electronAbi(), arch: Arch[arch] }
  const file = standIn ? OWN_ADDON : compiled(target.arch)
  checkAddon(file, { abi: Number(target.abi), arch: target.arch })
  const folder = join(packager.getResourcesDir(appOutDir), 'app.asar.unpacked', 'node_modules', 'unix-dgram')
  const place = join(folder, 'build', 'Release', 'unix_dgram.node')
  mkdirSync(dirname(place), { recursive: true })
  // It may be a hard link to the one in node_modules, which must stay as it is.
  rmSync(place, { force: true })
  cpSync(file, place)
}

/**
 * Throws a sentence where an addon is not what was asked for: a compiler that found other headers ends just as well.
 * @param {string} file
 * @param {{ readonly abi: number, readonly arch: string }} wanted
 */
export function checkAddon(file, wanted) {
  const arch = addonArch(file)
  if (arch !== wanted.arch) {
    throw new Error(`The unix-dgram addon was compiled for ${arch}, not for ${wanted.arch}: pack on such a machine.`)
  }
  const abi = addonAbi(file)
  if (abi !== wanted.abi) {
    throw new Error(
      `The unix-dgram addon was compiled for ABI ${abi}, but ABI ${wanted.abi} is needed: the compiler took other headers. ` +
        'Is "nodedir" set, in an .npmrc or as npm_config_nodedir? Unset it and build again.',
    )
  }
}

/** @param {string} arch */
function compiled(arch) {
  const addon = electronAddon(arch)
  if (addon.ok) return addon.file
  throw new Error(`The unix-dgram addon could not be compiled for Electron: ${addon.reason}.`)
}

/** The ABI of the Electron that is installed, and so packed. */
function electronAbi() {
  return readFileSync(createRequire(import.meta.url).resolve('electron/abi_version'), 'utf8').trim()
}
