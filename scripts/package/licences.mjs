import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../build.mjs'
import { productionPackages, withDependencies } from './installed.mjs'

const TEXT = /^(licen[cs]e|copying|notice)([.-].*)?$/i

/**
 * @typedef {object} Licence
 * @property {string} name
 * @property {string} version
 * @property {string} licence its name
 * @property {string} text
 */

/** Of packages that name this licence and leave its text out. */
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`

/**
 * The licences of everything that a package of Andon contains: what it runs on, and what is bundled into the page, of
 * which no folder is left. By name, each version once.
 */
export function licences() {
  const paths = new Set([...productionPackages(), ...withDependencies(bundledNames())])
  const all = [...paths].filter((path) => existsSync(join(ROOT, path))).map(licenceOf)
  const each = new Map(all.map((licence) => [`${licence.name}@${licence.version}`, licence]))
  return [...each.values()].toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
}

/** The same in one text. */
export function licenceTexts() {
  const own = readFileSync(join(ROOT, 'LICENSE'), 'utf8').trim()
  const texts = licences().map(
    ({ name, version, licence, text }) => `\n${'-'.repeat(78)}\n${name} ${version} (${licence})\n\n${text}\n`,
  )
  return `Andon\n\n${own}\n\nAndon contains the packages below, each under its own licence.\n${texts.join('')}`
}

/** @param {string} path @returns {Licence} */
function licenceOf(path) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8'))
  const files = readdirSync(join(ROOT, path)).filter((file) => TEXT.test(file))
  const text = files.map((file) => readFileSync(join(ROOT, path, file), 'utf8').trim()).join('\n\n')
  const licence = license ?? 'see its text'
  if (text !== '') return { name, version, licence, text }
  if (licence !== 'MIT') throw new Error(`${name} is under ${licence} and brings no text of it along.`)
  const holder = typeof author === 'string' ? author : (author?.name ?? `the authors of ${name}`)
  return { name, version, licence, text: `Copyright (c) ${holder}\n\n${MIT}` }
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
