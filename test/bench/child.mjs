// A process of the benchmark, asked over IPC. Whatever was started ends with the run, however that ends.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** How long most questions may take to be answered, and a process to end by itself, milliseconds. */
const ANSWER_MS = 60_000
const END_MS = 9_000

/** @type {Set<Child>} */
const running = new Set()

/** At the end of everything: no process of ours may be left behind. */
export function killChildren() {
  for (const child of running) child.kill()
}

export async function endChildren() {
  await Promise.all([...running].map((child) => child.end()))
}

export class Child {
  /** @type {Map<number, { resolve: (value: unknown) => void, reject: (error: Error) => void }>} */
  #waiting = new Map()
  #nextId = 1
  #errors = ''
  /** @type {Promise<void>} */
  #gone
  /** @type {() => void} */
  #greet = () => undefined
  /** Settled when the process has said that it listens (see answers.mjs), or has ended. */
  #greeted = new Promise((resolve) => (this.#greet = () => resolve(undefined)))
  /** @type {import('node:child_process').ChildProcess} */
  #process

  /**
   * @param {string} name for messages
   * @param {string[]} args of this Node
   * @param {(line: string) => void} [line] every line of standard output; a process without this greets
   */
  constructor(name, args, line) {
    this.name = name
    this.#process = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    running.add(this)
    if (line) {
      if (this.#process.stdout) createInterface({ input: this.#process.stdout }).on('line', line)
      this.#greet()
    } else {
      this.#process.stdout?.resume()
    }
    this.#process.stderr?.on('data', (chunk) => (this.#errors = (this.#errors + String(chunk)).slice(-2000)))
    this.#process.on('message', (answer) => this.#settle(/** @type {import('./answers.mjs').Answer} */ (answer)))
    this.#gone = new Promise((resolve) => {
      const end = () => {
        running.delete(this)
        for (const { reject } of this.#waiting.values()) reject(new Error(`${name} has ended: ${this.#errors}`))
        this.#waiting.clear()
        this.#greet()
        resolve()
      }
      this.#process.once('exit', end)
      this.#process.once('error', end)
    })
  }

  get pid() {
    return this.#process.pid ?? 0
  }

  get ended() {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  get gone() {
    return this.#gone
  }

  get errors() {
    return this.#errors
  }

  /**
   * Asks the process to do something; see answers.mjs.
   * @param {string} name
   * @param {unknown} [argument]
   * @param {number} [ms] how long it may take to answer
   * @returns {Promise<any>}
   */
  async ask(name, argument, ms = ANSWER_MS) {
    await this.#greeted
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new Error(`${this.name} did not answer "${name}" in time. ${this.#errors}`))
      }, ms)
      const done = () => clearTimeout(late)
      this.#waiting.set(id, {
        resolve: (value) => (done(), resolve(value)),
        reject: (error) => (done(), reject(error)),
      })
      this.#process.send({ id, name, argument }, (error) => {
        if (error) this.#settle({ id, error: `${error.message} ${this.#errors}` })
      })
    })
  }

  /** Idempotent. */
  async end() {
    if (this.ended) return
    this.#process.kill('SIGTERM')
    const kill = setTimeout(() => this.kill(), END_MS)
    await this.#gone
    clearTimeout(kill)
  }

  kill() {
    this.#process.kill('SIGKILL')
  }

  /** @param {import('./answers.mjs').Answer} answer */
  #settle({ id, value, error }) {
    if (id === 0) this.#greet()
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(value)
    else waiting?.reject(new Error(`${this.name}: ${error}`))
  }
}
