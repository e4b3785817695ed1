import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import { bits, boolean, context, integer, octets, oid, sequence, set, time, utf8 } from './der.ts'

export interface CertificateOrder {
  /** Common names, for people. */
  readonly subject: string
  readonly issuer: string
  /** Public key of the subject, and private key of the issuer: EC P-256. */
  readonly publicKey: KeyObject
  readonly issuerPublicKey: KeyObject
  readonly issuerKey: KeyObject
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  /** Names and addresses of a server; null: an authority that may sign for servers, but for no further authority. */
  readonly names: readonly string[] | null
}

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))

/** Makes an X.509 v3 certificate (RFC 5280), as PEM. */
export function issueCertificate(order: CertificateOrder): string {
  const { subject, issuer, publicKey, issuerKey, from, to } = order
  const serial = randomBytes(16)
  // Positive, and not 0.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  const content = sequence(
    context(0, integer(Buffer.from([2])), true),
    integer(serial),
    ECDSA_SHA256,
    commonName(issuer),
    sequence(time(from), time(to)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    context(3, sequence(...extensions(order)), true),
  )
  const signature = sign('sha256', content, issuerKey)
  return pem(sequence(content, ECDSA_SHA256, bits(signature)))
}

function extensions({ names, publicKey, issuerPublicKey }: CertificateOrder): Buffer[] {
  const both = [
    extension('2.5.29.14', octets(keyId(publicKey)), false),
    extension('2.5.29.35', sequence(context(0, keyId(issuerPublicKey), false)), false),
  ]
  if (names === null) {
    const authority = sequence(boolean(true), integer(Buffer.from([0])))
    // keyCertSign and cRLSign.
    return [
      extension('2.5.29.19', authority, true),
      extension('2.5.29.15', bits(Buffer.from([0x06]), 1), true),
      ...both,
    ]
  }
  return [
    extension('2.5.29.19', sequence(), true),
    // digitalSignature
    extension('2.5.29.15', bits(Buffer.from([0x80]), 7), true),
    extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1')), false),
    extension('2.5.29.17', sequence(...names.map(alternativeName)), false),
    ...both,
  ]
}

function extension(id: string, value: Uint8Array, critical: boolean): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value))
}

function alternativeName(name: string): Buffer {
  return isIP(name) === 0 ? context(2, Buffer.from(name), false) : context(7, addressBytes(name), false)
}

/** 4 or 16 bytes; of what URL makes of an address, which is one form of many. */
function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const { hostname } = new URL(`http://[${address}]`)
  const [before = '', after] = hostname.slice(1, -1).split('::')
  const [head, tail] = [groups(before), groups(after)]
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0')
  return Buffer.from([...head, ...zeros, ...tail].map((group) => group.padStart(4, '0')).join(''), 'hex')
}

const groups = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : text.split(':'))

const commonName = (name: string): Buffer => sequence(set(sequence(oid('2.5.4.3'), utf8(name))))

const keyId = (key: KeyObject): Buffer =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20)

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
