import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { integer, oid, sequence, time } from '../../../src/main/adapters/tls/der.ts'
import { checkKeyPair, KeyPairError } from '../../../src/main/adapters/tls/key-pair.ts'
import { ownPair } from '../../../src/main/adapters/tls/own-authority.ts'
import { ownNamesAndAddresses } from '../../../src/main/adapters/own-addresses.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { openssl, testPair } from '../../support/tls.ts'

const DAY = 86_400_000
const NOW = Date.now()
const NAMES = ['panel-7', 'localhost', '127.0.0.1', '::1', '2001:db8::1:0:5']

test('DER is what the standard shows', () => {
  expect(oid('1.2.840.113549').toString('hex')).toBe('06062a864886f70d')
  expect(integer(Buffer.from([0, 0, 0x80])).toString('hex')).toBe('02020080')
  expect(integer(Buffer.from([0])).toString('hex')).toBe('020100')
  expect(sequence(Buffer.alloc(300)).subarray(0, 4).toString('hex')).toBe('3082012c')
  expect(sequence(Buffer.alloc(128)).subarray(0, 3).toString('hex')).toBe('308180')
  expect(time(Date.parse('2049-12-31T23:59:59Z')).subarray(2).toString()).toBe('491231235959Z')
  expect(time(Date.parse('2050-01-01T00:00:00Z')).subarray(2).toString()).toBe('20500101000000Z')
})

test('a certificate made here stands up to OpenSSL, by name and by address', () => {
  const dir = tempDir()
  const pair = ownPair(dir, NAMES, 'panel-7', NOW)
  const certificate = new X509Certificate(pair.cert)
  const authority = new X509Certificate(pair.authority)
  expect(certificate.verify(authority.publicKey)).toBe(true)
  expect(certificate.checkIssued(authority)).toBe(true)
  expect([authority.ca, certificate.ca]).toEqual([true, false])
  expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
  expect(certificate.checkHost('panel-7')).toBe('panel-7')
  expect(certificate.checkIP('2001:db8:0:0:0:1:0:5')).toBeDefined()
  expect(certificate.checkHost('evil.example')).toBeUndefined()
  const args = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', join(dir, 'ca.crt')]
  for (const name of [
    ['-verify_hostname', 'localhost'],
    ['-verify_ip', '127.0.0.1'],
    ['-verify_ip', '::1'],
  ]) {
    const said = openssl([...args, ...name, join(dir, 'server.crt')])
    expect(said ?? 'OK').toContain('OK')
  }
})

test('keys are for their owner alone, also where a file lay there before', () => {
  const dir = tempDir()
  writeFileSync(join(dir, 'server.key'), 'old', { mode: 0o666 })
  ownPair(dir, NAMES, 'x', NOW)
  for (const name of ['ca.key', 'server.key']) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600)
})

test('it is kept as long as it lasts and names everything, and made anew before it ends', () => {
  const dir = tempDir()
  const first = ownPair(dir, NAMES, 'x', NOW)
  expect(first.renewed).toBe(true)
  expect(first.to - NOW).toBeLessThanOrEqual(398 * DAY)
  const same = ownPair(dir, NAMES.slice(1), 'x', NOW + 300 * DAY)
  expect(same).toMatchObject({ renewed: false, fingerprint: first.fingerprint })
  const later = ownPair(dir, NAMES, 'x', NOW + 370 * DAY)
  expect(later).toMatchObject({ renewed: true, authority: first.authority })
  const named = ownPair(dir, [...NAMES, '10.0.0.9'], 'x', NOW + 371 * DAY)
  expect(named).toMatchObject({ renewed: true, authority: first.authority })
  expect(named.names).toContain('10.0.0.9')
  // The authority must outlast what it signs.
  expect(ownPair(dir, NAMES, 'x', NOW + 3_300 * DAY).authority).not.toBe(first.authority)
})

test('what was broken in the folder is made anew', () => {
  const dir = tempDir()
  const first = ownPair(dir, NAMES, 'x', NOW)
  writeFileSync(join(dir, 'server.crt'), 'nonsense')
  const second = ownPair(dir, NAMES, 'x', NOW)
  expect(second).toMatchObject({ renewed: true, authority: first.authority })
  writeFileSync(join(dir, 'ca.key'), readFileSync(join(dir, 'server.key')))
  expect(ownPair(dir, NAMES, 'x', NOW).authority).not.toBe(first.authority)
})

test('a pair is held to itself, and what is wrong is said without its content', () => {
  const [one, two] = [testPair(), testPair({ issuer: 'panel' })]
  expect(checkKeyPair(one.cert, one.key)).toMatchObject({ selfSigned: false, names: ['localhost', '127.0.0.1'] })
  expect(checkKeyPair(two.cert, two.key).selfSigned).toBe(true)
  const why = (cert: string, key: string): string => {
    try {
      checkKeyPair(cert, key)
      return 'taken'
    } catch (error) {
      return error instanceof KeyPairError ? error.message : 'another error'
    }
  }
  expect(why(one.cert, two.key)).toBe('The key does not belong to the certificate')
  expect(why('SECRET', one.key)).toMatch(/^The certificate is no PEM certificate \([A-Z_0-9]+\)$/)
  expect(why(one.cert, 'SECRET')).toMatch(/^The key is no PEM private key/)
  expect(why(one.key, one.cert)).not.toContain('BEGIN')
})

test('a certificate names what this computer is reached by', () => {
  const names = ownNamesAndAddresses('0.0.0.0', ['https://plant.example', '[2001:db8::1]'])
  expect(names).toEqual(expect.arrayContaining(['localhost', '127.0.0.1', '::1', 'plant.example', '2001:db8::1']))
  expect(new Set(names).size).toBe(names.length)
  expect(names.some((name) => name === '0.0.0.0' || name.startsWith('fe80:'))).toBe(false)
})
