import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { getRawHeader, listPackage } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { NtExecutable, NtExecutableResource } from 'resedit'
import { describe, expect, inject, test } from 'vitest'
import { addonAbi } from '../../scripts/package/addon-abi.mjs'
import { tempDir } from '../support/temp-dir.ts'
import { filesBelow, sizeBelow } from './files.ts'

/** MiB of what is ours beside Electron; it was 10 to 12 when this was written. */
const BOUND_MIB = 16

/** A fuse's state as it stands in the program. */
const OFF = '0'.charCodeAt(0)
const ON = '1'.charCodeAt(0)

const FUSES = {
  [FuseV1Options.RunAsNode]: OFF,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: OFF,
  [FuseV1Options.EnableNodeCliInspectArguments]: OFF,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: OFF,
  [FuseV1Options.EnableCookieEncryption]: ON,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: ON,
  [FuseV1Options.OnlyLoadAppFromAsar]: ON,
}

interface Program {
  readonly system: string
  /** The unpacked program's folder, below the output folder, and where in it things lie. */
  readonly folder: string
  readonly program: string
  readonly resources: string
  readonly addons: readonly string[]
}

const sqlite = (platform: string): string =>
  `node_modules/@photostructure/sqlite/prebuilds/${platform}/@photostructure+sqlite.glibc.node`
const DGRAM = 'node_modules/unix-dgram/build/Release/unix_dgram.node'

const PROGRAMS: readonly Program[] = [
  {
    system: 'Linux',
    folder: 'linux-unpacked',
    program: 'andon',
    resources: 'resources',
    addons: [sqlite('linux-x64'), DGRAM],
  },
  {
    system: 'Windows',
    folder: 'win-unpacked',
    program: 'Andon.exe',
    resources: 'resources',
    addons: [sqlite('win32-x64')],
  },
  {
    system: 'macOS',
    folder: 'mac',
    program: 'Andon.app',
    resources: 'Andon.app/Contents/Resources',
    addons: [sqlite('darwin-arm64'), sqlite('darwin-x64'), DGRAM],
  },
]

const at = (...path: string[]): string => join(inject('packed').folder, ...path)
const hash = (asar: string): string => createHash('sha256').update(getRawHeader(asar).headerString).digest('hex')

describe.each(PROGRAMS)('the program for $system', ({ folder, program, resources, addons }) => {
  const asar = (): string => at(folder, resources, 'app.asar')

  test('has its fuses set', async () => {
    expect(await getCurrentFuseWire(at(folder, program))).toMatchObject(FUSES)
  })

  test('has the panel in its archive, and neither sources nor what only building needs', () => {
    const files = listPackage(asar(), { isPack: false }).map((file) => file.slice(1))
    for (const file of ['package.json', 'out/main/index.js', 'out/main/headless.js', 'out/main/journal.js']) {
      expect(files).toContain(file)
    }
    for (const file of [
      'out/preload/index.cjs',
      'out/renderer/index.html',
      'node_modules/electron-updater/package.json',
    ]) {
      expect(files).toContain(file)
    }
    const roots = new Set(files.map((file) => file.split('/')[0]))
    expect(roots).toEqual(new Set(['LICENSE', 'node_modules', 'out', 'package.json']))
    expect(files.filter((file) => /\.(cc?|h|hpp|o|d|ts|map|md|gypi?|mk)$/.test(file))).toEqual([])
    expect(files.filter((file) => /^node_modules\/(nan|node-addon-api|typebox|electron|vue)\//.test(file))).toEqual([])
  })

  test('has its native addons beside the archive, those of its own system only', () => {
    const unpacked = filesBelow(`${asar()}.unpacked`)
    expect(unpacked.filter((file) => file.endsWith('.node'))).toHaveLength(addons.length)
    expect(unpacked).toEqual(expect.arrayContaining([...addons]))
    const abis = addons.filter((file) => file === DGRAM).map((file) => addonAbi(join(`${asar()}.unpacked`, file)))
    expect(abis).toEqual(abis.map(() => Number(process.versions.modules)))
  })

  test('has the licences and the example beside it', () => {
    for (const file of ['LICENSES.txt', 'andon.example.yaml', 'plant.schema.json']) {
      expect(existsSync(at(folder, resources, file))).toBe(true)
    }
  })

  test('stays within its bound beside Electron', () => {
    const mib = sizeBelow(at(folder, resources)) / 2 ** 20
    process.stdout.write(`${folder}: ${mib.toFixed(1)} MiB beside Electron\n`)
    expect(mib).toBeLessThan(BOUND_MIB)
  })
})

test('the program for Windows carries the hash of its archive', () => {
  const program = NtExecutable.from(readFileSync(at('win-unpacked', 'Andon.exe')))
  const entry = NtExecutableResource.from(program).entries.find(({ type }) => type === 'INTEGRITY')
  expect(JSON.parse(Buffer.from(entry?.bin ?? new ArrayBuffer(0)).toString())).toEqual([
    { file: 'resources\\app.asar', alg: 'SHA256', value: hash(at('win-unpacked', 'resources', 'app.asar')) },
  ])
})

test('the program for macOS carries the hash of its archive', () => {
  const contents = at('mac', 'Andon.app', 'Contents')
  const plist = readFileSync(join(contents, 'Info.plist'), 'utf8')
  expect(plist).toContain('<key>ElectronAsarIntegrity</key>')
  expect(plist).toContain(hash(join(contents, 'Resources', 'app.asar')))
})

test('the AppImage has the desktop entry, which starts with the sandbox on', () => {
  const image = readdirSync(at()).find((name) => name.endsWith('.AppImage')) ?? ''
  const dir = join(tempDir(), 'image')
  execFileSync('unsquashfs', ['-q', '-n', '-offset', '4096', '-d', dir, at(image)], { stdio: 'pipe' })
  const entry = join(dir, 'andon.desktop')
  expect(execFileSync('desktop-file-validate', [entry], { encoding: 'utf8' })).toBe('')
  expect(readFileSync(entry, 'utf8')).toMatch(/^Exec=(?!.*--no-sandbox)/m)
  expect(statSync(join(dir, 'andon')).mode & 0o111).toBe(0o111)
})

test.each([
  ['linux-x64.tar.gz', 'tar', ['-tzf'], 'resources/app.asar'],
  ['win-x64.zip', '7za', ['l', '-ba'], 'resources/app.asar'],
  ['mac-x64.zip', '7za', ['l', '-ba'], 'Andon.app/Contents/Resources/app.asar'],
])('the archive for %s has the program', (name, command, args, file) => {
  const archive = readdirSync(at()).find((each) => !each.includes('headless') && each.endsWith(name)) ?? ''
  expect(execFileSync(command, [...args, at(archive)], { encoding: 'utf8' })).toContain(file)
})

test('an rpm would get the same files and scripts as the deb', () => {
  const { rpm } = inject('packed')
  const after = (name: string): string => rpm[rpm.indexOf(name) + 1] ?? ''
  // fpm makes x86_64 of it.
  expect(after('--architecture')).toBe('amd64')
  expect(after('--name')).toBe('andon')
  expect(after('--before-remove')).toMatch(/before-remove\.sh$/)
  for (const target of [
    '/opt/Andon',
    '/usr/lib/systemd/system/andon.service',
    '/usr/lib/sysusers.d/andon.conf',
    '/usr/lib/tmpfiles.d/andon.conf',
    '/usr/lib/sysctl.d/60-andon.conf',
    '/usr/share/applications/andon.desktop',
  ]) {
    expect(rpm.filter((arg) => arg.endsWith(`=${target}`))).toHaveLength(1)
  }
})

test('the installer for Windows asks for whom it installs, and lets the journal be', () => {
  const { nsis } = inject('packed')
  expect(nsis).toMatchObject({ PRODUCT_NAME: 'Andon', APP_ID: 'io.andon.panel' })
  expect(Object.keys(nsis)).toContain('INSTALL_MODE_PER_ALL_USERS_DEFAULT')
  for (const absent of ['ONE_CLICK', 'INSTALL_MODE_PER_ALL_USERS', 'DELETE_APP_DATA_ON_UNINSTALL']) {
    expect(Object.keys(nsis)).not.toContain(absent)
  }
})
