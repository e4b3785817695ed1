import { spawn } from 'node:child_process'

/** How long a child may take to end by itself. */
const END_MS = 10_000

/** The processes that a launcher started. They end with it, in reverse order, each before the one it depends on. */
export class Children {
  /** @type {import('node:child_process').ChildProcess[]} */
  #running = []
  /** @type {Promise<void> | undefined} */
  #ending

  /**
   * @param {string} command
   * @param {string[]} args
   * @param {NodeJS.ProcessEnv} [env]
   */
  start(command, args, env = process.env) {
    // With an IPC channel a child notices when its launcher is killed.
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env })
    this.#running.push(child)
    child.once('error', (error) => process.stderr.write(`Cannot start ${command}: ${error.message}\n`))
    return child
  }

  /** Idempotent. */
  end() {
    this.#ending ??= this.#end()
    return this.#ending
  }

  async #end() {
    for (const child of this.#running.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      const kill = setTimeout(() => child.kill('SIGKILL'), END_MS)
      await gone
      clearTimeout(kill)
    }
  }
}
