import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { issueCertificate } from './certificate.ts'
import { checkKeyPair, type KeyPair, KeyPairError } from './key-pair.ts'

const DAY_MS = 86_400_000

/** Clocks of other computers may be behind. */
const BACK_MS = DAY_MS
const AUTHORITY_DAYS = 3_650
/** Safari takes none that lasts longer than 825 days, from whomever. */
const SERVER_DAYS = 397
/** A certificate is renewed when it has less than this left. */
export const RENEW_DAYS = 30

/** What is kept in the data folder. */
const FILES = { authority: 'ca.crt', authorityKey: 'ca.key', server: 'server.crt', serverKey: 'server.key' } as const

/** A server's certificate, and the authority that vouches for it, PEM. */
export interface OwnPair extends KeyPair {
  readonly authority: string
  /** True where it was made just now. */
  readonly renewed: boolean
}

/**
 * The certificate that an installation makes for itself: an authority of its own, which browsers can be told to trust, and
 * a server's certificate of that. What is there is used again, as long as it lasts and names everything; keys are
 * readable to their owner alone.
 */
export function ownPair(folder: string, names: readonly string[], label: string, now: number): OwnPair {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const authority = readAuthority(folder, now) ?? makeAuthority(folder, label, now)
  const kept = readServer(folder, authority.cert, names, now)
  if (kept) return { ...kept, authority: authority.cert, renewed: false }
  const key = newKey()
  const cert = issueCertificate({
    subject: names[0] ?? 'localhost',
    issuer: authority.subject,
    publicKey: createPublicKey(key),
    issuerPublicKey: createPublicKey(authority.key),
    issuerKey: createPrivateKey(authority.key),
    from: now - BACK_MS,
    to: Math.min(now + SERVER_DAYS * DAY_MS, authority.to),
    names,
  })
  write(folder, FILES.serverKey, key, 0o600)
  write(folder, FILES.server, cert, 0o644)
  return { ...checkKeyPair(cert, key), authority: authority.cert, renewed: true }
}

interface Authority {
  readonly cert: string
  readonly key: string
  readonly subject: string
  readonly to: number
}

/** Undefined where there is none, or none that is of use for as long as a server's certificate. */
function readAuthority(folder: string, now: number): Authority | undefined {
  const files = read(folder, FILES.authority, FILES.authorityKey)
  if (!files) return undefined
  try {
    const { to } = checkKeyPair(files.cert, files.key)
    const subject = /^CN=(.*)$/m.exec(new X509Certificate(files.cert).subject)?.[1]
    return subject === undefined || to < now + (SERVER_DAYS + RENEW_DAYS) * DAY_MS
      ? undefined
      : { ...files, subject, to }
  } catch (error) {
    if (error instanceof KeyPairError) return undefined
    throw error
  }
}

function makeAuthority(folder: string, label: string, now: number): Authority {
  const key = newKey()
  // With its day, so that one who trusts several of them can tell them apart.
  const subject = `Andon ${label} ${new Date(now).toISOString().slice(0, 10)}`
  const [publicKey, issuerKey] = [createPublicKey(key), createPrivateKey(key)]
  const to = now + AUTHORITY_DAYS * DAY_MS
  const cert = issueCertificate({
    subject,
    issuer: subject,
    publicKey,
    issuerPublicKey: publicKey,
    issuerKey,
    from: now - BACK_MS,
    to,
    names: null,
  })
  write(folder, FILES.authorityKey, key, 0o600)
  write(folder, FILES.authority, cert, 0o644)
  return { cert, key, subject, to }
}

/** The server's certificate in the folder, where it may still be used. */
function readServer(folder: string, authority: string, names: readonly string[], now: number): KeyPair | undefined {
  const files = read(folder, FILES.server, FILES.serverKey)
  if (!files) return undefined
  try {
    const pair = checkKeyPair(files.cert, files.key)
    const certificate = new X509Certificate(files.cert)
    if (!certificate.verify(new X509Certificate(authority).publicKey)) return undefined
    const isNamed = names.every((name) => certificate.checkHost(name) ?? certificate.checkIP(name))
    return isNamed && pair.to > now + RENEW_DAYS * DAY_MS ? pair : undefined
  } catch (error) {
    if (error instanceof KeyPairError) return undefined
    throw error
  }
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function read(folder: string, cert: string, key: string): { readonly cert: string; readonly key: string } | undefined {
  try {
    return { cert: readFileSync(join(folder, cert), 'utf8'), key: readFileSync(join(folder, key), 'utf8') }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Whole or not at all; a file that was there with a wider mode does not lend it to the new one. */
function write(folder: string, name: string, text: string, mode: number): void {
  const file = join(folder, name)
  const draft = `${file}.new`
  writeFileSync(draft, text, { mode })
  chmodSync(draft, mode)
  renameSync(draft, file)
}
