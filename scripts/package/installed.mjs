import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from '../build.mjs'
import { BUNDLED } from './bundled.mjs'

/**
 * @typedef {object} Locked what the lock file says of one installed package
 * @property {string} [version]
 * @property {boolean} [dev] only needed to build and test
 * @property {boolean} [optional]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [optionalDependencies]
 * @property {Record<string, string>} [peerDependencies]
 */

/**
 * Everything installed, by its path below the repository (`node_modules/ws`), as npm wrote it down when it installed.
 * @returns {Map<string, Locked>}
 */
function locked() {
  const lock = JSON.parse(readFileSync(join(ROOT, 'node_modules', '.package-lock.json'), 'utf8'))
  return new Map(Object.entries(lock.packages))
}

/** What the panel needs to run, as paths below the repository; without what could not be installed here. */
export function productionPackages() {
  return [...locked()]
    .filter(([path, { dev }]) => path !== '' && dev !== true && existsSync(join(ROOT, path)))
    .map(([path]) => path)
}

/** What only the window uses: electron-updater. */
const OF_THE_WINDOW = new Set(['electron-updater'])

/** Names of the packages that are loaded when the panel runs. */
function loaded() {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  return Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !BUNDLED.includes(name))
}

/** What the panel loads when it runs without a window, of {@link productionPackages}. */
export function headlessPackages() {
  const needed = new Set(withDependencies(loaded().filter((name) => !OF_THE_WINDOW.has(name))))
  return productionPackages().filter((path) => needed.has(path))
}

/** What need not be carried, for it is bundled and nothing that is loaded needs it, as paths below the repository. */
export function bundledPackages() {
  const needed = new Set(withDependencies(loaded()))
  return withDependencies(BUNDLED).filter((path) => !needed.has(path))
}

/**
 * The named packages and all that they depend on, as paths below the repository. For those that are bundled into the
 * page: the lock file counts them among what is only needed to build.
 * @param {readonly string[]} names
 */
export function withDependencies(names) {
  const packages = locked()
  /** @type {Set<string>} */
  const found = new Set()
  /** @param {string} name @param {string} from */
  const add = (name, from) => {
    const path = resolvePackage(packages, name, from)
    if (path === undefined || found.has(path)) return
    found.add(path)
    const { dependencies, peerDependencies } = packages.get(path) ?? {}
    for (const next of Object.keys({ ...dependencies, ...peerDependencies })) add(next, path)
  }
  for (const name of names) add(name, '')
  return [...found]
}

/** As Node looks a package up: in the nearest `node_modules` above. @param {Map<string, Locked>} packages @param {string} name @param {string} from */
function resolvePackage(packages, name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name).replaceAll('\\', '/')
    if (packages.has(path)) return path
    if (folder === '' || folder === '.') return undefined
  }
}
