#!/usr/bin/env node
// Stands in for fpm, which has to be downloaded: lays the files out as its arguments say and has dpkg-deb pack them. Of
// fpm's options it knows those that electron-builder gives for a deb, and ends with any other.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const FLAGS = new Set(['--force'])
const SHORT = new Map([
  ['-s', '--source'],
  ['-t', '--target'],
  ['-d', '--depends'],
])
const KNOWN = new Set(
  (
    '--source --target --depends --deb-recommends --deb-compression --deb-priority --architecture --after-install ' +
    '--after-remove --before-remove --description --version --package --name --maintainer --vendor --url --category --license'
  ).split(' '),
)

/** @type {Map<string, string[]>} */
const options = new Map()
/** @type {[string, string][]} */
const files = []
const args = process.argv.slice(2)
for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
  if (FLAGS.has(arg)) continue
  if (arg.startsWith('-')) {
    const name = SHORT.get(arg) ?? arg
    if (!KNOWN.has(name)) throw new Error(`fpm stand-in: ${arg} is not known`)
    options.set(name, [...(options.get(name) ?? []), args.shift() ?? ''])
  } else {
    const at = arg.indexOf('=/')
    files.push([arg.slice(0, at), arg.slice(at + 1)])
  }
}

/** @param {string} name */
const one = (name) => options.get(name)?.at(-1) ?? ''

/** @param {string} path @returns {number} bytes of all files below */
function size(path) {
  const stat = lstatSync(path)
  if (!stat.isDirectory()) return stat.size
  return readdirSync(path).reduce((sum, name) => sum + size(join(path, name)), 0)
}

const root = mkdtempSync(join(tmpdir(), 'andon-deb-'))
chmodSync(root, 0o755)
try {
  for (const [source, target] of files) {
    const path = join(root, target)
    mkdirSync(dirname(path), { recursive: true })
    cpSync(source.replace(/\/$/, ''), path, { recursive: true, verbatimSymlinks: true })
    if (!statSync(path).isDirectory() && target.startsWith('/usr/')) chmodSync(path, 0o644)
  }
  const control = [
    ['Package', one('--name')],
    ['Version', one('--version')],
    ['Architecture', one('--architecture')],
    ['Maintainer', one('--maintainer')],
    ['Installed-Size', String(Math.ceil(size(root) / 1024))],
    ['Depends', (options.get('--depends') ?? []).join(', ')],
    ['Recommends', (options.get('--deb-recommends') ?? []).join(', ')],
    ['Section', one('--category')],
    ['Priority', one('--deb-priority')],
    ['Homepage', one('--url')],
    [
      'Description',
      one('--description')
        .trim()
        .replaceAll(/\n(?! )/g, '\n '),
    ],
  ].filter(([, value]) => value !== '')
  mkdirSync(join(root, 'DEBIAN'))
  writeFileSync(join(root, 'DEBIAN', 'control'), `${control.map(([name, value]) => `${name}: ${value}`).join('\n')}\n`)
  for (const [option, script] of [
    ['--after-install', 'postinst'],
    ['--after-remove', 'postrm'],
    ['--before-remove', 'prerm'],
  ]) {
    cpSync(one(option ?? ''), join(root, 'DEBIAN', script ?? ''))
    chmodSync(join(root, 'DEBIAN', script ?? ''), 0o755)
  }
  // Quick rather than small: it is taken apart again at once.
  const done = spawnSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', root, one('--package')], {
    stdio: 'inherit',
  })
  process.exitCode = done.status ?? 1
} finally {
  rmSync(root, { recursive: true, force: true })
}
