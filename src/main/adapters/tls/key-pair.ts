import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'

/** A certificate with its key, ready to be served. */
export interface KeyPair {
  /** The chain, PEM. */
  readonly cert: string
  readonly key: string
  /** SHA-256 of the certificate, as browsers show it. */
  readonly fingerprint: string
  readonly names: readonly string[]
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  /** True where it vouches for itself, so that no browser trusts it of its own accord. */
  readonly selfSigned: boolean
}

/** What is wrong with a certificate or its key, as a sentence without an end that begins with what is meant. */
export class KeyPairError extends Error {
  override readonly name = 'KeyPairError'
}

/** Holds a certificate to its key. It may have expired. Throws a {@link KeyPairError}. */
export function checkKeyPair(cert: string, key: string): KeyPair {
  const certificate = parsed('The certificate is no PEM certificate', () => new X509Certificate(cert))
  const privateKey = parsed('The key is no PEM private key without a passphrase', () => createPrivateKey(key))
  if (!certificate.checkPrivateKey(privateKey)) throw new KeyPairError('The key does not belong to the certificate')
  // What else OpenSSL has against it: a key that is too weak, a chain that cannot be read.
  parsed('The certificate cannot be used', () => createSecureContext({ cert, key, minVersion: 'TLSv1.2' }))
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)]
  return {
    cert,
    key,
    fingerprint: certificate.fingerprint256,
    names: (certificate.subjectAltName ?? '')
      .split(', ')
      .flatMap((each) => each.replace(/^(DNS|IP Address):/, '') || []),
    from,
    to,
    selfSigned: certificate.issuer === certificate.subject,
  }
}

function parsed<T>(what: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new KeyPairError(`${what} (${code ?? message})`)
  }
}
