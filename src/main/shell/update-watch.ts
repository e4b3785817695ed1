import type { Clock, Stop } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import { type Hindrance, nextCheck, type UnderWay, type UpdateState, whyNotInstall } from './update-rules.ts'

/** No installer could take the place of this copy of the program. */
export class CannotUpdate extends Error {
  override readonly name = 'CannotUpdate'
}

/** What looks for a newer version and brings it here; electron-updater in the product. */
export interface Updater {
  /** The newer version there is; null where there is none. Rejects with {@link CannotUpdate} where that is no use. */
  look(): Promise<string | null>
  /** Brings the one that was found, checked against its SHA-512. */
  load(): Promise<void>
  /** Ends the program and installs what was brought. */
  install(): void
}

export interface UpdateWatchOptions {
  /** Null: updates are off, and nothing is ever asked of the network. */
  readonly updater: Updater | null
  readonly clock: Clock
  readonly log: Log
  readonly underWay: () => UnderWay
  /** True until it is left. A kiosk brings nothing and installs nothing. */
  readonly kiosk: () => boolean
}

/** Looks for newer versions from time to time and has them ready; installs one only when asked, and when that may be. */
export class UpdateWatch {
  readonly #options: UpdateWatchOptions
  #state: UpdateState
  #looking: Promise<void> | null = null
  #stop: Stop | null = null
  #closed = false

  constructor(options: UpdateWatchOptions) {
    this.#options = options
    this.#state = { kind: options.updater ? 'unknown' : 'off' }
    this.#plan()
  }

  get state(): UpdateState {
    return this.#state
  }

  /** Looks now. Never rejects: the state says what came of it. What was found comes in the background. */
  look(): Promise<void> {
    const { updater } = this.#options
    if (!updater || this.#closed || ['loading', 'ready', 'unable'].includes(this.#state.kind)) return Promise.resolve()
    this.#stop?.()
    return (this.#looking ??= this.#ask(updater).finally(() => {
      this.#looking = null
      this.#plan()
    }))
  }

  /** Installs what is ready. Returns why not; null where the program ends now. */
  install(): Hindrance | null {
    const { updater, underWay, kiosk, log } = this.#options
    if (!updater || this.#state.kind !== 'ready') return { kind: 'nothing' }
    const why = whyNotInstall(underWay(), kiosk())
    if (why !== null) return why
    log.info({ version: this.#state.version }, 'an update is installed')
    updater.install()
    return null
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true
    this.#stop?.()
  }

  async #ask(updater: Updater): Promise<void> {
    try {
      const version = await updater.look()
      if (version === null) {
        this.#state = { kind: 'current' }
        return
      }
      if (this.#options.kiosk()) {
        this.#state = { kind: 'found', version }
        return
      }
      this.#state = { kind: 'loading', version }
      void this.#load(updater, version)
    } catch (error) {
      if (error instanceof CannotUpdate) this.#state = { kind: 'unable' }
      else this.#failed(error)
    }
  }

  async #load(updater: Updater, version: string): Promise<void> {
    try {
      await updater.load()
      this.#state = { kind: 'ready', version }
      this.#options.log.info({ version }, 'an update is ready')
    } catch (error) {
      this.#failed(error)
      this.#plan()
    }
  }

  #failed(error: unknown): void {
    // Anything may be wrong with a network; only the first line is for people.
    const reason = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''
    this.#state = { kind: 'failed', reason }
    this.#options.log.warn({ err: error }, 'updates could not be looked for')
  }

  #plan(): void {
    const wait = this.#closed ? null : nextCheck(this.#state)
    if (wait !== null) this.#stop = this.#options.clock.after(wait, () => void this.look())
  }
}
