import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { addonAbi } from '../scripts/package/addon-abi.mjs'

/**
 * electron-builder's hook after a program was put together: refuses one with an addon that its Electron cannot load, or
 * with none where there are Unix datagrams. `ANDON_ADDON_ABI` names another ABI than Electron's, for the test that packs
 * a stand-in for Electron.
 * @param {import('electron-builder').AfterPackContext} context
 */
export async function checkAddon({ appOutDir, electronPlatformName, packager }) {
  if (electronPlatformName === 'win32') return
  const resources = packager.getResourcesDir(appOutDir)
  const file = join(resources, 'app.asar.unpacked', 'node_modules', 'unix-dgram', 'build', 'Release', 'unix_dgram.node')
  if (!existsSync(file)) {
    throw new Error(`There is no unix-dgram addon in ${resources}. Install python3, make and g++, then run "npm ci".`)
  }
  const { version } = packager.info.framework
  const wanted = Number(process.env['ANDON_ADDON_ABI'] ?? electronAbi())
  const found = addonAbi(file)
  if (found === wanted) return
  throw new Error(
    `The unix-dgram addon was compiled for ABI ${found}, but Electron ${version} needs ${wanted}: the rebuild took other ` +
      'headers than Electron’s. Is "nodedir" set, in an .npmrc or as npm_config_nodedir? Unset it and build again.',
  )
}

/** The ABI of the Electron that is installed, and so packed. */
function electronAbi() {
  return readFileSync(createRequire(import.meta.url).resolve('electron/abi_version'), 'utf8').trim()
}
