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
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  const headers = {
    // Node tells the length by itself only for methods that usually have a body.
    ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    ...options.headers,
  }
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        path,
        method,
        headers,
        agent: false,
        ...(signal ? { signal } : {}),
      },
      (response) => {
        let answer = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (answer += chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answer, body: parsed(answer) }),
        )
      },
    )
    asked.on('error', reject)
    asked.end(text)
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
