import type { Log } from '../core/log.ts'
import type { Panel, Surroundings } from './panel.ts'
import type { Config } from './config.ts'
import { failedStart, type Start } from './start.ts'

export interface RunParts {
  /** Reads the command line and the configuration file; again for each restart. */
  readonly readStart: () => Start
  readonly compose: (config: Config, surroundings: Surroundings) => Promise<Panel>
  /** What the panel is told besides its configuration; the rest is up to this. */
  readonly surroundings: Omit<Surroundings, 'log' | 'restart'>
  /** A panel has started: the first, or another in its place. */
  readonly onPanel: (panel: Panel) => void
  /** No panel runs any more, though nobody asked for its end; the message is for people. */
  readonly onFailed: (message: string) => void
}

/** Runs a panel in this process, and another in its place when its settings are to count. */
export class Run {
  readonly #parts: RunParts
  #config: Config
  #log: Log
  #panel: Promise<Panel | null> = Promise.resolve(null)
  #closing = false
  #replaced: Panel | undefined

  constructor(parts: RunParts, { config, log }: { readonly config: Config; readonly log: Log }) {
    this.#parts = parts
    this.#config = config
    this.#log = log
  }

  get log(): Log {
    return this.#log
  }

  /** Resolves once the first panel runs, or could not be started. */
  async start(): Promise<void> {
    this.#panel = this.#compose().catch((error: unknown) => {
      this.#parts.onFailed(failedStart(error, this.#log))
      return null
    })
    await this.#panel
  }

  /** Idempotent. Ends the panel in order; it is not started again. */
  async close(): Promise<void> {
    this.#closing = true
    const panel = await this.#panel
    await panel?.close()
  }

  async #compose(): Promise<Panel> {
    const { compose, surroundings, onPanel } = this.#parts
    const panel = await compose(this.#config, {
      ...surroundings,
      log: this.#log,
      restart: () => {
        // Each panel is replaced once.
        if (this.#replaced === panel) return
        this.#replaced = panel
        this.#panel = this.#again(panel)
      },
    })
    onPanel(panel)
    return panel
  }

  async #again(before: Panel): Promise<Panel | null> {
    const [config, log] = [this.#config, this.#log]
    log.info({}, 'starting again')
    await before.close()
    if (this.#closing) return null
    let next: Log | undefined
    try {
      const start = this.#parts.readStart()
      if (start.kind === 'exit') throw new Error(start.text)
      this.#config = start.config
      this.#log = next = start.log
      const panel = await this.#compose()
      log.close?.()
      return panel
    } catch (error) {
      // What ran before is better than nothing: the settings can then be corrected from a browser.
      log.error({ why: failedStart(error, log) }, 'cannot start with the new settings; starting with the old ones')
      this.#config = config
      this.#log = log
      next?.close?.()
    }
    return this.#compose().catch((error: unknown) => {
      this.#parts.onFailed(failedStart(error, log))
      return null
    })
  }
}
