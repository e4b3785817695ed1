import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { AfterPackContext } from 'electron-builder'
import { afterEach, expect, test, vi } from 'vitest'
import { checkAddon } from '../../../build/check-addon.mjs'
import { ROOT } from '../../support/child.ts'
import { tempDir } from '../../support/temp-dir.ts'

const ADDON = 'node_modules/unix-dgram/build/Release'

afterEach(() => vi.unstubAllEnvs())

/** What electron-builder tells the hook of a program in a folder. */
const context = (dir: string, system = 'linux'): AfterPackContext =>
  ({
    appOutDir: dir,
    electronPlatformName: system,
    packager: { getResourcesDir: (out: string) => out, info: { framework: { version: '45.0.0' } } },
  }) as unknown as AfterPackContext

/** A program with the addon that npm compiled for Node. */
function program(): string {
  const dir = tempDir()
  const folder = join(dir, 'app.asar.unpacked', ADDON)
  mkdirSync(folder, { recursive: true })
  cpSync(join(ROOT, ADDON, 'unix_dgram.node'), join(folder, 'unix_dgram.node'))
  return dir
}

test('a program whose addon was compiled for Node instead of Electron is refused, and says what to look at', async () => {
  await expect(checkAddon(context(program()))).rejects.toThrow(
    new RegExp(`compiled for ABI ${process.versions.modules}, but Electron 45\\.0\\.0 needs \\d+: .*nodedir`),
  )
})

test('one with the right addon passes', async () => {
  vi.stubEnv('ANDON_ADDON_ABI', process.versions.modules)
  await expect(checkAddon(context(program()))).resolves.toBeUndefined()
})

test('one without the addon is refused where there are Unix datagrams, and passes on Windows', async () => {
  await expect(checkAddon(context(tempDir()))).rejects.toThrow('There is no unix-dgram addon')
  await expect(checkAddon(context(tempDir(), 'win32'))).resolves.toBeUndefined()
})
