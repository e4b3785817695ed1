import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, lstatSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { programOnPath } from '../../scripts/electron-binary.mjs'
import { tempDir } from '../support/temp-dir.ts'

/** What maintainer scripts call. Without systemctl: nothing runs in there. */
const PROGRAMS = [
  'bash',
  'sh',
  'chmod',
  'cp',
  'ln',
  'readlink',
  'rm',
  'unshare',
  'update-alternatives',
  'systemd-sysusers',
]

const FOLDERS = [
  'var/lib/dpkg/info',
  'var/lib/dpkg/updates',
  'var/lib/dpkg/alternatives',
  'var/log',
  'etc/alternatives',
]

/**
 * A root folder with dpkg's data and what maintainer scripts call, in which a package can be installed for real: dpkg
 * changes its root for the scripts, so that nothing of this system is touched.
 */
export class ThrowAwayRoot {
  readonly dir = tempDir()

  constructor() {
    for (const folder of [...FOLDERS, 'usr/bin', 'tmp', 'dev', 'run'])
      mkdirSync(join(this.dir, folder), { recursive: true })
    // As on this system: libraries and shells are looked for at their old places.
    for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
      if (!lstatSync(`/${name}`, { throwIfNoEntry: false })?.isSymbolicLink()) continue
      mkdirSync(join(this.dir, 'usr', name), { recursive: true })
      symlinkSync(`usr/${name}`, join(this.dir, name))
    }
    for (const name of ['var/lib/dpkg/status', 'var/lib/dpkg/available', 'dev/null', 'etc/passwd']) {
      writeFileSync(join(this.dir, name), '')
    }
    writeFileSync(join(this.dir, 'etc/group'), 'root:x:0:\n')
    for (const name of PROGRAMS) this.#bring(name)
  }

  /** Installs, removes or purges. Gives what it printed. */
  dpkg(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
    const line = ['dpkg', `--root=${this.dir}`, '--force-depends', '--force-not-root', ...args]
    // Who is not root may be root in here.
    const [command = '', ...rest] = process.getuid?.() === 0 ? line : ['unshare', '--map-root-user', ...line]
    const done = spawnSync(command, rest, { encoding: 'utf8', env: { ...process.env, ...env, LC_ALL: 'C' } })
    if (done.status !== 0) throw new Error(`dpkg ${args.join(' ')} ended with ${done.status}: ${done.stderr}`)
    return done.stdout
  }

  /** A path in here, from the file system's root. */
  at(path: string): string {
    return join(this.dir, path)
  }

  /** A program and the libraries that it is linked with, at their own places. */
  #bring(name: string): void {
    const path = programOnPath(name) ?? `/usr/sbin/${name}`
    const linked = execFileSync('ldd', [path], { encoding: 'utf8' })
    const libraries = [...linked.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, library]) => library ?? '')
    for (const file of [path, ...libraries]) this.#copy(file)
    this.#copy(path, join('/usr/bin', name))
  }

  #copy(file: string, to = file): void {
    const target = this.at(to)
    if (existsSync(target)) return
    mkdirSync(dirname(target), { recursive: true })
    copyFileSync(realpathSync(file), target)
  }
}
