import { get as getPlain } from 'node:http'
import { get as getSecurely } from 'node:https'

/** How long an answer may take, milliseconds, and how long it may be, bytes. */
const ANSWER_MS = 3_000
const ANSWER_BYTES = 1024 * 1024

export interface PanelAddress {
  readonly host: string
  /** 0: nobody knows. */
  readonly port: number
  readonly secure: boolean
}

/** What a running panel says of itself at its three probes; for each the answer, or why there is none. */
export async function askPanel(address: PanelAddress): Promise<Readonly<Record<string, string>>> {
  const paths = ['/healthz', '/readyz', '/metrics']
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await ask(address, path)] as const)))
}

function ask({ host, port, secure }: PanelAddress, path: string): Promise<string> {
  if (port === 0) return Promise.resolve('not asked: its port is any free one; name it with --port')
  return new Promise((resolve) => {
    const options = {
      host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host,
      port,
      path,
      timeout: ANSWER_MS,
      signal: AbortSignal.timeout(ANSWER_MS),
      // Nothing secret is sent, and what is answered is only looked at: the panel's own authority need not be known here.
      rejectUnauthorized: false,
    }
    const get = secure ? getSecurely : getPlain
    const request = get(options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > ANSWER_BYTES) response.destroy(new Error('the answer is too long'))
      })
      response.on('end', () => resolve(`${response.statusCode}\n${text}`))
      response.on('error', (error) => resolve(`no answer: ${error.message}`))
    })
    request.on('error', (error) => resolve(`no answer: ${error.message}`))
  })
}
