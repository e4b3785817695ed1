import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { icns, ico, SIZES } from '../../../scripts/package/icon-files.mjs'
import { ROOT } from '../../support/child.ts'

const build = (name: string): Buffer => readFileSync(join(ROOT, 'build', name))
const pictures = new Map(SIZES.map((size) => [size, build(`icons/${size}x${size}.png`)]))

test('every picture is a PNG of the size that its name says', () => {
  const sizes = [...pictures.values()].map((png) => [
    png.toString('latin1', 1, 4),
    png.readUInt32BE(16),
    png.readUInt32BE(20),
  ])
  expect(sizes).toEqual(SIZES.map((size) => ['PNG', size, size]))
})

test('the icon for Windows is made of these pictures, each where its entry says', () => {
  const icon = build('icon.ico')
  expect(ico(pictures).equals(icon)).toBe(true)
  const entries = Array.from({ length: icon.readUInt16LE(4) }, (_, index) => 6 + index * 16)
  const found = entries.map((at) => {
    const offset = icon.readUInt32LE(at + 12)
    return [icon.readUInt8(at), icon.subarray(offset, offset + icon.readUInt32LE(at + 8)).readUInt32BE(16)]
  })
  expect(found).toEqual([16, 24, 32, 48, 64, 128, 256].map((size) => [size % 256, size]))
})

test('the icon for macOS is made of these pictures, one after the other to its end', () => {
  const icon = build('icon.icns')
  expect(icns(pictures).equals(icon)).toBe(true)
  expect(icon.toString('latin1', 0, 4)).toBe('icns')
  expect(icon.readUInt32BE(4)).toBe(icon.length)
  const sizes: number[] = []
  for (let at = 8; at < icon.length; at += icon.readUInt32BE(at + 4)) sizes.push(icon.readUInt32BE(at + 8 + 16))
  expect(sizes).toEqual([16, 32, 32, 64, 128, 256, 256, 512, 512, 1024])
})
