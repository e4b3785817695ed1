import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { addonAbi, addonArch } from '../../../scripts/package/addon-abi.mjs'
import { ROOT } from '../../support/child.ts'
import { tempDir } from '../../support/temp-dir.ts'

/** The least that makes a Mach-O file with a `__DATA,__data` section that holds these bytes. */
function machO(data: Buffer): string {
  const head = Buffer.alloc(32 + 72 + 80)
  head.writeUInt32LE(0xfeedfacf, 0)
  head.writeUInt32LE(1, 16)
  const segment = 32
  head.writeUInt32LE(0x19, segment)
  head.writeUInt32LE(72 + 80, segment + 4)
  head.writeUInt32LE(1, segment + 64)
  const section = segment + 72
  head.write('__data', section, 'latin1')
  head.writeBigUInt64LE(BigInt(data.length), section + 40)
  head.writeUInt32LE(head.length, section + 48)
  const file = join(tempDir(), 'addon.node')
  writeFileSync(file, Buffer.concat([head, data]))
  return file
}

/** A `node_module` record: ABI and flags, an empty handle, file, register function, none with context, name, two empty. */
function record(abi: number): Buffer {
  const bytes = Buffer.alloc(64)
  bytes.writeUInt32LE(abi, 0)
  for (const at of [16, 24, 40]) bytes.writeBigUInt64LE(0x4000n, at)
  return bytes
}

test('the addon that npm compiled is for the ABI of this Node', () => {
  const file = join(ROOT, 'node_modules/unix-dgram/build/Release/unix_dgram.node')
  expect(addonAbi(file)).toBe(Number(process.versions.modules))
})

test('the ABI is found in a Mach-O file too, wherever the record lies', () => {
  expect(addonAbi(machO(Buffer.concat([Buffer.alloc(24), record(150)])))).toBe(150)
})

test.each(['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64'])(
  'an addon for Node-API has no ABI of its own, but a processor (%s)',
  (platform) => {
    const folder = join(ROOT, 'node_modules/@photostructure/sqlite/prebuilds', platform)
    const file = join(folder, '@photostructure+sqlite.glibc.node')
    expect(addonAbi(file)).toBeNull()
    expect(addonArch(file)).toBe(platform.split('-')[1])
  },
)

test('a number among other data is no record', () => {
  const bytes = record(115)
  bytes.writeBigUInt64LE(1n, 8)
  expect(addonAbi(machO(bytes))).toBeNull()
})
