import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { beforeEach, expect, test, vi } from 'vitest'
import { CONTENT_SECURITY_POLICY, SECURITY_HEADERS } from '../../../src/main/content-security-policy.ts'
import { RECOVERY_URL, registerScheme, serveRenderer } from '../../../src/main/electron/scheme.ts'
import { MemoryLog } from '../../support/memory-log.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { FakeSession, protocol, resetElectron } from './fake-electron.ts'
import { asSession } from './as-electron.ts'

vi.mock('electron', () => import('./fake-electron.ts'))

beforeEach(resetElectron)

/** The panel's answer to a path of its API. */
const api = ({ path }: { readonly path: string }) =>
  Promise.resolve({
    status: 200,
    headers: { 'x-path': path },
    body: Readable.from([Buffer.from(`{"path":"${path}"}`)]),
  })

/** A built renderer in a folder next to something that is none of it. */
function serve() {
  const out = tempDir()
  mkdirSync(join(out, 'renderer', 'assets.js'), { recursive: true })
  mkdirSync(join(out, 'main'))
  writeFileSync(join(out, 'main', 'index.js'), 'secret')
  writeFileSync(join(out, 'renderer', 'index.html'), '<!doctype html>')
  writeFileSync(join(out, 'renderer', 'x.js'), 'export {}')
  const session = new FakeSession()
  const log = new MemoryLog()
  const recovery = () => ({
    reason: '<crashed>',
    panelUrl: 'http://127.0.0.1:3002/',
    pageUrl: 'andon://panel/index.html',
  })
  serveRenderer(asSession(session), { root: join(out, 'renderer'), ask: api, recovery, log })
  const get = (path: string, init?: RequestInit): Promise<Response> => {
    const handler = session.schemes['andon']
    if (!handler) throw new Error('the scheme is not served')
    return handler({ method: 'GET', ...init, url: `andon://panel${path}` } as Request)
  }
  return { get, log, out }
}

test('the scheme is a standard, secure one, and bound by its policy', () => {
  registerScheme()
  expect(protocol.registerSchemesAsPrivileged.mock.calls).toEqual([
    [[{ scheme: 'andon', privileges: { standard: true, secure: true, supportFetchAPI: true, bypassCSP: false } }]],
  ])
})

test('what lies below /api/ is answered by the panel, as over HTTP', async () => {
  const { get } = serve()
  const answer = await get('/api/v1/events?limit=1')
  expect(answer.status).toBe(200)
  expect(await answer.json()).toEqual({ path: '/api/v1/events?limit=1' })
})

test('whatever the pages link to by its path is answered by the panel', async () => {
  const pages = readdirSync('src/renderer', { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.vue'),
  )
  const linked = pages.flatMap((name) =>
    Array.from(readFileSync(join('src/renderer', name), 'utf8').matchAll(/href="(\/[^"]*)"/g), ([, path = '']) => path),
  )
  expect(linked).toContain('/ca.crt')
  const { get } = serve()
  for (const path of linked) expect((await get(path)).headers.get('x-path')).toBe(path)
  expect((await get('/ca.crt/x')).status).toBe(404)
})

test('a file comes with its type and with the policy', async () => {
  const { get } = serve()
  const page = await get('/index.html')
  expect(page.status).toBe(200)
  expect(await page.text()).toBe('<!doctype html>')
  expect(Object.fromEntries(page.headers)).toEqual({
    'content-type': 'text/html; charset=utf-8',
    ...Object.fromEntries(Object.entries(SECURITY_HEADERS).map(([name, value]) => [name.toLowerCase(), value])),
    'cache-control': 'no-cache',
  })
  expect((await get('/x.js')).headers.get('content-type')).toBe('text/javascript; charset=utf-8')
})

test.each([
  '/',
  '/missing.js',
  '/assets.js',
  '/x.js/y.js',
  `/${'x'.repeat(300)}.js`,
  '/..%2fmain/index.js',
  '/../main/index.js',
])('%s is not found, in plain text and with the policy', async (path) => {
  const { get, log } = serve()
  const answer = await get(path)
  expect(answer.status).toBe(404)
  expect(await answer.text()).toBe('Not found.\n')
  expect(answer.headers.get('content-type')).toBe('text/plain')
  expect(answer.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY)
  expect(log.records).toEqual([])
})

test.each(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('%s is refused', async (method) => {
  const { get } = serve()
  const answer = await get('/index.html', { method })
  expect(answer.status).toBe(405)
  expect(answer.headers.get('allow')).toBe('GET')
})

test('a file that cannot be read says nothing to the page and all to the log', async () => {
  const { get, log, out } = serve()
  symlinkSync('loop.js', join(out, 'renderer', 'loop.js'))
  const answer = await get('/loop.js')
  expect([answer.status, await answer.text()]).toEqual([500, 'Internal error.\n'])
  expect(log.records).toMatchObject([{ level: 'error', fields: { file: join(out, 'renderer', 'loop.js') } }])
})

test('the recovery page says why and where else, without a script, under the same policy', async () => {
  const { get } = serve()
  expect(RECOVERY_URL).toBe('andon://panel/recovery')
  const page = await get('/recovery')
  expect(page.headers.get('Content-Type')).toBe('text/html; charset=utf-8')
  expect(page.headers.get('Content-Security-Policy')).toBe(CONTENT_SECURITY_POLICY)
  const text = await page.text()
  expect(text).toContain('http://127.0.0.1:3002/')
  expect(text).toContain('&lt;crashed&gt;')
  expect(text).toContain('href="andon://panel/index.html"')
  expect(text).not.toMatch(/<script|style=|<crashed>/)
  const style = await get('/recovery.css')
  expect([style.status, style.headers.get('Content-Type')]).toEqual([200, 'text/css; charset=utf-8'])
})
