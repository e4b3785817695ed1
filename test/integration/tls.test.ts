import { renameSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { SessionClient } from '../../src/client/session-client.ts'
import { wsTransport } from '../../src/client/ws-transport.ts'
import { checkKeyPair } from '../../src/main/adapters/tls/key-pair.ts'
import { startText } from '../../src/main/start.ts'
import { PASSWORD } from '../support/identity.ts'
import { startPanel, type TestPanel } from '../support/panel.ts'
import { rest } from '../support/rest.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { askSecurely, type TestPair, testPair } from '../support/tls.ts'
import { waitFor } from '../support/wait-for.ts'

interface Files {
  readonly certificate: string
  readonly key: string
  put(pair: TestPair): void
}

function files(pair: TestPair): Files {
  const dir = tempDir()
  const [certificate, key] = [join(dir, 'panel.crt'), join(dir, 'panel.key')]
  const put = ({ cert, key: text }: TestPair): void => {
    for (const [file, content] of [
      [certificate, cert],
      [key, text],
    ] as const) {
      writeFileSync(`${file}.new`, content)
      renameSync(`${file}.new`, file)
    }
  }
  put(pair)
  return { certificate, key, put }
}

const startWith = ({ certificate, key }: Files): Promise<TestPanel> =>
  startPanel(['--tls-certificate', certificate, '--tls-key', key])

/** A viewer over TLS. */
function secureViewer(url: string, ca: string | undefined): SessionClient {
  class Trusting extends WebSocket {
    constructor(address: string) {
      super(address, ca === undefined ? { rejectUnauthorized: false } : { ca })
    }
  }
  const client = new SessionClient({
    connect: wsTransport(new URL('ws', url).href.replace('http', 'ws'), Trusting),
    client: { name: 'test' },
  })
  onTestFinished(() => client.close())
  return client
}

test('with --tls the panel makes a certificate that whoever trusts its authority accepts, page and session alike', async () => {
  const panel = await startPanel(['--tls', '--host', 'localhost'])
  expect(panel.url).toMatch(/^https:\/\/localhost:/)
  const { body: ca, headers } = await askSecurely(new URL('ca.crt', panel.url).href)
  expect(headers['content-type']).toContain('application/x-x509-ca-cert')
  expect(ca).toMatch(/^-----BEGIN CERTIFICATE-----/)
  expect(ca).not.toContain('PRIVATE')
  const answer = await askSecurely(new URL('healthz', panel.url).href, ca)
  expect(answer.status).toBe(200)
  expect(answer.headers).not.toHaveProperty('strict-transport-security')
  const { certificate } = panel.health()
  expect(certificate).toMatchObject({ source: 'generated', fingerprint: answer.fingerprint })
  expect(startText(panel)).toContain(answer.fingerprint)
  const viewer = secureViewer(panel.url, ca)
  await waitFor(() => viewer.status.kind === 'live')
  await unixSender(panel.socket).send(datagram('m', 'tick'))
  await waitFor(() => viewer.replica.position?.offset === 1)
  // The authority is there for everybody, also once everything else asks who one is.
  await panel.ask({
    path: '/api/v1/first-administrator',
    method: 'POST',
    body: JSON.stringify({ name: 'root', password: PASSWORD }),
  })
  expect((await askSecurely(new URL('ca.crt', panel.url).href)).status).toBe(200)
})

test('a page must come by HTTPS as well, and plain HTTP is no way in', async () => {
  const panel = await startPanel(['--tls'])
  const { host, port, hostname } = new URL(panel.url)
  const asked = async (origin: string): Promise<number> =>
    (await askSecurely(new URL('api/v1/devices', panel.url).href, undefined, { origin })).status
  expect(await asked(`https://${host}`)).toBe(200)
  expect(await asked(`http://${host}`)).toBe(403)
  await expect(rest(`http://${hostname}:${port}/`, '/healthz')).rejects.toThrow(/ECONNRESET|socket hang up/)
  expect((await askSecurely(new URL('healthz', panel.url).href)).status).toBe(200)
})

test('plain HTTP on its own port is sent on, to a name of ours alone, and only to see', async () => {
  const panel = await startPanel(['--tls', '--http-redirect-port', '0'])
  const plain = panel.redirectUrl ?? ''
  const { port } = new URL(panel.url)
  const seen = await rest(plain, '/events?x=1#no', { headers: { host: 'localhost:3080' } })
  expect([seen.status, seen.headers['location']]).toEqual([307, `https://localhost:${port}/events?x=1#no`])
  expect((await rest(plain, '/', { headers: { host: 'evil.example' } })).status).toBe(421)
  expect((await rest(plain, '//evil.example/')).headers['location']).toBe(`https://127.0.0.1:${port}//evil.example/`)
  expect((await rest(plain, 'http://evil.example/')).status).toBe(400)
  expect((await rest(plain, '/api/v1/devices/x', { body: {} })).status).toBe(403)
})

test('an own certificate is served, browsers are told to come by HTTPS alone, and there is no authority to trust', async () => {
  const panel = await startWith(files(testPair()))
  const answer = await askSecurely(panel.url)
  expect(answer.headers['strict-transport-security']).toMatch(/^max-age=\d+$/)
  expect((await askSecurely(new URL('ca.crt', panel.url).href)).status).toBe(404)
  expect(panel.health().problems).toEqual([])
  const self = await startWith(files(testPair({ issuer: 'panel' })))
  expect((await askSecurely(self.url)).headers).not.toHaveProperty('strict-transport-security')
})

test('a changed certificate is taken over without dropping viewers; a bad one is refused and said', async () => {
  const first = testPair()
  const at = files(first)
  const panel = await startWith(at)
  const viewer = secureViewer(panel.url, undefined)
  await waitFor(() => viewer.status.kind === 'live')
  const shown = async (): Promise<string> => (await askSecurely(panel.url)).fingerprint
  const printOf = ({ cert, key }: TestPair): string => checkKeyPair(cert, key).fingerprint
  expect(await shown()).toBe(printOf(first))

  const second = testPair()
  at.put(second)
  await waitFor(async () => (await shown()) === printOf(second), { what: 'the new certificate' })
  expect(panel.health().certificate?.fingerprint).toBe(printOf(second))

  at.put({ ...testPair(), key: second.key })
  const refused = (): boolean => panel.health().problems.some(({ code }) => code === 'tls_refused')
  await waitFor(refused, { what: 'the problem' })
  expect(await shown()).toBe(printOf(second))
  at.put(testPair({ days: -1 }))
  await waitFor(() => panel.health().problems.some(({ message }) => message.includes('has expired')))
  expect(await shown()).toBe(printOf(second))

  const third = testPair()
  at.put(third)
  await waitFor(async () => (await shown()) === printOf(third), { what: 'the good one' })
  expect(refused()).toBe(false)

  expect(viewer.status.kind).toBe('live')
  await unixSender(panel.socket).send(datagram('m', 'tick'))
  await waitFor(() => viewer.replica.position?.offset === 1)
})

test('a certificate that ends soon is a problem; one that cannot be used is no start', async () => {
  const soon = await startWith(files(testPair({ days: 5 })))
  expect(soon.health().problems).toMatchObject([{ code: 'tls_expiring' }])
  await expect(startWith(files({ ...testPair(), key: 'nonsense' }))).rejects.toThrow(/no PEM private key.*--tls alone/)
  await expect(startPanel(['--tls-certificate', '/no/such', '--tls-key', '/no/such'])).rejects.toThrow(/ENOENT/)
})

test('a connection that begins no handshake is cut, and holds nobody up', async () => {
  const panel = await startPanel(['--tls'], { times: { headersMs: 200 } })
  const { hostname, port } = new URL(panel.url)
  const idle = connect(Number(port), hostname)
  const closed = new Promise((resolve) => idle.once('close', resolve))
  idle.on('error', () => undefined)
  expect((await askSecurely(panel.url)).status).toBe(200)
  await closed
})
