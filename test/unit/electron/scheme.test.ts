import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { beforeEach, expect, test, vi } from 'vitest'
import { CONTENT_SECURITY_POLICY } from '../../../src/main/content-security-policy.ts'
import { registerScheme, serveRenderer } from '../../../src/main/electron/scheme.ts'
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
  serveRenderer(asSession(session), join(out, 'renderer'), api, log)
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

test('a file comes with its type and with the policy', async () => {
  const { get } = serve()
  const page = await get('/index.html')
  expect(page.status).toBe(200)
  expect(await page.text()).toBe('<!doctype html>')
  expect(Object.fromEntries(page.headers)).toEqual({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
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
