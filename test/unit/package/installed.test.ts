import { expect, test } from 'vitest'
import { BUNDLED } from '../../../scripts/package/bundled.mjs'
import { bundledPackages, headlessPackages, withDependencies } from '../../../scripts/package/installed.mjs'

const of = (name: string): string => `node_modules/${name}`

test('what is bundled is not carried, but for what something that is loaded needs as well', () => {
  const bundled = bundledPackages()
  expect(bundled).toEqual(expect.arrayContaining(['typebox', 'fastify', 'oauth4webapi', 'jose', 'ws'].map(of)))
  // electron-updater, which is loaded, needs it too.
  expect(withDependencies(BUNDLED)).toContain(of('debug'))
  expect(bundled).not.toContain(of('debug'))
})

test('a panel without a window loads neither what is bundled nor the updater', () => {
  const packages = headlessPackages()
  expect(packages).toEqual(expect.arrayContaining(['@photostructure/sqlite', 'unix-dgram'].map(of)))
  expect(packages.filter((path) => [...bundledPackages(), of('electron-updater')].includes(path))).toEqual([])
})
