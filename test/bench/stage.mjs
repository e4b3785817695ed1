// What a scenario plays on: a folder of its own, and the processes it starts.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Child } from './child.mjs'
import { withQlen } from './qlen.mjs'

const HERE = import.meta.dirname
const HEADLESS = resolve(HERE, '../../out/main/headless.js')
const PROBE = join(HERE, 'probe.mjs')
const START_MS = 30_000

/** The longest that anything is waited for, milliseconds. */
const WAIT_MS = 40_000

/**
 * What a scenario is given.
 * @typedef {object} Play
 * @property {Stage} stage
 * @property {import('./results.mjs').Results} results
 * @property {() => number} left milliseconds
 */

/** @typedef {Child & { socket: string, port: number, dataDir: string, startMs: number }} Panel */

export class Stage {
  #count = 0
  /** @type {Child[]} */
  #children = []
  #isClosed = false
  #folder

  /** @param {string} folder @param {string | undefined} profiles folder for the panel's CPU profiles */
  constructor(folder, profiles) {
    this.#folder = folder
    this.profiles = profiles
    mkdirSync(folder, { recursive: true })
  }

  /** A name in the stage's folder that nobody else has. @param {string} name */
  path(name) {
    this.#count += 1
    return join(this.#folder, `${this.#count}-${name}`)
  }

  /**
   * The panel as it is delivered, with the probe.
   * @param {{ dataDir?: string, args?: string[], qlen?: number }} [options]
   * @returns {Promise<Panel>}
   */
  async panel({ dataDir = this.path('data'), args = [], qlen } = {}) {
    const socket = this.path('events.sock')
    const profile = this.profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${this.profiles}`]
    const start = performance.now()
    /** @type {((port: number) => void) | undefined} */
    let listening
    const port = new Promise((done) => (listening = done))
    const options = [
      '--port',
      '0',
      '--data-dir',
      dataDir,
      '--connections',
      '200',
      '--connections-per-address',
      '200',
      // What the panel can take is measured, not what one machine may send.
      '--machine-events-per-second',
      '1000000',
      '--log-level',
      'warn',
    ]
    const child = await withQlen(qlen, async () => {
      const started = this.#start(
        'panel',
        [...profile, '--import', PROBE, HEADLESS, '--events-socket', socket, ...QUIET, ...options, ...args],
        (line) => {
          const at = /^Andon is at http:\/\/[^:]+:(\d+)\//.exec(line)
          if (at) listening?.(Number(at[1]))
        },
      )
      await within(Promise.race([port, started.gone]), `the panel did not start: ${started.errors}`, START_MS)
      return started
    })
    if (child.ended) throw new Error(`the panel did not start: ${child.errors}`)
    return Object.assign(child, { socket, dataDir, port: Number(await port), startMs: performance.now() - start })
  }

  /**
   * Another process of the benchmark. `probed`: with the probe.
   * @param {string} file @param {{ args?: string[], probed?: boolean }} [options]
   */
  child(file, { args = [], probed = false } = {}) {
    return this.#start(file, [...(probed ? ['--import', PROBE] : []), join(HERE, file), ...args])
  }

  /** A process that listens for datagrams, and where. @param {string} file @param {number} [qlen] */
  async listener(file, qlen) {
    const socket = this.path('reference.sock')
    const child = await withQlen(qlen, async () => {
      const started = this.child(file, { args: [socket], probed: true })
      await started.ask(file === 'receiver.mjs' ? 'ready' : 'port')
      return started
    })
    const port = file === 'receiver.mjs' ? 0 : Number(await child.ask('port'))
    return Object.assign(child, { socket, port })
  }

  /** Ends what was started, in reverse order, and removes what it left. */
  async close() {
    this.#isClosed = true
    for (const child of this.#children.toReversed()) await child.end()
    this.#children = []
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }

  /**
   * A scenario that took too long may still be under way when its stage is gone: it must not disturb the next one.
   * @param {ConstructorParameters<typeof Child>} what
   */
  #start(...what) {
    if (this.#isClosed) throw new Error('the scenario is over')
    const child = new Child(...what)
    this.#children.push(child)
    return child
  }
}

/** The panel's own events about silent machines would be counted as others. */
const QUIET = ['--stale-after', '100000']

/**
 * Bounds a wait.
 * @template T
 * @param {Promise<T>} promise @param {string} what @param {number} [ms]
 * @returns {Promise<T>}
 */
export async function within(promise, what, ms = WAIT_MS) {
  const over = new AbortController()
  try {
    return await Promise.race([
      promise,
      sleep(ms, undefined, { signal: over.signal }).then(() => {
        throw new Error(what)
      }),
    ])
  } finally {
    over.abort()
    promise.catch(() => undefined)
  }
}

/** Memory of a process, MiB. @param {number} pid */
export function residentMib(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024
}
