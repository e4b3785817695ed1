import type { ClientAuth, Configuration, CustomFetchOptions } from 'openid-client'
import type { Clock, Stop } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { OpenIdFlow } from '../../core/openid-flows.ts'
import { hasClaim, type OpenIdClaims } from '../../core/openid-grant.ts'
import { OPENID_PATH, type OpenIdProvider, OpenIdRefused } from '../../core/openid-sign-ins.ts'
import { hashSecret } from '../../core/secret.ts'
import type { Problem } from '../../shared/health.ts'
import { isLoopback } from './origin.ts'

type Library = typeof import('openid-client')

/** One answer of the provider, seconds. */
const ANSWER_SECONDS = 10

/** It is asked again after a second, two, four, …, five minutes. */
const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 5 * 60_000

export interface OpenIdClientOptions {
  readonly issuer: string
  readonly clientId: string
  /** Null: the panel has none (a public client). */
  readonly clientSecret: (() => string) | null
  /** What is asked for beside `openid`. */
  readonly request: readonly string[]
  readonly roleClaim: string
  /** Where browsers find the panel: an origin. */
  readonly panel: string
  readonly clock: Clock
  readonly log: Log
}

/** The provider did not answer, or not in time. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

/** What there is once the provider has said what it can do. */
interface Known {
  readonly library: Library
  readonly configuration: Configuration
}

/**
 * A provider of OpenID Connect, through `openid-client`: loaded, and asked what it can do, once it is wanted. While it
 * does not answer it is asked again and again, and at once whenever somebody wants to sign in.
 */
export class OpenIdClient implements OpenIdProvider {
  readonly #options: OpenIdClientOptions
  readonly #end = new AbortController()
  #known: Known | null = null
  #asking: Promise<Known> | null = null
  #retry: Stop | undefined
  #attempts = 0
  #why: string | null = null

  constructor(options: OpenIdClientOptions) {
    this.#options = options
    this.#ask().catch(() => undefined)
  }

  get issuer(): string {
    return this.#options.issuer
  }

  get reachable(): boolean {
    // Before its first answer nothing speaks against it.
    return this.#why === null
  }

  get problems(): readonly Problem[] {
    if (this.#why === null) return []
    const message = `The provider ${this.issuer} cannot be used: ${this.#why}.`
    const remedy =
      'Check the network, the provider, and "openid" in the configuration file. It is tried again by itself; accounts ' +
      'with a password sign in all the same.'
    return [{ code: 'openid_unreachable', message, remedy }]
  }

  get endSessionUrl(): string | null {
    if (this.#known?.configuration.serverMetadata().end_session_endpoint === undefined) return null
    const { library, configuration } = this.#known
    return library.buildEndSessionUrl(configuration, { post_logout_redirect_uri: `${this.#options.panel}/` }).href
  }

  async authorizationUrl({ state, nonce, verifier }: OpenIdFlow): Promise<string> {
    const { library, configuration } = await this.#ready()
    const { request } = this.#options
    return library.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#callback.href,
      scope: [...new Set(['openid', ...request])].join(' '),
      state,
      nonce,
      code_challenge: hashSecret(verifier),
      code_challenge_method: 'S256',
    }).href
  }

  async claims(query: string, { state, nonce, verifier }: OpenIdFlow): Promise<OpenIdClaims> {
    const { library, configuration } = await this.#ready()
    const url = this.#callback
    url.search = query
    try {
      const tokens = await library.authorizationCodeGrant(configuration, url, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      })
      const claims = tokens.claims()
      if (!claims) throw new OpenIdRefused('failed')
      // Some tell the rest only to whoever asks for it.
      const isThin = !hasClaim(claims, this.#options.roleClaim)
      if (!isThin || configuration.serverMetadata().userinfo_endpoint === undefined) return claims
      return { ...(await library.fetchUserInfo(configuration, tokens.access_token, claims.sub)), ...claims }
    } catch (error) {
      throw this.#refusal(error, library)
    }
  }

  /** Idempotent. */
  close(): void {
    this.#end.abort()
    this.#retry?.()
  }

  get #callback(): URL {
    return new URL(`${OPENID_PATH}/callback`, this.#options.panel)
  }

  async #ready(): Promise<Known> {
    if (this.#known) return this.#known
    return this.#ask().catch(() => {
      throw new OpenIdRefused('unreachable')
    })
  }

  #ask(): Promise<Known> {
    this.#asking ??= this.#discover().then(
      (known) => {
        this.#settled(known, null)
        return known
      },
      (error: unknown) => {
        this.#settled(null, reasonOf(error))
        throw error
      },
    )
    return this.#asking
  }

  #settled(known: Known | null, why: string | null): void {
    const { log, clock, issuer } = this.#options
    this.#asking = null
    this.#retry?.()
    this.#retry = undefined
    if (this.#end.signal.aborted) return
    this.#known = known
    if (known) log.info({ issuer }, 'the provider of OpenID Connect answers')
    else if (this.#why !== why) log.warn({ issuer, why }, 'the provider of OpenID Connect cannot be used')
    this.#why = why
    if (known) {
      this.#attempts = 0
      return
    }
    const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempts)
    this.#attempts += 1
    this.#retry = clock.after(wait, () => void this.#ask().catch(() => undefined))
  }

  async #discover(): Promise<Known> {
    const library = await import('openid-client')
    const { issuer, clientId, clientSecret } = this.#options
    const server = new URL(issuer)
    const configuration = await library.discovery(server, clientId, {}, authentication(library, clientSecret), {
      timeout: ANSWER_SECONDS,
      // The signature too, though the token comes from the provider itself.
      execute: [
        library.enableNonRepudiationChecks,
        ...(server.protocol === 'http:' ? [library.allowInsecureRequests] : []),
      ],
      [library.customFetch]: async (url, init) => this.#fetch(url, init),
    })
    return { library, configuration }
  }

  async #fetch(url: string, { body, ...init }: CustomFetchOptions): Promise<Response> {
    const { protocol, hostname, host } = new URL(url)
    // Also where a provider on this computer names others.
    if (protocol !== 'https:' && !isLoopback(hostname)) throw new NoAnswer(`${host} would be asked without HTTPS`)
    const signal = init.signal ? AbortSignal.any([init.signal, this.#end.signal]) : this.#end.signal
    try {
      // What is sent is a form, or nothing.
      return await fetch(url, { ...init, body: body instanceof URLSearchParams ? body : null, signal })
    } catch (error) {
      throw new NoAnswer(`${host} does not answer (${rootOf(error)})`, { cause: error })
    }
  }

  /** What went wrong in words of ours; the log says more, but no secret: neither code nor token is part of an error. */
  #refusal(error: unknown, library: Library): Error {
    if (error instanceof OpenIdRefused) return error
    const { log, issuer } = this.#options
    log.warn({ issuer, why: reasonOf(error) }, 'signing in by OpenID Connect came to nothing')
    if (noAnswerIn(error)) {
      // It may come back as another one.
      this.#settled(null, reasonOf(error))
      return new OpenIdRefused('unreachable')
    }
    const isDenied = error instanceof library.AuthorizationResponseError && error.error === 'access_denied'
    return new OpenIdRefused(isDenied ? 'denied' : 'failed')
  }
}

/** As the provider can: some know one way to show a secret, some the other. */
function authentication(library: Library, secret: (() => string) | null): ClientAuth {
  if (secret === null) return library.None()
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported
    const isBasic = methods === undefined || methods.includes('client_secret_basic')
    const authenticate = isBasic ? library.ClientSecretBasic(secret()) : library.ClientSecretPost(secret())
    return authenticate(server, client, body, headers)
  }
}

function noAnswerIn(error: unknown): NoAnswer | null {
  for (let each = error; each instanceof Error; each = each.cause) if (each instanceof NoAnswer) return each
  return null
}

function reasonOf(error: unknown): string {
  const noAnswer = noAnswerIn(error)
  if (noAnswer) return noAnswer.message
  if (!(error instanceof Error)) return String(error)
  const { error: code } = error as { readonly error?: unknown }
  return typeof code === 'string' ? `${error.message} (${code})` : error.message
}

function rootOf(error: unknown): string {
  let root = error
  while (root instanceof Error && root.cause instanceof Error) root = root.cause
  const { code, message } = root as NodeJS.ErrnoException
  return code === undefined || typeof code !== 'string' ? message : code
}
