import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { request } from 'node:https'
import { issueCertificate } from '../../src/main/adapters/tls/certificate.ts'

export interface TestPair {
  readonly cert: string
  readonly key: string
}

/** A certificate of its own, as a user might bring one: of another authority unless it vouches for itself. */
export function testPair({ days = 100, issuer = 'Plant Root' } = {}): TestPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const now = Date.now()
  const cert = issueCertificate({
    subject: 'panel',
    issuer,
    publicKey,
    issuerPublicKey: publicKey,
    issuerKey: privateKey,
    from: now - 200 * 86_400_000,
    to: now + days * 86_400_000,
    names: ['localhost', '127.0.0.1'],
  })
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

export interface SecureAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** SHA-256 of the certificate that was shown. */
  readonly fingerprint: string
}

/** Asks over TLS; with `ca` the certificate must be one of that authority and name the host. */
export function askSecurely(url: string, ca?: string, headers: Record<string, string> = {}): Promise<SecureAnswer> {
  return new Promise((resolve, reject) => {
    const trust = ca === undefined ? { rejectUnauthorized: false } : { ca }
    const asked = request(url, { ...trust, agent: false, headers }, (response) => {
      const socket = response.socket as import('node:tls').TLSSocket
      const { fingerprint256: fingerprint } = socket.getPeerCertificate()
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (body += chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, fingerprint }),
      )
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** What OpenSSL prints; null where there is none on this computer. Throws where it has something against it. */
export function openssl(args: readonly string[]): string | null {
  try {
    return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
