import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Stop } from '../../../core/clock.ts'
import type { Log } from '../../../core/log.ts'
import type { CertificateHealth, Problem } from '../../../shared/health.ts'
import type { TlsConfig } from '../../config.ts'
import { type PathWatch, watchPath } from '../../watch-path.ts'
import { ListenError } from '../listener.ts'
import { checkKeyPair, type KeyPair, KeyPairError } from './key-pair.ts'
import { ownPair } from './own-authority.ts'

const DAY_MS = 86_400_000

/** How often the panel's own certificate is looked at, for its end and for the computer's names. */
const LOOK_MS = DAY_MS / 4

/** Certificate and key are two files: so long must there be quiet before both are read. */
const QUIET_MS = 250

/** An own certificate that ends within this time is a problem. */
const WARN_DAYS = 14

export interface TlsCredentialsOptions {
  readonly config: TlsConfig
  readonly dataDir: string
  /** The names and addresses of this computer, as they are now. */
  readonly names: () => readonly string[]
  /** What people call this computer. */
  readonly label: string
  readonly clock: Clock
  readonly log: Log
}

/**
 * The certificate that is served, kept up with: files of the user's own are read again when they change, one that the
 * panel made is made anew before it ends. What cannot be used is refused, and the one before stays.
 */
export class TlsCredentials {
  readonly #options: TlsCredentialsOptions
  #current: KeyPair
  #authority: string | null = null
  #refused: string | null = null
  readonly #listeners = new Set<() => void>()
  readonly #watches: PathWatch[] = []
  #timer: Stop | undefined
  readonly #stop: Stop

  /** Throws a {@link ListenError} where there is nothing to serve. */
  constructor(options: TlsCredentialsOptions) {
    this.#options = options
    const { config, clock, log } = options
    try {
      this.#current = this.#read()
    } catch (error) {
      throw new ListenError(`${this.#why(error)} Correct it, or start with --tls alone for a certificate made here.`)
    }
    if (config.kind === 'own') {
      for (const path of [config.certificate, config.key]) {
        const watched = watchPath(path, () => this.#changed(), log)
        this.#watches.push(watched)
        void watched.follow().catch((error: unknown) => log.warn({ err: error, path }, 'the file cannot be watched'))
      }
    }
    this.#stop = clock.every(LOOK_MS, () => this.#look())
  }

  get current(): KeyPair {
    return this.#current
  }

  /** The authority that browsers can be told to trust, PEM; null where the certificate is the user's own. */
  get authority(): string | null {
    return this.#authority
  }

  /** True where browsers may be told to come by HTTPS alone: they need no exception for it. */
  get isTrusted(): boolean {
    return this.#options.config.kind === 'own' && !this.#current.selfSigned
  }

  get health(): CertificateHealth {
    const { fingerprint, names, to } = this.#current
    return { source: this.#options.config.kind, fingerprint, names: [...names], to }
  }

  get problems(): Problem[] {
    const problems: Problem[] = []
    if (this.#refused !== null) {
      const remedy = 'Correct the files. Until then the certificate before it is served.'
      problems.push({ code: 'tls_refused', message: this.#refused, remedy })
    }
    const left = this.#current.to - this.#options.clock.now()
    if (left < WARN_DAYS * DAY_MS) {
      const day = new Date(this.#current.to).toISOString().slice(0, 10)
      const message = left <= 0 ? `The certificate has expired on ${day}.` : `The certificate ends on ${day}.`
      const remedy = 'Put a new certificate in its place. It is taken over without a restart.'
      problems.push({ code: 'tls_expiring', message, remedy })
    }
    return problems
  }

  /** Called with every new certificate. Returns the function that ends it. */
  listen(changed: () => void): Stop {
    this.#listeners.add(changed)
    return () => this.#listeners.delete(changed)
  }

  /** Idempotent. */
  close(): void {
    this.#stop()
    this.#timer?.()
    for (const watched of this.#watches) watched.close()
  }

  #changed(): void {
    this.#timer?.()
    this.#timer = this.#options.clock.after(QUIET_MS, () => {
      const { log } = this.#options
      const followed = Promise.all(this.#watches.map((watched) => watched.follow()))
      followed.then(
        () => this.#look(),
        (error: unknown) => log.warn({ err: error }, 'the certificate cannot be watched'),
      )
    })
  }

  #look(): void {
    const { log, clock } = this.#options
    try {
      const next = this.#read()
      if (next.cert !== this.#current.cert || next.key !== this.#current.key) {
        if (next.to <= clock.now()) throw new KeyPairError('The new certificate has expired')
        this.#current = next
        log.info({ fingerprint: next.fingerprint, to: next.to }, 'a new certificate is served')
        for (const changed of this.#listeners) changed()
      }
      this.#refused = null
    } catch (error) {
      const why = this.#why(error)
      if (why !== this.#refused) log.warn({}, why)
      this.#refused = why
    }
  }

  #read(): KeyPair {
    const { config, dataDir, names, label, clock } = this.#options
    if (config.kind === 'own') {
      return checkKeyPair(readFileSync(config.certificate, 'utf8'), readFileSync(config.key, 'utf8'))
    }
    const pair = ownPair(join(dataDir, 'tls'), names(), label, clock.now())
    this.#authority = pair.authority
    return pair
  }

  #why(error: unknown): string {
    const { config } = this.#options
    const text = error instanceof Error ? error.message : String(error)
    return config.kind === 'own' ? `${config.certificate}, ${config.key}: ${text}.` : `No certificate: ${text}.`
  }
}
