import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../build.mjs'
import { productionPackages, withDependencies } from './installed.mjs'

const TEXT = /^(licen[cs]e|copying|notice)([.-].*)?$/i

/**
 * The licence texts of everything that a package of Andon contains, in one text: what it runs on, and what is bundled
 * into the page, of which no folder is left.
 */
export function licenceTexts() {
  const packages = new Set([...productionPackages(), ...withDependencies(bundledNames())])
  const texts = [...packages]
    .filter((path) => existsSync(join(ROOT, path)))
    .toSorted((a, b) => a.localeCompare(b, 'en'))
    .map(licenceOf)
  const own = readFileSync(join(ROOT, 'LICENSE'), 'utf8').trim()
  return `Andon\n\n${own}\n\nAndon contains the packages below, each under its own licence.\n${texts.join('')}`
}

/** @param {string} path */
function licenceOf(path) {
  const { name, version, license } = JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8'))
  const files = readdirSync(join(ROOT, path)).filter((file) => TEXT.test(file))
  const texts = files.map((file) => readFileSync(join(ROOT, path, file), 'utf8').trim())
  const head = `${name} ${version} (${license ?? 'see below'})`
  // A few packages name their licence and leave its text out.
  return `\n${'-'.repeat(78)}\n${[head, ...texts].join('\n\n')}\n`
}

/** Names of the packages that the page imports. */
function bundledNames() {
  const folder = join(ROOT, 'src', 'renderer')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ts|vue)$/.test(file))
  const names = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/from '((?:@[^/']+\/)?[^@./'][^/']*)[^']*'/g)].map(
      ([, name]) => name ?? '',
    ),
  )
  return [...new Set(names)]
}
