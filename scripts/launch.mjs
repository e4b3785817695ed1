// npm start, npm run demo and npm run dev: builds, chooses between window and browser, starts, and ends everything.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, OUT } from './build.mjs'
import { Children } from './children.mjs'
import { dev } from './dev.mjs'
import { electronAddon } from './electron-addon.mjs'
import { electronBinary, hasDisplay, sandboxProblem } from './electron-binary.mjs'

/** Options that `npm run demo` hands to the plant, not to the panel. */
const PLANT_OPTIONS = ['cells', 'misbehave', 'seed', 'speed']

/** Describes the demo plant; used where nobody names another file. */
const DEMO_CONFIG = join(OUT, '..', 'build', 'andon.example.yaml')

const DEMO_HELP = `
Options of the demo plant (npm run demo):
  --misbehave LIST           At random moments, some of burst,stall,garbage,crash,restart,refuse,ignore,late,vanish.
  --cells N                  Cells of devices, from 1 to 20. (default: 1)
  --seed N                   The same number gives the same plant. (default: 1)
  --speed X                  10: everything takes a tenth of its time. (default: 1)
The demo keeps its journal in a temporary folder unless --data-dir names one, and is described by
build/andon.example.yaml unless --config names another file.
`

/**
 * Takes the plant's options, with their values, out of a command line.
 * @param {string[]} args
 */
function splitOptions(args) {
  /** @type {string[]} */
  const plant = []
  /** @type {string[]} */
  const panel = []
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? ''
    const name = arg.replace(/^--/, '').split('=', 1)[0] ?? ''
    const target = arg.startsWith('--') && PLANT_OPTIONS.includes(name) ? plant : panel
    target.push(arg)
    const value = args[i + 1]
    if (target === plant && !arg.includes('=') && value !== undefined) {
      plant.push(value)
      i += 1
    }
  }
  return { plant, panel }
}

/** The value of the first `--flag VALUE` or `--flag=VALUE`. @param {string[]} args @param {string} flag */
function valueOf(args, flag) {
  const at = args.findIndex((arg) => arg === `--${flag}` || arg.startsWith(`--${flag}=`))
  const [, value] = args[at]?.match(/^[^=]+=(.*)$/s) ?? []
  return at < 0 ? undefined : (value ?? args[at + 1])
}

/** What the panel is run with: Electron where there is one and a display, else this Node, and why. @param {string[]} args */
function runner(args) {
  const headless = { command: process.execPath, entry: join(OUT, 'main', 'headless.js') }
  if (args.includes('--headless')) return { ...headless, why: '' }
  const electron = electronBinary()
  if (!electron.ok) return { ...headless, why: electron.reason }
  if (!hasDisplay()) return { ...headless, why: 'there is no display' }
  const sandbox = sandboxProblem(electron.path)
  if (sandbox !== null) return { ...headless, why: sandbox }
  return { command: electron.path, entry: join(OUT, '..'), why: '' }
}

/** Where the plant is to send to; what it listens on by default where nobody said. @param {string[]} args @param {boolean} unix */
function plantTarget(args, unix) {
  if (!unix) return ['--udp', valueOf(args, 'udp') ?? '127.0.0.1:3003']
  const socket = valueOf(args, 'events-socket')
  const prefix = valueOf(args, 'control-prefix')
  return [
    ...(socket === undefined ? [] : ['--events-socket', socket]),
    ...(prefix === undefined ? [] : ['--control-prefix', prefix]),
  ]
}

/** @param {string} mode @param {string[]} args @param {Children} children @param {() => boolean} stopped */
async function run(mode, args, children, stopped) {
  const options = mode === 'demo' ? splitOptions(args) : { plant: [], panel: args }
  const { command, entry, why } = runner(options.panel)
  if (why !== '') process.stdout.write(`No window, because ${why}. The panel is served to browsers.\n`)

  const env = { ...process.env }
  let unix = process.platform !== 'win32'
  if (command !== process.execPath && unix) {
    const addon = electronAddon()
    unix = addon.ok
    if (addon.ok) env['ANDON_UNIX_ADDON'] = addon.file
    else process.stdout.write(`No Unix datagrams in the window’s process, because ${addon.reason}. UDP is used.\n`)
  }

  /** @type {string | undefined} */
  let scratch
  if (mode === 'demo' && valueOf(options.panel, 'data-dir') === undefined) {
    scratch = mkdtempSync(join(tmpdir(), 'andon-demo-'))
    options.panel.push('--data-dir', scratch)
  }
  if (mode === 'demo' && valueOf(options.panel, 'config') === undefined) options.panel.push('--config', DEMO_CONFIG)
  /** @type {number | undefined} */
  let status
  const panel = children.start(command, [entry, ...options.panel], env)
  const code = new Promise((resolve) => {
    panel.once('exit', (own, signal) => resolve(own ?? (signal === null || stopped() ? 0 : 1)))
    panel.once('error', () => resolve(1))
  })
  if (mode === 'demo') {
    const plant = [join(OUT, 'main', 'demo.js'), ...plantTarget(options.panel, unix), ...options.plant]
    // Once the panel listens, so that nothing is sent in vain.
    panel.once('message', () => {
      if (stopped()) return
      // A demo without its plant shows nothing.
      children.start(process.execPath, plant).once('exit', (failed) => {
        if (failed === null || failed === 0 || stopped()) return
        status = failed
        void children.end()
      })
    })
  }
  const ended = Number(await code)
  await children.end()
  if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true })
  return status ?? ended
}

async function main() {
  const [mode = 'start', ...args] = process.argv.slice(2)
  if (!build()) return 1
  if (args.includes('--help') || args.includes('--version')) {
    const entry = join(OUT, 'main', 'headless.js')
    const status = spawnSync(process.execPath, [entry, ...args], { stdio: 'inherit' }).status ?? 1
    if (mode === 'demo' && args.includes('--help')) process.stdout.write(DEMO_HELP)
    return status
  }
  const children = new Children()
  let stopped = false
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      stopped = true
      void children.end()
    })
  }
  return mode === 'dev' ? dev(children, args, () => stopped) : run(mode, args, children, () => stopped)
}

process.exitCode = await main()
