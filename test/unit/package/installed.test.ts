import { expect, test } from 'vitest'
import { bundledPackages, headlessPackages } from '../../../scripts/package/installed.mjs'

const of = (name: string): string => `node_modules/${name}`

test('what is bundled is not carried, but for what something that is loaded needs as well', () => {
  const bundled = bundledPackages()
  expect(bundled).toEqual(expect.arrayContaining(['typebox', 'openid-client', 'oauth4webapi', 'jose'].map(of)))
  // @fastify/swagger loads it.
  expect(bundled).not.toContain(of('yaml'))
})

test('a panel without a window loads neither what is bundled nor the updater', () => {
  const packages = headlessPackages()
  expect(packages).toEqual(expect.arrayContaining(['fastify', '@photostructure/sqlite', 'ws', 'pino', 'yaml'].map(of)))
  expect(packages.filter((path) => [...bundledPackages(), of('electron-updater')].includes(path))).toEqual([])
})
