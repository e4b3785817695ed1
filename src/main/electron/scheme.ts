import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { protocol, type Session } from 'electron'
import type { Log } from '../../core/log.ts'
import { SECURITY_HEADERS } from '../content-security-policy.ts'
import type { ApiAnswer, ApiQuestion } from '../adapters/web-server.ts'
import { recoveryPage, type Recovery, RECOVERY_STYLE } from '../shell/recovery-page.ts'
import { HOST, SCHEME } from './page-origin.ts'
import { rendererFile } from './renderer-file.ts'

const HEADERS = { ...SECURITY_HEADERS, 'Cache-Control': 'no-cache' }

/** How the page asks. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PATCH', 'DELETE'])

/** What reading a path says where there is no such file. */
const MISSING = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG'])

/**
 * Makes our scheme one with an origin of its own, in a secure context, and bound by its CSP. Only before `ready`, and
 * only once: a second call would replace the first.
 */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, bypassCSP: false } },
  ])
}

/** True for what is no file of the page, but said by the panel: all that a page asks for, or links to. */
function isSaid(pathname: string): boolean {
  return pathname.startsWith('/api/') || pathname === '/ca.crt'
}

/** Answers a request for such a path, as browsers get it over HTTP. */
export type AskApi = (question: ApiQuestion) => Promise<ApiAnswer>

/** Shown in place of the page that cannot be kept alive; see {@link recoveryPage}. */
export const RECOVERY_URL = `${SCHEME}://${HOST}/recovery`

export interface Served {
  /** Folder with the built renderer. */
  readonly root: string
  readonly ask: AskApi
  /** What the recovery page says just now. */
  readonly recovery: () => Recovery
  readonly log: Log
}

/** Serves the built renderer in `root`, and what the panel says, to the pages of a session. */
export function serveRenderer(session: Session, served: Served): void {
  session.protocol.handle(SCHEME, (request) => answer(request, served))
}

async function answer(request: Request, { root, ask, recovery, log }: Served): Promise<Response> {
  const { method } = request
  const { host, pathname, search } = new URL(request.url)
  if (request.url === RECOVERY_URL) return ownFile(recoveryPage(recovery()), 'text/html; charset=utf-8')
  if (host === HOST && pathname === '/recovery.css') return ownFile(RECOVERY_STYLE, 'text/css; charset=utf-8')
  if (host === HOST && isSaid(pathname) && METHODS.has(method)) {
    const text = method === 'GET' ? '' : await request.text()
    const question = { path: pathname + search, method, ...(text === '' ? {} : { body: text }) }
    const { status, headers, body } = await ask(question)
    // A browser takes no body with it, not even an empty one.
    return new Response(status === 204 ? null : (Readable.toWeb(body) as ReadableStream), { status, headers })
  }
  if (method !== 'GET') return refusal(405, 'Only GET.', { Allow: 'GET' })
  const found = rendererFile(root, request.url)
  if (!found) return refusal(404, 'Not found.')
  try {
    const body = await readFile(found.file)
    return new Response(new Uint8Array(body), { headers: { ...HEADERS, 'Content-Type': found.type } })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== undefined && MISSING.has(code)) return refusal(404, 'Not found.')
    log.error({ file: found.file, error: message }, 'A file of the panel cannot be read.')
    return refusal(500, 'Internal error.')
  }
}

function ownFile(body: string, type: string): Response {
  return new Response(body, { headers: { ...HEADERS, 'Content-Type': type } })
}

function refusal(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(`${text}\n`, { status, headers: { ...HEADERS, ...headers, 'Content-Type': 'text/plain' } })
}
