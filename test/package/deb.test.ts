import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { ROOT } from '../support/child.ts'
import { filesBelow } from './files.ts'
import { OLDER } from './older.ts'
import { cleanEnv, hello, inJournal, type Started, started, stop } from './panel.ts'
import { ThrowAwayRoot } from './throw-away-root.ts'

/** The least that systemd's own judgement of the service may be; from 0, nothing open, to 10. */
const EXPOSURE = 2

const VERSION = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version

function deb(version: string): string {
  const { folder } = inject('packed')
  const name = readdirSync(folder).find((file) => file.includes(`-${version}-`) && file.endsWith('.deb'))
  return join(folder, name ?? 'none')
}

/** What the service would start, with its paths in the root, this user's group, and a free port. */
function service(root: ThrowAwayRoot): readonly string[] {
  const unit = readFileSync(root.at('usr/lib/systemd/system/andon.service'), 'utf8')
  const line = /^ExecStart=(.*) \$ANDON_OPTIONS$/m.exec(unit)?.[1] ?? ''
  const words = line
    .split(' ')
    .map((word) => (word.startsWith('/') ? root.at(word) : word))
    .map((word) => (word === 'andon' ? String(process.getgid?.()) : word))
  return [...words, '--port', '0']
}

async function run(root: ThrowAwayRoot): Promise<Started & { readonly socket: string }> {
  const [command = '', ...args] = service(root)
  const env = { ...cleanEnv(root.dir), ANDON_STAND_IN: join(ROOT, 'test/package/stand-in/main.mjs') }
  const panel = await started(command, args, env)
  return { ...panel, socket: args[args.indexOf('--events-socket') + 1] ?? '' }
}

/** What a package brought or its scripts made; dpkg's own notes and the group's files apart. */
const left = (root: ThrowAwayRoot): string[] =>
  filesBelow(root.dir).filter(
    (file) => !/^(var\/lib\/dpkg|var\/log|etc\/(group|gshadow|passwd|shadow|\.pwd))/.test(file),
  )

test('the deb installs, runs headless from its place, keeps the journal over an upgrade, and purges cleanly', async () => {
  const root = new ThrowAwayRoot()
  const before = left(root)
  root.dpkg(['--install', deb(OLDER)])
  expect(readlinkSync(root.at('usr/bin/andon'))).toBe('/etc/alternatives/andon')
  expect(readlinkSync(root.at('etc/alternatives/andon'))).toBe('/opt/Andon/andon')
  expect(statSync(root.at('opt/Andon/chrome-sandbox')).mode & 0o111).toBe(0o111)
  expect(readFileSync(root.at('etc/group'), 'utf8')).toMatch(/^andon:/m)

  execFileSync('mkdir', ['-p', root.at('run/andon'), root.at('run/andon-machines'), root.at('var/lib/andon')])
  const first = await run(root)
  await hello(first.socket, 'before')
  await inJournal(first, 'before')
  await stop(first)

  root.dpkg(['--install', deb(VERSION)])
  expect(root.dpkg(['--status', 'andon'])).toContain(`Version: ${VERSION}`)
  expect(readlinkSync(root.at('etc/alternatives/andon'))).toBe('/opt/Andon/andon')
  const second = await run(root)
  await inJournal(second, 'before')
  await hello(second.socket, 'after')
  await inJournal(second, 'after')
  await stop(second)

  root.dpkg(['--remove', 'andon'])
  expect(existsSync(root.at('opt/Andon'))).toBe(false)
  expect(root.dpkg(['--purge', 'andon'])).toContain('the journal stays in /var/lib/andon')
  const rest = left(root).filter((file) => !before.includes(file))
  expect(rest.filter((file) => !file.startsWith('var/lib/andon/'))).toEqual([])
  expect(rest).toContain('var/lib/andon/journal.db')

  root.dpkg(['--install', deb(VERSION)])
  root.dpkg(['--purge', 'andon'], { ANDON_PURGE_JOURNAL: 'yes' })
  expect(left(root).filter((file) => !before.includes(file))).toEqual([])
})

test('what the deb gives to the system is valid: desktop entry, service, groups, folders, sysctl', () => {
  const root = new ThrowAwayRoot()
  root.dpkg(['--install', deb(VERSION)])
  const entry = root.at('usr/share/applications/andon.desktop')
  expect(execFileSync('desktop-file-validate', [entry], { encoding: 'utf8' })).toBe('')
  const text = readFileSync(entry, 'utf8')
  expect(text).toMatch(/^Exec=\/opt\/Andon\/andon %U$/m)
  expect(text).toMatch(/^StartupWMClass=andon$/m)
  expect(text).toMatch(/^Categories=System;Monitor;$/m)
  expect(existsSync(root.at('usr/share/icons/hicolor/256x256/apps/andon.png'))).toBe(true)
  expect(readFileSync(root.at('usr/lib/sysctl.d/60-andon.conf'), 'utf8')).toMatch(/^net\.unix\.max_dgram_qlen = 512$/m)
  expect(readFileSync(root.at('usr/lib/tmpfiles.d/andon.conf'), 'utf8')).toMatch(
    /^d \/run\/andon-machines 2770 root andon -$/m,
  )

  const unit = root.at('usr/lib/systemd/system/andon.service')
  // Below the StateDirectory, so that the Settings page can write the file.
  expect(readFileSync(unit, 'utf8')).toMatch(/^Environment=.*XDG_CONFIG_HOME=\/var\/lib$/m)
  expect(filesBelow(root.at('etc')).filter((file) => file.includes('andon.service'))).toEqual([])
  // The units that every service stands on.
  cpSync('/usr/lib/systemd/system', root.at('usr/lib/systemd/system'), { recursive: true, force: false })
  const verified = spawnSync('systemd-analyze', ['verify', `--root=${root.dir}`, 'andon.service'], { encoding: 'utf8' })
  const own = `${verified.stdout}${verified.stderr}`.split('\n').filter((line) => line.includes('andon'))
  expect(own).toEqual([])
  const judged = execFileSync('systemd-analyze', ['security', '--offline=yes', '--no-pager', unit], {
    encoding: 'utf8',
  })
  const exposure = Number(/Overall exposure level for andon\.service: ([\d.]+)/.exec(judged)?.[1])
  process.stdout.write(`systemd-analyze security: exposure ${exposure}\n`)
  expect(exposure).toBeLessThanOrEqual(EXPOSURE)
})

test('electron-builder’s own steps for AppArmor and the sandbox are all in the scripts', () => {
  const templates = join(ROOT, 'node_modules/app-builder-lib/templates/linux')
  for (const kind of ['after-install', 'after-remove']) {
    const ours = readFileSync(join(ROOT, `build/linux/${kind}.sh`), 'utf8')
    const stock = readFileSync(join(templates, `${kind}.tpl`), 'utf8')
      .replace('#!/bin/bash', '')
      .trim()
    expect(ours).toContain(stock)
  }
})
