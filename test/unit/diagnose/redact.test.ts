import { describe, expect, test } from 'vitest'
import { REDACTED, redactLine, redactText, redactValue } from '../../../src/main/diagnose/redact.ts'

const C = 'cAnary-7f3'

describe('a secret in a text', () => {
  test.each([
    [`http://anna:${C}@press.example/x`],
    [`opc.tcp://anna:p@ss${C}@press.example:4840`],
    [`GET /x?access_token=${C}&a=1`],
    [`Authorization: Bearer ${C}`],
    [`authorization: Basic ${C}==`],
    [`"Authorization":"Bearer ${C}"`],
    [`\\"authorization\\":\\"Bearer ${C}\\"`],
    [`Proxy-Authorization: Digest username="a", response="${C}"`],
    [`Cookie: a=1; session=${C}`],
    [`Set-Cookie: __Host-andon=${C}; Secure`],
    [`--api-key ${C}`],
    [`--token=${C}`],
    [`password: "${C} with spaces"`],
    [`DB_PASSWORD=${C}`],
    [`{"clientSecret":"${C}"}`],
    [`sent with bearer ${C}`],
    [`-----BEGIN EC PRIVATE KEY-----\n${C}\n-----END EC PRIVATE KEY-----`],
    [`-----BEGIN PRIVATE KEY-----\n${C} (cut off)`],
    [`eyJhbGciOiJIUzI1NiJ9.${C}.x`],
  ])('%s', (text) => {
    const redacted = redactText(text)
    expect(redacted).not.toContain(C)
    expect(redacted).toContain(REDACTED)
  })
})

test('what is named like a secret goes with all that it holds, at any depth; the rest stays', () => {
  const value = {
    port: 3002,
    tls_key: `/etc/${C}`,
    nested: [{ apiToken: C, note: `see http://a:${C}@b/`, keyboard: 'de', monkey: 1 }],
    accounts: { passwords: { anna: [C] } },
    [`http://a:${C}@b/`]: 1,
    authorization: C,
    nothing: null,
    PIN: 1234,
  }
  expect(JSON.stringify(redactValue(value))).not.toContain(C)
  expect(redactValue(value)).toMatchObject({
    port: 3002,
    tls_key: REDACTED,
    nested: [{ apiToken: REDACTED, note: `see http://${REDACTED}@b/`, keyboard: 'de', monkey: 1 }],
    accounts: { passwords: REDACTED },
    nothing: null,
    PIN: REDACTED,
  })
})

test('a line of the log stays what it is: JSON where it was, text where it was', () => {
  const line = JSON.stringify({
    level: 30,
    headers: { authorization: `Bearer ${C}` },
    msg: 'asked',
    url: `/?token=${C}`,
  })
  expect(JSON.parse(redactLine(line))).toEqual({
    level: 30,
    headers: { authorization: REDACTED },
    msg: 'asked',
    url: `/?token=${REDACTED}`,
  })
  expect(redactLine(`curl -H "Authorization: Bearer ${C}"`)).not.toContain(C)
  expect(redactLine('the press is open')).toBe('the press is open')
})
