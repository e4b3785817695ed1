import { request } from 'node:http'
import { onTestFinished } from 'vitest'

export interface RestAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** The body read as JSON; null where it is none. */
  readonly body: Record<string, unknown> & { readonly error?: { readonly code: string; readonly message: string } }
}

export interface RestRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as it is where it is text, else as JSON. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** Asks as a program does, with the path as it is. */
export function rest(url: string, path: string, options: RestRequest = {}): Promise<RestAnswer> {
  const { method = options.body === undefined ? 'GET' : 'POST', body, signal } = options
  const { hostname, port } = new URL(url)
  const headers = { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers }
  return new Promise((resolve, reject) => {
    const asked = request(
      { hostname, port, path, method, headers, agent: false, ...(signal ? { signal } : {}) },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parsed(text) }),
        )
      },
    )
    asked.on('error', reject)
    asked.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
}

/** A program that asks, and hangs up when it is told to. */
export function abandonedRest(url: string, path: string, options: RestRequest): () => Promise<void> {
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  const asked = rest(url, path, { ...options, signal: abort.signal }).then(
    () => undefined,
    () => undefined,
  )
  return () => {
    abort.abort()
    return asked
  }
}

function parsed(text: string): RestAnswer['body'] {
  try {
    return JSON.parse(text) as RestAnswer['body']
  } catch {
    return {}
  }
}
