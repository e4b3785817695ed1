import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import { onTestFinished } from 'vitest'

export const CLIENT_ID = 'andon'
export const CLIENT_SECRET = 'the-secret-of-the-client-0123456789'

export interface ProviderOptions {
  /** The panel's origin. */
  readonly panel: string
  /** Default: any free one. */
  readonly port?: number
  /** True: what a claim says is told only to whoever asks for it; default. */
  readonly thin?: boolean
  /** What becomes of an ID token before it is handed out. */
  readonly tamper?: (token: string) => string
}

/** What the provider knows of people, by their subjects. */
export type People = Map<string, Record<string, unknown>>

/** A real provider of OpenID Connect, with a page of its own on which one only says who one is. */
export class TestProvider {
  private constructor(
    readonly issuer: string,
    readonly port: number,
    readonly people: People,
    /** How often the client redeemed a code. */
    readonly redeemed: () => number,
    readonly close: () => Promise<void>,
  ) {}

  static async start({ panel, port = 0, thin = true, tamper }: ProviderOptions): Promise<TestProvider> {
    const server = createServer()
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const { port: own } = server.address() as AddressInfo
    // Another site than the panel's 127.0.0.1, so that a browser minds what is strict.
    const issuer = `http://localhost:${own}`
    const people: People = new Map()
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: CLIENT_ID,
          client_secret: CLIENT_SECRET,
          redirect_uris: [`${panel}/api/v1/openid/callback`],
          post_logout_redirect_uris: [`${panel}/`],
          response_types: ['code'],
          grant_types: ['authorization_code'],
        },
      ],
      pkce: { required: () => true },
      claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'roles', 'realm_access'] },
      conformIdTokenClaims: thin,
      cookies: { keys: ['a key for cookies'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
      findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ ...people.get(sub), sub }) }),
      // Nobody is asked whether the panel may know who they are.
      loadExistingGrant: async (ctx) => {
        const grant = new ctx.oidc.provider.Grant({
          clientId: ctx.oidc.client?.clientId ?? '',
          accountId: ctx.oidc.session?.accountId ?? '',
        })
        grant.addOIDCScope('openid profile')
        await grant.save()
        return grant
      },
    })
    let redeemed = 0
    provider.use(async (ctx, next) => {
      await next()
      const body: unknown = ctx.body
      if (ctx.path !== '/token') return
      redeemed += 1
      if (tamper && hasToken(body)) ctx.body = { ...body, id_token: tamper(body.id_token) }
    })
    const handle = provider.callback()
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const isOwn = request.url?.startsWith('/interaction/') === true
      const done = isOwn ? interact(provider, request, response) : handle(request, response)
      done.catch(() => response.writeHead(500).end())
    })
    const close = (): Promise<void> => closed(server)
    onTestFinished(close)
    return new TestProvider(issuer, own, people, () => redeemed, close)
  }
}

/** The page of the provider: who are you? */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') {
    response.writeHead(200, { 'Content-Type': 'text/html' })
    response.end(
      '<!doctype html><html lang="en"><title>Provider</title><link rel="icon" href="data:,"><form method="post"><label>Who <input name="who"></label>' +
        '<button name="do" value="in">Continue</button><button name="do" value="off">Cancel</button></form>',
    )
    return
  }
  let text = ''
  for await (const chunk of request) text += String(chunk)
  const form = new URLSearchParams(text)
  const result =
    form.get('do') === 'off'
      ? { error: 'access_denied', error_description: 'broken off' }
      : { login: { accountId: form.get('who') ?? '' } }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
}

function hasToken(body: unknown): body is { readonly id_token: string } {
  return typeof body === 'object' && body !== null && 'id_token' in body
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
