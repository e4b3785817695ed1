import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { FLOW_MS } from '../../../core/openid-flows.ts'
import { OPENID_PATH, OpenIdRefused, type OpenIdSignIns } from '../../../core/openid-sign-ins.ts'
import { cookieIn, setCookie, visitorOf } from './identity.ts'

/** For pages alone, which go there and do not ask: they are no part of what programs are told. */
const OPTIONS = { config: { open: true }, schema: { hide: true } } as const

/** A place within the panel's one page, as the router writes it. */
const PLACE = /^\/[\x21-\x7e]{0,500}$/

/** A browser goes to the provider, and comes back; whatever comes of it, it ends on the panel's own page. */
export function openIdRoutes(app: FastifyInstance, openId: OpenIdSignIns): void {
  const { panel } = openId
  const refuse = (reply: FastifyReply, error: unknown): FastifyReply => {
    if (!(error instanceof OpenIdRefused)) throw error
    return reply.redirect(`${panel}/#/sign-in?problem=${error.code}`, 302)
  }

  app.get<{ Querystring: { readonly to?: unknown } }>(`${OPENID_PATH}/start`, OPTIONS, async (request, reply) => {
    const visitor = visitorOf(request)
    // The window goes nowhere: it knows only its own page.
    if (visitor.local) return reply.callNotFound()
    try {
      const { url, cookie } = await openId.start(placeOf(request.query.to), visitor)
      setFlowCookie(request, reply, cookie, panel)
      return reply.redirect(url, 302)
    } catch (error) {
      return refuse(reply, error)
    }
  })

  app.get(`${OPENID_PATH}/callback`, OPTIONS, async (request, reply) => {
    const cookie = cookieIn(request.headers.cookie, flowCookieName(request))
    if (cookie !== null) setFlowCookie(request, reply, null, panel)
    const query = request.raw.url?.split('?').slice(1).join('?') ?? ''
    try {
      const done = await openId.finish(query, cookie, visitorOf(request))
      setCookie(request, reply, done.cookie, panel.startsWith('https:'))
      // The browser keeps a strict cookie from here on. It does not send it along with this redirect, which another site
      // has begun; but the page that it leads to needs none, and what that page asks for is asked by our own site.
      return reply.redirect(`${panel}/#${done.to}`, 302)
    } catch (error) {
      return refuse(reply, error)
    }
  })
}

function placeOf(to: unknown): string {
  return typeof to === 'string' && PLACE.test(to) ? to : '/'
}

/** Lax: it must come along when the provider's page sends the browser back. It is good for nothing else, and once. */
function setFlowCookie(request: FastifyRequest, reply: FastifyReply, value: string | null, panel: string): void {
  const age = value === null ? 0 : FLOW_MS / 1000
  const secure = panel.startsWith('https:') ? '; Secure' : ''
  const name = flowCookieName(request)
  const attributes = `Path=${OPENID_PATH}; Max-Age=${age}; HttpOnly; SameSite=Lax${secure}`
  void reply.header('Set-Cookie', `${name}=${value ?? ''}; ${attributes}`)
}

function flowCookieName({ socket }: FastifyRequest): string {
  return `andon_openid_${socket.localPort ?? ''}`
}
