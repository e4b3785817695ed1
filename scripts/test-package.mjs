// npm run test:package: packs the panel with a stand-in for Electron, and looks at what came out. On Linux only; installs
// Debian's packing tools where they are missing and it may.
import { spawnSync } from 'node:child_process'
import { build, packageBin, ROOT } from './build.mjs'
import { programOnPath } from './electron-binary.mjs'

/** Programs, and Debian's packages that bring them. */
const TOOLS = /** @type {const} */ ([
  ['7za', 'p7zip-full'],
  ['mksquashfs', 'squashfs-tools'],
  ['desktop-file-validate', 'desktop-file-utils'],
  ['systemd-analyze', 'systemd'],
  ['dpkg', 'dpkg'],
  ['cc', 'gcc'],
  ['python3', 'python3'],
])

const missing = () => TOOLS.filter(([program]) => programOnPath(program) === null)

/** Throws a sentence that says what to install where it cannot be done here. */
function requireTools() {
  if (missing().length === 0) return
  const packages = missing().map(([, name]) => name)
  const how = `The package tests need more programs: "apt-get install ${packages.join(' ')}" on Debian.`
  if (process.getuid?.() !== 0) throw new Error(how)
  process.stdout.write(`Installing Debian’s ${packages.join(', ')} …\n`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const done = spawnSync('apt-get', ['-qq', ...args], { env, encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`${how}\napt-get ${args[0]}: ${done.stderr ?? done.error?.message ?? ''}`)
  }
  if (missing().length > 0) throw new Error(how)
}

function main() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    process.stdout.write('Packages: not tested here: only on Linux x64. The release workflow builds the real ones.\n')
    return 0
  }
  try {
    requireTools()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
  if (!build()) return 1
  const args = [packageBin('vitest', 'vitest.mjs'), 'run', '--config', 'test/package/vitest.config.ts']
  return spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status ?? 1
}

process.exitCode = main()
