import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkConfigFile } from '../../../src/main/config-file.ts'
import { readCommandLine } from '../../../src/main/config.ts'
import { OwnNames } from '../../../src/main/adapters/origin.ts'
import { openIdConfig } from '../../../src/main/openid-config.ts'
import { UsageError } from '../../../src/main/usage-error.ts'
import { tempDir } from '../../support/temp-dir.ts'

const GOOD = {
  issuer: 'https://login.example/realms/plant',
  client_id: 'andon',
  panel: 'https://panel.example',
  default_role: 'viewer',
}
const text = (settings: object): string =>
  `openid:\n${Object.entries(settings)
    .map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`)
    .join('')}`

const NAMES = new OwnNames({ host: '127.0.0.1', hostname: 'cell', allowed: ['panel.example'] })
const settings = (more: object = {}) => {
  const { openid } = checkConfigFile(text({ ...GOOD, ...more }), 'a.yaml').file
  if (!openid) throw new Error('there is none')
  return openid
}

test.each([
  [{ issuer: 'http://login.example' }, 'line 2: "openid.issuer" must be an https address, or http on this computer'],
  [{ issuer: 'login.example' }, '"openid.issuer" must be an https address'],
  [{ issuer: 'https://login.example/?a=b' }, '"openid.issuer" must be an address without "?" and "#"'],
  [{ issuer: 'https://a:b@login.example' }, '"openid.issuer" must be an https address'],
  [{ panel: 'http://panel.example' }, 'line 4: "openid.panel" must be an https address, or http on this computer'],
  [{ panel: 'https://panel.example/a' }, '"openid.panel" must be scheme, name and port alone, like https://panel.exa'],
  [{ sign_in_hours: 0 }, '"openid.sign_in_hours" must be a whole number from 1 to 168, not 0'],
  [{ sign_in_hours: 169 }, 'must be a whole number from 1 to 168, not 169'],
  [{ default_role: 'boss' }, '"openid.default_role" must be one of viewer, operator, engineer, administrator'],
  [{ roles: { a: 'boss' } }, '"openid.roles.a" must be one of viewer, operator, engineer, administrator'],
  [{ roles: { '': 'viewer' } }, '"openid.roles." must be a name of 1 to 128 characters'],
  [{ default_role: undefined }, 'needs roles, or default_role: else nobody could sign in'],
  [{ client_secret: 'abc' }, '"openid.client_secret" is not known here'],
  [{ scopes: { a: { machine: ['x'] } } }, '"openid.scopes.a.machine" is not known here, did you mean "machines"?'],
  [{ scopes: { a: 'everything' } }, '"openid.scopes.a" must be all or a set of keys with values, not "everything"'],
  [{ client_id: undefined }, '"openid" needs client_id'],
])('a mistake is told with line and key: %j', (more, message) => {
  const entries = Object.entries({ ...GOOD, ...more }).filter(([, value]) => value !== undefined)
  expect(() => checkConfigFile(text(Object.fromEntries(entries)), 'a.yaml')).toThrow(message)
})

test('the panel must be a name of its own', () => {
  const file = join(tempDir(), 'a.yaml')
  writeFileSync(file, text(GOOD))
  const read = (...args: string[]) => readCommandLine(['--config', file, ...args])
  expect(() => read()).toThrow(
    `${file}: "openid.panel" https://panel.example is no name of this panel. Add it to allowed`,
  )
  expect(read('--allowed-host', 'panel.example')).toMatchObject({ kind: 'run' })
  expect(read('--allowed-host', 'https://panel.example')).toMatchObject({ kind: 'run' })
})

test('the secret comes from a file of its own or from the environment, and is in nothing that is written down', () => {
  const path = join(tempDir(), 'secret')
  const withFile = settings({ client_secret_file: path })
  const read = (given: typeof withFile, env: NodeJS.ProcessEnv = {}) => openIdConfig(given, 'a.yaml', NAMES, env)
  expect(() => read(withFile)).toThrow('a.yaml: "openid.client_secret_file" cannot be read: ENOENT')
  writeFileSync(path, '\n')
  expect(() => read(withFile)).toThrow(UsageError)
  writeFileSync(path, 'from a file\n')
  expect(read(withFile).clientSecret?.()).toBe('from a file')
  expect(JSON.stringify(read(withFile))).not.toContain('from a file')
  expect(() => read(withFile, { ANDON_OPENID_SECRET: 'x' })).toThrow('are both given. Leave one out.')
  expect(read(settings(), { ANDON_OPENID_SECRET: 'x' }).clientSecret?.()).toBe('x')
  expect(read(settings()).clientSecret).toBeNull()
})

test('what is left out has its default', () => {
  expect(openIdConfig(settings(), 'a.yaml', NAMES, {})).toMatchObject({
    label: null,
    request: ['profile'],
    signInMs: 12 * 3_600_000,
    rules: { roleClaim: 'roles', defaultRole: 'viewer', scopes: null },
  })
})
