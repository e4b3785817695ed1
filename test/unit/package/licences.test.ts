import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { licences, licenceTexts } from '../../../scripts/package/licences.mjs'
import { ROOT } from '../../support/child.ts'

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly dev?: boolean; readonly os?: unknown }>
  >
}

const listed = licences()

test('every production package of the lock file is listed with a licence and its text', () => {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock
  const names = Object.entries(lock.packages).flatMap(([path, { version, dev, os }]) =>
    // Those of other systems are not installed here.
    path === '' || dev === true || os !== undefined ? [] : [`${path.replace(/^.*node_modules\//, '')}@${version}`],
  )
  expect(names.length).toBeGreaterThan(50)
  const known = new Set(listed.map(({ name, version }) => `${name}@${version}`))
  expect(names.filter((name) => !known.has(name))).toEqual([])
  for (const { name, licence, text } of listed)
    expect([name, licence !== '' && text.length > 200]).toEqual([name, true])
})

test('so is what is bundled into the page', () => {
  expect(listed.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['vue', 'pinia', 'reka-ui', '@lucide/vue', 'uplot']),
  )
})

test('the list is bounded, and is one text for the packages', () => {
  expect(licenceTexts().length).toBeLessThan(600_000)
  expect(licenceTexts()).toContain('Andon contains the packages below')
})
