// npm run package:headless: the panel as an archive that runs with plain Node, without Electron, node_modules or a
// display. `-- --node VERSION` (repeatable) adds the addon for other versions of Node; `-- --out DIR` says where to.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { build, OUT, ROOT } from './build.mjs'
import { carried } from './package/carried.mjs'
import { headlessPackages } from './package/installed.mjs'
import { licenceTexts } from './package/licences.mjs'
import { addonsByAbi } from './package/node-addon.mjs'

const USAGE = 'npm run package:headless -- [--node VERSION]… [--out DIR]'
const PLATFORM = `${process.platform}-${process.arch}`

/** Copies the production packages, without what is not needed to run. @param {string} folder */
function copyPackages(folder) {
  const modules = join(ROOT, 'node_modules')
  for (const path of headlessPackages()) {
    cpSync(join(ROOT, path), join(folder, path), {
      recursive: true,
      filter: (source) => {
        const inside = relative(modules, source).split(sep)
        // Packages below a package are listed on their own; those that are not are only needed to build.
        const below = relative(join(ROOT, path), source).split(sep)
        return (
          !below.includes('node_modules') && (statSync(source).isDirectory() || carried(inside.join('/'), PLATFORM))
        )
      },
    })
  }
  removeEmpty(join(folder, 'node_modules'))
}

/** @param {string} folder @returns {boolean} true where it was empty, and is gone */
function removeEmpty(folder) {
  const entries = readdirSync(folder, { withFileTypes: true })
  const left = entries.filter((entry) => !entry.isDirectory() || !removeEmpty(join(folder, entry.name)))
  if (left.length === 0) rmSync(folder, { recursive: true })
  return left.length === 0
}

/** @param {string} folder @param {ReadonlyMap<number, string>} addons */
function lay(folder, addons) {
  mkdirSync(folder, { recursive: true })
  cpSync(OUT, join(folder, 'out'), {
    recursive: true,
    filter: (path) =>
      !['.built', 'LICENSES.txt', 'preload', 'demo.js', 'index.js'].includes(
        relative(OUT, path).split(sep).at(-1) ?? '',
      ),
  })
  copyPackages(folder)
  for (const [abi, file] of addons) {
    const target = join(folder, 'node_modules', 'unix-dgram', 'build', `node-v${abi}`)
    mkdirSync(target, { recursive: true })
    cpSync(file, join(target, 'unix_dgram.node'))
  }
  rmSync(join(folder, 'node_modules', 'unix-dgram', 'build', 'Release'), { recursive: true, force: true })

  const { name, version, description, license, engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const metadata = { name, version, description, license, private: true, type: 'module', engines }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(metadata, null, 2)}\n`)
  writeFileSync(join(folder, 'LICENSES.txt'), licenceTexts())
  for (const file of ['andon.example.yaml', 'plant.schema.json']) cpSync(join(ROOT, 'build', file), join(folder, file))
  const readme = readFileSync(join(ROOT, 'build', 'headless', 'README.txt'), 'utf8')
  writeFileSync(join(folder, 'README.txt'), readme.replace('@ABIS@', [...addons.keys()].join(', ') || 'none'))
  if (process.platform === 'linux') layService(join(folder, 'service'))
  const launcher = process.platform === 'win32' ? 'andon.cmd' : 'andon'
  cpSync(join(ROOT, 'build', 'headless', launcher), join(folder, launcher))
  chmodSync(join(folder, launcher), 0o755)
}

/** The service that deb and rpm install, started with Node instead of Electron. @param {string} folder */
function layService(folder) {
  mkdirSync(folder, { recursive: true })
  const source = join(ROOT, 'build', 'linux')
  for (const file of ['sysusers.conf', 'tmpfiles.conf', 'sysctl.conf']) cpSync(join(source, file), join(folder, file))
  const unit = readFileSync(join(source, 'andon.service'), 'utf8')
  const own = unit
    .replace(/^# No page is ever drawn[^]*?(?=^ExecStart)/m, '')
    .replace(/^ExecStart=\/opt\/Andon\/andon .*--disable-gpu/m, 'ExecStart=/opt/andon/andon')
  writeFileSync(join(folder, 'andon.service'), own)
}

/** @param {readonly string[]} versions @param {string} out */
function pack(versions, out) {
  const work = mkdtempSync(join(tmpdir(), 'andon-headless-'))
  try {
    const addons = process.platform === 'win32' ? new Map() : addonsByAbi(versions)
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    // Everything lies in one folder, and belongs to nobody in particular.
    const name = `andon-headless-${version}-${PLATFORM}`
    lay(join(work, name), addons)
    const archive = join(out, `${name}.tar.gz`)
    mkdirSync(out, { recursive: true })
    const owner = process.platform === 'linux' ? ['--owner=0', '--group=0', '--sort=name'] : []
    const args = ['-C', work, ...owner, '-czf', archive, name]
    const done = spawnSync('tar', args, { encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`tar: ${done.stderr ?? done.error?.message ?? ''}`)
    process.stdout.write(`${archive}\n`)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function main() {
  try {
    const { values } = parseArgs({ options: { node: { type: 'string', multiple: true }, out: { type: 'string' } } })
    if (!build()) return 1
    pack(values.node ?? [], resolve(values.out ?? join(ROOT, 'dist')))
    return 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`)
    return 1
  }
}

process.exitCode = main()
