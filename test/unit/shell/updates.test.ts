import { createHash } from 'node:crypto'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCommand } from '../../../src/main/commands/command.ts'
import { updateCommand } from '../../../src/main/commands/update-command.ts'
import { readCommandLine } from '../../../src/main/config.ts'
import { installing, verifyUpdateFile } from '../../../src/main/shell/update-file.ts'
import {
  CHECK_MS,
  FIRST_CHECK_MS,
  RETRY_MS,
  type UnderWay,
  whyNotInstall,
} from '../../../src/main/shell/update-rules.ts'
import { CannotUpdate, type Updater, UpdateWatch } from '../../../src/main/shell/update-watch.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { MemoryLog } from '../../support/memory-log.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const QUIET: UnderWay = { commands: 0, controlled: 0 }

describe('what may be installed when', () => {
  test('nothing while a command is under way, while anybody has control, or in a kiosk', () => {
    expect(whyNotInstall(QUIET, false)).toBeNull()
    expect(whyNotInstall({ commands: 1, controlled: 2 }, false)).toEqual({ kind: 'commands', count: 1 })
    expect(whyNotInstall({ commands: 0, controlled: 2 }, false)).toEqual({ kind: 'controlled', count: 2 })
    expect(whyNotInstall(QUIET, true)).toEqual({ kind: 'kiosk' })
  })
})

/** A server of releases in the test's hand. */
class Releases implements Updater {
  newest: string | null | Error = null
  readonly calls: string[] = []
  look(): Promise<string | null> {
    this.calls.push('look')
    return this.newest instanceof Error ? Promise.reject(this.newest) : Promise.resolve(this.newest)
  }
  load(): Promise<void> {
    this.calls.push('load')
    return Promise.resolve()
  }
  install(): void {
    this.calls.push('install')
  }
}

function watch(updater: Releases | null, more: { kiosk?: () => boolean; underWay?: () => UnderWay } = {}) {
  const clock = new FakeClock()
  const updates = new UpdateWatch({
    updater,
    clock,
    log: new MemoryLog(),
    underWay: more.underWay ?? (() => QUIET),
    kiosk: more.kiosk ?? (() => false),
  })
  const is = (kind: string) => waitFor(() => updates.state.kind === kind, { what: kind })
  return { clock, updates, is }
}

describe('looking for updates', () => {
  test('off is off: nothing is ever asked', async () => {
    const { clock, updates } = watch(null)
    clock.pass(10 * CHECK_MS)
    await updates.look()
    expect(updates.state).toEqual({ kind: 'off' })
    expect(updates.install()).toEqual({ kind: 'nothing' })
  })

  test('a minute after the start, then daily, sooner after a failure; a found one is brought and then waits', async () => {
    const releases = new Releases()
    const { clock, updates, is } = watch(releases)
    clock.pass(FIRST_CHECK_MS - 1)
    expect(releases.calls).toEqual([])
    clock.pass(1)
    await is('current')
    releases.newest = new Error('getaddrinfo ENOTFOUND\n  at x')
    clock.pass(CHECK_MS)
    await is('failed')
    expect(updates.state).toEqual({ kind: 'failed', reason: 'getaddrinfo ENOTFOUND' })
    releases.newest = '0.2.0'
    clock.pass(RETRY_MS)
    await is('ready')
    expect(releases.calls).toEqual(['look', 'look', 'look', 'load'])
    clock.pass(10 * CHECK_MS)
    expect(releases.calls).toHaveLength(4)
    expect(updates.state).toEqual({ kind: 'ready', version: '0.2.0' })
  })

  test('what is ready is installed when asked, and not before nothing is under way', async () => {
    const releases = new Releases()
    releases.newest = '0.2.0'
    let underWay: UnderWay = { commands: 1, controlled: 0 }
    const { updates, is } = watch(releases, { underWay: () => underWay })
    await updates.look()
    await is('ready')
    expect(updates.install()).toEqual({ kind: 'commands', count: 1 })
    expect(releases.calls).not.toContain('install')
    underWay = QUIET
    expect(updates.install()).toBeNull()
    expect(releases.calls.at(-1)).toBe('install')
  })

  test('a kiosk brings nothing, until it is left', async () => {
    const releases = new Releases()
    releases.newest = '0.2.0'
    let kiosk = true
    const { clock, updates, is } = watch(releases, { kiosk: () => kiosk })
    await updates.look()
    expect(updates.state).toEqual({ kind: 'found', version: '0.2.0' })
    expect(releases.calls).toEqual(['look'])
    kiosk = false
    clock.pass(CHECK_MS)
    await is('ready')
    kiosk = true
    expect(updates.install()).toEqual({ kind: 'kiosk' })
  })

  test('nobody waits for what is brought; where that fails it is looked for again', async () => {
    const releases = new Releases()
    releases.newest = '0.2.0'
    const loads: ((error: Error) => void)[] = []
    releases.load = () => new Promise((_, reject) => loads.push(reject))
    const { clock, updates, is } = watch(releases)
    await updates.look()
    expect(updates.state).toEqual({ kind: 'loading', version: '0.2.0' })
    await updates.look()
    expect([loads.length, releases.calls]).toEqual([1, ['look']])
    loads[0]?.(new Error('connection lost'))
    await is('failed')
    clock.pass(RETRY_MS)
    await is('loading')
  })

  test('a copy that no installer could replace says what to do instead, and asks no more', async () => {
    const releases = new Releases()
    releases.newest = new CannotUpdate()
    const { clock, updates } = watch(releases)
    await updates.look()
    expect(updates.state).toEqual({ kind: 'unable' })
    clock.pass(10 * CHECK_MS)
    await updates.look()
    expect(releases.calls).toEqual(['look'])
  })

  test('two at once ask once; after the end nobody is asked', async () => {
    const releases = new Releases()
    const { clock, updates } = watch(releases)
    await Promise.all([updates.look(), updates.look()])
    expect(releases.calls).toEqual(['look'])
    updates.close()
    clock.pass(10 * CHECK_MS)
    await updates.look()
    expect(releases.calls).toEqual(['look'])
  })
})

/** A package with the description that electron-builder writes beside it. */
function release(name: string, content = 'a package '.repeat(1_000)): string {
  const dir = tempDir()
  const sha512 = createHash('sha512').update(content).digest('base64')
  const url = encodeURIComponent(name)
  writeFileSync(join(dir, name), content)
  writeFileSync(join(dir, 'another.yml'), 'a: [')
  writeFileSync(
    join(dir, 'latest-linux.yml'),
    `version: 0.2.0\nfiles:\n  - url: other.deb\n    sha512: ${'A'.repeat(88)}\n    size: 1\n  - url: ${url}\n    sha512: ${sha512}\n    size: ${content.length}\npath: ${url}\nsha512: ${sha512}\nreleaseDate: '2026-11-21T00:00:00.000Z'\n`,
  )
  return join(dir, name)
}

describe('an update from a file', () => {
  test('is taken where it is what the description beside it says', async () => {
    const file = release('andon 0.2.0-amd64.deb')
    expect(await verifyUpdateFile(file)).toEqual({ file, version: '0.2.0' })
    expect(await updateCommand([file], 'linux')).toEqual({
      code: 0,
      text: expect.stringContaining(`sudo apt install '${file}'`) as string,
    })
  })

  test.each([
    ['changed', (file: string) => appendFileSync(file, '!'), 'damaged'],
    ['without a description', (file: string) => writeFileSync(join(file, '../latest-linux.yml'), ''), 'undescribed'],
  ])('is refused where it is %s', async (_what, spoil, kind) => {
    const file = release('andon.deb')
    spoil(file)
    await expect(verifyUpdateFile(file)).rejects.toMatchObject({ problem: { kind, file } })
    expect(await runCommand(['update', file], { secret: () => Promise.resolve('') })).toMatchObject({ code: 1 })
  })

  test('is refused where there is none, and the command wants one', async () => {
    await expect(verifyUpdateFile(join(tempDir(), 'none.deb'))).rejects.toMatchObject({ problem: { kind: 'missing' } })
    await expect(verifyUpdateFile(tempDir())).rejects.toMatchObject({ problem: { kind: 'missing' } })
    const terminal = { secret: () => Promise.resolve('') }
    expect(await runCommand(['update'], terminal)).toEqual({ code: 2, text: 'andon: Write: update FILE\n' })
  })

  test.each([
    ['linux', "/a/it's.deb", { kind: 'command', command: String.raw`sudo apt install '/a/it'\''s.deb'` }],
    ['linux', '/a/b.rpm', { kind: 'command', command: "sudo dnf install '/a/b.rpm'" }],
    ['linux', '/a/b.AppImage', { kind: 'replace', command: "chmod +x '/a/b.AppImage'" }],
    ['linux', '/a/b.tar.gz', { kind: 'unpack' }],
    ['linux', '/a/b.exe', { kind: 'foreign' }],
    ['win32', '/a/b.deb', { kind: 'foreign' }],
  ] as const)('on %s, %s: %o', (platform, file, how) => {
    expect(installing({ file, version: '0.2.0' }, platform)).toEqual(how)
  })

  test('an installer of Windows or macOS is handed to the system', () => {
    expect(installing({ file: 'C:/a.exe', version: '0.2.0' }, 'win32')).toEqual({ kind: 'open' })
    expect(installing({ file: '/a.dmg', version: '0.2.0' }, 'darwin')).toEqual({ kind: 'open' })
  })
})

describe('the setting', () => {
  const updatesOf = (...args: string[]) => {
    const line = readCommandLine(args)
    return line.kind === 'run' ? line.config.updates : undefined
  }
  const file = (text: string): string => {
    const path = join(tempDir(), 'andon.yaml')
    writeFileSync(path, text)
    return path
  }

  test('is off by default', () => {
    expect(updatesOf()).toBeNull()
  })

  test('names an address and a channel; the command line goes before the file', () => {
    const config = file("updates: { url: 'https://a.example/andon', channel: beta }")
    expect(updatesOf('--config', config)).toEqual({ url: 'https://a.example/andon', channel: 'beta' })
    expect(updatesOf('--config', config, '--updates', 'https://b.example/')).toMatchObject({
      url: 'https://b.example/',
    })
    expect(updatesOf('--updates', 'http://127.0.0.1:8080/')).toEqual({ url: 'http://127.0.0.1:8080/' })
  })

  test.each(['http://a.example/', 'ftp://a.example/', 'https://anna:secret@a.example/', 'nonsense'])(
    'is refused as %s, without repeating a password',
    (url) => {
      expect(() => updatesOf('--updates', url)).toThrow(/--updates .*must be an address like https/)
      expect(() => updatesOf('--updates', url)).not.toThrow(/secret/)
    },
  )
})
