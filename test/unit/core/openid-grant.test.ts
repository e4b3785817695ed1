import { describe, expect, test } from 'vitest'
import { grantOf, namesOf, type OpenIdRules } from '../../../src/core/openid-grant.ts'

const rules = (more: Partial<OpenIdRules> = {}): OpenIdRules => ({
  roleClaim: 'roles',
  roles: new Map([
    ['op', 'operator'],
    ['eng', 'engineer'],
    ['admin', 'administrator'],
  ]),
  defaultRole: null,
  scopes: null,
  ...more,
})
const claims = (roles: unknown) => ({ sub: 's', roles })

describe('what somebody may', () => {
  test.each([
    ['the highest role counts', ['op', 'eng', 'other'], {}, { role: 'engineer', scope: null }],
    ['one text is a list of one', 'op', {}, { role: 'operator', scope: null }],
    ['what is no text says nothing', [1, null, { op: true }], {}, null],
    ['without a role there is the default one', [], { defaultRole: 'viewer' }, { role: 'viewer', scope: null }],
    [
      'a role below the default one does not lower it',
      ['op'],
      { defaultRole: 'engineer' },
      { role: 'engineer', scope: null },
    ],
    ['a claim that is missing says nothing', undefined, {}, null],
  ] as const)('%s', (_what, roles, more, grant) => {
    expect(grantOf(claims(roles), rules(more))).toEqual(grant)
  })

  test('a claim is found by its whole name first, then within others', () => {
    const inside = { sub: 's', realm_access: { roles: ['op'] }, 'https://a.example/roles': ['eng'] }
    expect(grantOf(inside, rules({ roleClaim: 'realm_access.roles' }))?.role).toBe('operator')
    expect(grantOf(inside, rules({ roleClaim: 'https://a.example/roles' }))?.role).toBe('engineer')
    expect(grantOf(inside, rules({ roleClaim: 'constructor.name' }))).toBeNull()
    expect(grantOf(inside, rules({ roleClaim: 'realm_access.__proto__' }))).toBeNull()
  })

  test('scopes are united, one may stand for everything, and who has none is nobody', () => {
    const press = { machines: ['press'], groups: [] }
    const lamps = { machines: ['press', 'lamp'], groups: ['lamps'] }
    const scopes = new Map([
      ['op', press],
      ['lamps', lamps],
      ['all', null],
    ])
    const scope = (...roles: string[]) => grantOf(claims(roles), rules({ scopes }))
    expect(scope('op', 'lamps')?.scope).toEqual({ machines: ['press', 'lamp'], groups: ['lamps'] })
    expect(scope('op', 'all')).toEqual({ role: 'operator', scope: null })
    expect(scope('eng')).toBeNull()
    expect(scope('admin', 'op')).toEqual({ role: 'administrator', scope: null })
  })
})

test.each([
  [{ preferred_username: 'Anna.Berg@Example.org', name: 'Anna Berg' }, 'anna.berg@example.org', 'Anna Berg'],
  [{ preferred_username: 'PLANT\\jürgen müller', name: 'Jürgen' }, 'plant-ju-rgen-mu-ller', 'Jürgen'],
  [{ preferred_username: '…', name: '\u202Eeve\u0000' }, 'openid', 'eve'],
  [{ preferred_username: 5, email: 'a@b.example' }, 'a@b.example', 'a@b.example'],
  [{ preferred_username: 'x'.repeat(100) }, 'x'.repeat(56), 'x'.repeat(64)],
  [{}, 's', 's'],
])('names that an account may have are made of %j', (more, name, displayName) => {
  expect(namesOf({ sub: 's', ...more })).toEqual({ name, displayName })
})
