// npm start, npm run demo and npm run dev: builds, chooses between window and browser, starts, and ends everything.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { build, OUT } from './build.mjs'
import { Children } from './children.mjs'
import { dev } from './dev.mjs'
import { electronBinary, hasDisplay } from './electron-binary.mjs'

const [mode = 'start', ...args] = process.argv.slice(2)

/** The value of the first `--flag VALUE` or `--flag=VALUE`. @param {string} flag */
function valueOf(flag) {
  const at = args.findIndex((arg) => arg === `--${flag}` || arg.startsWith(`--${flag}=`))
  return at < 0 ? undefined : (args[at]?.split('=', 2)[1] ?? args[at + 1])
}

/** What the panel is run with: Electron where there is one and a display, else this Node, and why. */
function runner() {
  const headless = { command: process.execPath, entry: join(OUT, 'main', 'headless.js') }
  if (args.includes('--headless')) return { ...headless, why: '' }
  const electron = electronBinary()
  if (!electron.ok) return { ...headless, why: electron.reason }
  if (!hasDisplay()) return { ...headless, why: 'there is no display' }
  return { command: electron.path, entry: join(OUT, '..'), why: '' }
}

async function main() {
  if (!build()) return 1
  if (args.includes('--help') || args.includes('--version')) {
    const entry = join(OUT, 'main', 'headless.js')
    return spawnSync(process.execPath, [entry, ...args], { stdio: 'inherit' }).status ?? 1
  }
  const children = new Children()
  let stopped = false
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      stopped = true
      void children.end()
    })
  }
  if (mode === 'dev') return dev(children, args, () => stopped)

  const { command, entry, why } = runner()
  if (why !== '') process.stdout.write(`No window, because ${why}. The panel is served to browsers.\n`)
  const panel = children.start(command, [entry, ...args])
  const code = new Promise((resolve) => {
    panel.once('exit', (status, signal) => resolve(status ?? (signal === null || stopped ? 0 : 1)))
    panel.once('error', () => resolve(1))
  })
  if (mode === 'demo') {
    const socket = valueOf('events-socket')
    children.start(process.execPath, [
      join(OUT, 'main', 'demo.js'),
      ...(socket === undefined ? [] : ['--events-socket', socket]),
    ])
  }
  const status = await code
  await children.end()
  return Number(status)
}

process.exitCode = await main()
