import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkAddon } from '../../../build/addon.mjs'
import { ROOT } from '../../support/child.ts'

/** What npm compiled for this Node. */
const OWN = join(ROOT, 'node_modules/unix-dgram/build/Release/unix_dgram.node')
const abi = Number(process.versions.modules)

test('an addon that was compiled for Node instead of Electron is refused, and it is said what to look at', () => {
  expect(() => checkAddon(OWN, { abi: 150, arch: process.arch })).toThrow(
    new RegExp(`compiled for ABI ${abi}, but ABI 150 is needed: .*"nodedir"`),
  )
})

test('one for another processor is refused', () => {
  const other = process.arch === 'x64' ? 'arm64' : 'x64'
  expect(() => checkAddon(OWN, { abi, arch: other })).toThrow(`compiled for ${process.arch}, not for ${other}`)
})

test('the right one passes', () => {
  expect(() => checkAddon(OWN, { abi, arch: process.arch })).not.toThrow()
})
