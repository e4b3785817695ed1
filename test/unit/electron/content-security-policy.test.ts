import { expect, test } from 'vitest'
import { CONTENT_SECURITY_POLICY } from '../../../src/main/content-security-policy.ts'

const directives = new Map(
  CONTENT_SECURITY_POLICY.split('; ').map((directive) => {
    const [name = '', ...sources] = directive.split(' ')
    return [name, sources]
  }),
)

test('nothing is allowed that is not named', () => {
  expect(directives.get('default-src')).toEqual(["'none'"])
  expect(CONTENT_SECURITY_POLICY.split('; ')).toHaveLength(directives.size)
})

test('nothing unsafe, nothing from elsewhere', () => {
  expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|https?:|wss?:|blob:|strict-dynamic|nonce-|sha\d/)
  for (const [name, sources] of directives) {
    const allowed = name === 'img-src' ? ["'self'", 'data:'] : ["'self'", "'none'"]
    for (const source of sources) expect(allowed).toContain(source)
  }
})

test('neither framed, nor framing, nor based elsewhere', () => {
  for (const name of ['frame-ancestors', 'base-uri', 'form-action', 'object-src']) {
    expect(directives.get(name)).toEqual(["'none'"])
  }
})
