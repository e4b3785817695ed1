import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CONTENT_SECURITY_POLICY } from '../../src/main/content-security-policy.ts'
import { startPanel, type TestPanel } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'

interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: string
}

/** Asks with the path exactly as given: `fetch` would tidy it up first. */
function ask(
  url: string,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
) {
  const { hostname, port } = new URL(url)
  return new Promise<Answer>((resolve, reject) => {
    const asked = request(
      { hostname, port, path, method: options.method ?? 'GET', headers: options.headers ?? {} },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (body += chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
      },
    )
    asked.on('error', reject)
    asked.end(options.body)
  })
}

/** Sends bytes as they are and returns everything that came back. */
function talk(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.end(text))
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

/** A panel that serves a folder of the test's own, with a secret beside it. */
async function start(): Promise<TestPanel> {
  const dir = tempDir()
  const rendererDir = join(dir, 'renderer')
  mkdirSync(join(rendererDir, 'assets'), { recursive: true })
  writeFileSync(join(dir, 'secret.txt'), 'SECRET')
  writeFileSync(join(rendererDir, 'index.html'), '<!doctype html><title>Andon</title>')
  writeFileSync(join(rendererDir, 'assets', 'index-abc.js'), 'export {}')
  return startPanel([], { rendererDir, dir })
}

/** The bytes of a request for an upgrade. */
const upgrade = (path: string, extra = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${extra}\r\n`

const noInside = (answer: Answer): void => {
  expect(answer.body).not.toMatch(/node_modules|\.ts:|\.js:\d|at .*\(|Route |FST_|SECRET/)
}

test('/healthz says that it runs and how far it is', async () => {
  const panel = await start()
  await unixSender(panel.socket).send(datagram('m', 'tick'))
  await waitFor(() => panel.health().offset === 1)
  const { status, body, headers } = await ask(panel.url, '/healthz')
  expect(status).toBe(200)
  expect(headers['content-type']).toContain('application/json')
  expect(JSON.parse(body)).toMatchObject({
    status: 'ok',
    version: expect.any(String) as string,
    uptime_seconds: expect.any(Number) as number,
    offset: 1,
    sessions: 0,
  })
})

test('/readyz says whether the panel can do its job, and if not, why', async () => {
  const ready = await ask((await start()).url, '/readyz')
  expect([ready.status, JSON.parse(ready.body)]).toMatchObject([200, { ready: true, reasons: [] }])

  const dir = tempDir()
  writeFileSync(join(dir, 'andon.yaml'), 'udp: []\n')
  const addon = { ok: false, reason: 'gone' } as const
  const deaf = await startPanel(['--config', join(dir, 'andon.yaml')], { addon, dir })
  const answer = await ask(deaf.url, '/readyz')
  expect([answer.status, JSON.parse(answer.body)]).toEqual([
    503,
    { ready: false, reasons: ['No datagram listener is open.'] },
  ])
  expect((await ask(deaf.url, '/healthz')).status).toBe(200)
})

test('every answer carries the content security policy and its companions', async () => {
  const { url } = await start()
  for (const path of ['/', '/assets/index-abc.js', '/healthz', '/readyz', '/nothing-here', '/%', '/../x']) {
    const { headers } = await ask(url, path)
    expect(headers).toMatchObject({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers).not.toHaveProperty('x-powered-by')
  }
})

test('the page is always asked for anew, its hashed parts never again', async () => {
  const { url } = await start()
  const page = await ask(url, '/')
  expect(page).toMatchObject({ status: 200, body: '<!doctype html><title>Andon</title>' })
  expect(page.headers['content-type']).toContain('text/html')
  expect(page.headers['cache-control']).toBe('no-cache')
  const script = await ask(url, '/assets/index-abc.js')
  expect(script.headers['content-type']).toContain('javascript')
  expect(script.headers['cache-control']).toContain('immutable')
})

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e%2fsecret.txt',
  '/assets/../../secret.txt',
  '/assets/..%2f..%2fsecret.txt',
  '/%252e%252e%252fsecret.txt',
  '/..\\secret.txt',
  '/..%5csecret.txt',
  '/assets/%00/../../../secret.txt',
  '/%00',
  '/....//secret.txt',
  '//secret.txt',
  '/%',
  '/%ff',
  '/assets',
  '/assets/',
])('%s never leaves the folder, and says nothing of the inside', async (path) => {
  const { url } = await start()
  const answer = await ask(url, path)
  expect([400, 403, 404]).toContain(answer.status)
  noInside(answer)
})

test('a link out of the folder is not a way out for a request that names it indirectly', async () => {
  const dir = tempDir()
  const rendererDir = join(dir, 'renderer')
  mkdirSync(rendererDir)
  writeFileSync(join(rendererDir, 'index.html'), 'page')
  symlinkSync(dir, join(rendererDir, 'link'))
  const panel = await startPanel([], { rendererDir, dir })
  const answer = await ask(panel.url, '/link/../../secret.txt')
  expect(answer.status).not.toBe(200)
  noInside(answer)
})

test('[L3] a request for another host is refused, whatever it asks for', async () => {
  const { url } = await start()
  for (const host of ['evil.example', 'evil.example:3002', '127.0.0.1.evil.example']) {
    for (const path of ['/', '/healthz', '/nothing']) {
      const answer = await ask(url, path, { headers: { host } })
      expect([`${host} ${path}`, answer.status]).toEqual([`${host} ${path}`, 421])
      noInside(answer)
    }
  }
  expect(await talk(url, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 421 /)
  expect((await ask(url, '/', { headers: { host: 'localhost' } })).status).toBe(200)
})

test('an unknown path is 404 in plain words', async () => {
  const { url } = await start()
  for (const path of ['/nothing', '/api/v1', '/index.php', '/healthz/x', '/constructor', '/__proto__']) {
    expect(await ask(url, path)).toMatchObject({ status: 404, body: 'Not found.\n' })
  }
})

test('HEAD is answered without a body, and what changes something is not found', async () => {
  const { url } = await start()
  for (const path of ['/', '/healthz']) {
    expect(await ask(url, path, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    for (const path of ['/', '/healthz', '/assets/index-abc.js', '/ws']) {
      const answer = await ask(url, path, { method })
      expect([`${method} ${path}`, answer.status]).toEqual([`${method} ${path}`, 404])
      noInside(answer)
    }
  }
})

test('bodies that are wrong or too large are refused in plain words', async () => {
  const { url } = await start()
  const json = { 'content-type': 'application/json' }
  const answers = [
    await ask(url, '/', { method: 'POST', headers: json, body: '{"a":' }),
    await ask(url, '/', { method: 'POST', headers: json, body: `"${'x'.repeat(70_000)}"` }),
    await ask(url, '/', { method: 'POST', headers: { 'content-type': 'a/b' }, body: 'x' }),
  ]
  for (const answer of answers) {
    expect([400, 404, 413, 415]).toContain(answer.status)
    noInside(answer)
  }
})

test('what is not HTTP gets no more than a 400, and the server goes on', async () => {
  const { url } = await start()
  for (const text of ['nonsense\r\n\r\n', 'GET\r\n\r\n', '\x16\x03\x01', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n']) {
    const answer = await talk(url, text)
    expect(answer).toMatch(/^(HTTP\/1.1 (400|505)|$)/)
    expect(answer).not.toMatch(/at .*\(/)
  }
  expect((await ask(url, '/healthz')).status).toBe(200)
})

test('the protocol’s endpoint is there for an upgrade alone, and only under its own path', async () => {
  const { url } = await start()
  expect((await ask(url, '/ws')).status).toBe(404)
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
  expect(await talk(url, upgrade('/other', key))).toMatch(/^HTTP\/1.1 404 /)
  expect(await talk(url, upgrade('/ws'))).toMatch(/^HTTP\/1.1 4\d\d /)
})

test('a renderer that was not built is said, and the rest of the panel runs', async () => {
  const panel = await startPanel([], { rendererDir: join(tempDir(), 'missing') })
  expect(await ask(panel.url, '/')).toMatchObject({
    status: 503,
    body: expect.stringContaining('npm run build') as string,
  })
  expect((await ask(panel.url, '/healthz')).status).toBe(200)
})
