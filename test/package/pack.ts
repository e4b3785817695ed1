import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Arch, build, type Configuration, type PackagerOptions, Platform } from 'electron-builder'
import type { TestProject } from 'vitest/node'
import base from '../../build/electron-builder.mjs'
import { programOnPath } from '../../scripts/electron-binary.mjs'
import { licenceTexts } from '../../scripts/package/licences.mjs'
import { ROOT } from '../support/child.ts'
import { OLDER } from './older.ts'
import { standIn } from './stand-in/dist.ts'

/** What was packed, and with which arguments the tools would be called that cannot be had here. */
export interface Packed {
  readonly folder: string
  /** fpm's arguments for an rpm. */
  readonly rpm: readonly string[]
  /** Defines of the NSIS script. */
  readonly nsis: Readonly<Record<string, string | null>>
}

declare module 'vitest' {
  export interface ProvidedContext {
    packed: Packed
  }
}

/** A program that must be there; scripts/test-package.mjs has seen to it. */
function tool(name: string): string {
  const path = programOnPath(name)
  if (path === null) throw new Error(`${name} is missing: run "npm run test:package".`)
  return path
}

/** electron-builder's own ways to be given tools instead of downloading them. */
function offerTools(folder: string): void {
  const appImage = join(folder, 'appimage-tools')
  mkdirSync(join(appImage, 'runtimes'), { recursive: true })
  mkdirSync(join(appImage, 'lib', 'x64'), { recursive: true })
  for (const name of ['mksquashfs', 'desktop-file-validate']) symlinkSync(tool(name), join(appImage, name))
  // The part that mounts the image is not what is tested.
  writeFileSync(join(appImage, 'runtimes', 'runtime-x64'), Buffer.alloc(4096))
  const fpm = join(ROOT, 'test/package/stand-in/fpm.mjs')
  Object.assign(process.env, {
    APPIMAGE_TOOLS_PATH: appImage,
    CUSTOM_FPM_PATH: fpm,
    ELECTRON_BUILDER_7ZIP_PATH: tool('7za'),
    ANDON_ELECTRON_STAND_IN: 'yes',
  })
}

export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'andon-package-'))
  const end = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    offerTools(folder)
    project.provide('packed', await pack(folder))
  } catch (error) {
    end()
    throw error
  }
  return end
}

async function pack(folder: string): Promise<Packed> {
  const dist = join(folder, 'dist')
  const electron = (system: 'linux' | 'win32' | 'darwin'): string => standIn(join(folder, system), system)
  // The commands that people use.
  const run = async (script: string, ...args: string[]): Promise<void> => {
    try {
      await promisify(execFile)(process.execPath, [join(ROOT, 'scripts', script), ...args], { cwd: ROOT })
    } catch (error) {
      // What it printed says why; the error alone says only that it failed.
      const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string }
      throw new Error(`${script} failed:\n${stdout ?? ''}${stderr ?? ''}`, { cause: error })
    }
  }
  const config = (more: Configuration = {}): Configuration => ({
    ...base,
    directories: { ...base.directories, output: dist },
    compression: 'store',
    ...more,
  })

  const packLinux = async (): Promise<readonly string[]> => {
    await run(
      'package.mjs',
      '--linux',
      'deb',
      'AppImage',
      'tar.gz',
      '--x64',
      `-c.directories.output=${dist}`,
      '-c.compression=store',
      `-c.electronDist=${electron('linux')}`,
    )
    const prepackaged = join(dist, 'linux-unpacked')
    await build({
      targets: Platform.LINUX.createTarget('deb', Arch.x64),
      prepackaged,
      config: config({ extraMetadata: { ...base.extraMetadata, version: OLDER } }),
    })
    const targets = Platform.LINUX.createTarget('rpm', Arch.x64)
    const [args] = await computed<[string[], string]>({ targets, prepackaged, config: config() })
    return args
  }

  const packOthers = async (): Promise<Readonly<Record<string, string | null>>> => {
    await build({
      targets: Platform.WINDOWS.createTarget('zip', Arch.x64),
      config: config({ electronDist: electron('win32') }),
    })
    const [defines] = await computed<[Record<string, string | null>, unknown]>({
      targets: Platform.WINDOWS.createTarget('nsis', Arch.x64),
      prepackaged: join(dist, 'win-unpacked'),
      // It would be downloaded.
      config: config({ nsis: { ...base.nsis, packElevateHelper: false } }),
    })
    await build({
      targets: Platform.MAC.createTarget('zip', Arch.x64),
      config: config({
        electronDist: electron('darwin'),
        // Only macOS has the program that does this.
        electronFuses: { ...base.electronFuses, resetAdHocDarwinSignature: false },
      }),
    })
    return defines
  }

  // The licences are written by the command; the others take them from there.
  writeFileSync(join(ROOT, 'out', 'LICENSES.txt'), licenceTexts())
  const [rpm, nsis] = await Promise.all([packLinux(), packOthers(), run('package-headless.mjs', '--out', dist)])
  return { folder: dist, rpm, nsis }
}

/** What electron-builder would hand to a tool; the tool itself is not called. */
async function computed<T>(options: PackagerOptions): Promise<T> {
  let found: T | undefined
  await build({
    ...options,
    effectiveOptionComputed: (value: T) => {
      found = value
      return Promise.resolve(true)
    },
  })
  if (found === undefined) throw new Error('electron-builder computed nothing')
  return found
}
