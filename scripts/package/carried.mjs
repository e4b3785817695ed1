const LICENCE = /^(licen[cs]e|copying|notice)/i
const FOLDERS = new Set(['test', 'tests', '__tests__', 'benchmark', 'benchmarks', 'bench', 'examples'])
const SOURCES = /\.([cm]?ts|map|md|markdown|tsbuildinfo|yml|gypi?)$/
/** What only compiling needs, and what it leaves behind. */
const BUILDING = [
  /^nan\//,
  /^node-addon-api\//,
  /^@photostructure\/sqlite\/(src|scripts)\//,
  /^unix-dgram\/src\//,
  /^unix-dgram\/build\/(?!Release\/unix_dgram\.node$)/,
]

/**
 * Whether the headless archive carries a file, by its path below `node_modules/`, with slashes. Licence texts always
 * come along. What installers leave out stands in electron-builder.config.mjs, in its own patterns.
 * @param {string} path
 * @param {string} platform of the archive, as `linux-x64`
 */
export function carried(path, platform) {
  const parts = path.split('/')
  const name = parts.at(-1) ?? ''
  if (/^(nan|node-addon-api|yaml\/browser)\//.test(path)) return false
  const prebuilt = /^@photostructure\/sqlite\/prebuilds\/([^/]+)\//.exec(path)?.[1]
  if (prebuilt !== undefined && prebuilt !== platform) return false
  if (LICENCE.test(name)) return true
  if (name.startsWith('.') || parts.slice(0, -1).some((part) => FOLDERS.has(part) || part.startsWith('.'))) return false
  return !SOURCES.test(name) && !BUILDING.some((pattern) => pattern.test(path))
}
