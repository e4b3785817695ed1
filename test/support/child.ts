import { spawn, type ChildProcess } from 'node:child_process'
import { resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { waitFor } from './wait-for.ts'

export const ROOT = resolve(import.meta.dirname, '../..')

/** A process of the test's own that ends with the test, with what it printed. */
export class Child {
  out = ''
  errors = ''
  /** Null while it runs. */
  exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null } | null = null
  readonly process: ChildProcess

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env })
    this.process = child
    child.stdout.on('data', (chunk: Buffer) => (this.out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (this.errors += chunk.toString()))
    child.once('error', (error) => (this.errors += error.message))
    child.once('close', (code, signal) => (this.exit = { code, signal }))
    onTestFinished(async () => {
      if (!this.exit) child.kill('SIGKILL')
      await this.ended()
    })
  }

  /** Waits until it has printed this. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    return waitFor(
      () => {
        const found = pattern.exec(this.out)
        if (!found && this.exit) throw new Error(`ended with ${this.exit.code}: ${this.errors}`)
        return found
      },
      { timeout: 20_000, what: `${pattern} in the output` },
    )
  }

  async ended(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
    return waitFor(() => this.exit, { timeout: 20_000, what: 'the end of the process' })
  }
}

/** True while a process with this id exists. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
