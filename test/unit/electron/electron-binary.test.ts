import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { electronBinary, hasDisplay, programOnPath } from '../../../scripts/electron-binary.mjs'
import { tempDir } from '../../support/temp-dir.ts'

/** The `electron` package's folder, with or without the downloaded program. */
function electronPackage({ downloaded }: { downloaded: boolean }): string {
  const dir = tempDir()
  if (!downloaded) return dir
  mkdirSync(join(dir, 'dist'))
  writeFileSync(join(dir, 'path.txt'), 'electron')
  writeFileSync(join(dir, 'dist', 'electron'), '#!/bin/sh\n')
  chmodSync(join(dir, 'dist', 'electron'), 0o755)
  return dir
}

test('a downloaded Electron is found', () => {
  const dir = electronPackage({ downloaded: true })
  expect(electronBinary({}, dir)).toEqual({ ok: true, path: join(dir, 'dist', 'electron') })
})

test('without it, half a sentence says what to do', () => {
  expect(electronBinary({}, electronPackage({ downloaded: false }))).toEqual({
    ok: false,
    reason: 'Electron has not been downloaded ("npx install-electron --no" does it)',
  })
  expect(electronBinary({}, null)).toEqual({ ok: false, reason: 'the npm package "electron" is not installed' })
})

test('one that cannot be run is none', () => {
  const dir = electronPackage({ downloaded: true })
  chmodSync(join(dir, 'dist', 'electron'), 0o644)
  expect(electronBinary({}, dir)).toMatchObject({ ok: false })
})

test('one from elsewhere goes before it', () => {
  const elsewhere = electronPackage({ downloaded: true })
  const dir = electronPackage({ downloaded: false })
  const dist = join(elsewhere, 'dist')
  expect(electronBinary({ ELECTRON_OVERRIDE_DIST_PATH: dist }, dir)).toEqual({ ok: true, path: join(dist, 'electron') })
  expect(electronBinary({ ELECTRON_OVERRIDE_DIST_PATH: dir }, dir)).toMatchObject({ ok: false })
})

test('a display', () => {
  expect(hasDisplay({}, 'linux')).toBe(false)
  expect(hasDisplay({ DISPLAY: '' }, 'linux')).toBe(false)
  expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true)
  expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true)
  expect(hasDisplay({}, 'win32')).toBe(true)
  expect(hasDisplay({}, 'darwin')).toBe(true)
})

test('a program on the path', () => {
  const dir = join(electronPackage({ downloaded: true }), 'dist')
  expect(programOnPath('electron', { PATH: `/nowhere:${dir}` })).toBe(join(dir, 'electron'))
  expect(programOnPath('electron', { PATH: '' })).toBeNull()
})
