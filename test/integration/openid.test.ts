import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FLOW_MS } from '../../src/core/openid-flows.ts'
import { freePort } from '../support/free-port.ts'
import { Browser, PASSWORD, Plant } from '../support/identity.ts'
import { locationOf, openIdArguments, startOpenId, Wanderer } from '../support/openid.ts'
import { CLIENT_SECRET, TestProvider } from '../support/openid-provider.ts'
import { startPanel } from '../support/panel.ts'
import { rest } from '../support/rest.ts'
import { RawViewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

interface Row {
  readonly who: string
  readonly action: string
  readonly target: string
  readonly old: string | null
  readonly new: string | null
  readonly result: string
}

/** The audit about signing in, oldest first. */
async function audit(plant: Plant): Promise<Row[]> {
  const { body } = await plant.admin.ask('/api/v1/audit?limit=1000')
  return (body as unknown as { rows: Row[] }).rows.toReversed()
}

const problem = (panel: string, code: string): string => `${panel}/#/sign-in?problem=${code}`

test('whom the provider vouches for gets an account with the highest of their roles, and goes on where they were', async () => {
  const { plant, provider, panel } = await startOpenId()
  provider.people.set('s-1', { preferred_username: 'Anna.Berg', name: 'Anna Berg', roles: ['other', 'op', 'eng'] })
  const state = await rest(panel, '/api/v1/sign-in')
  expect(state.body['openid']).toEqual({ label: null, url: `${panel}/api/v1/openid/start`, reachable: true })

  const anna = new Wanderer(panel)
  expect(await anna.signIn('s-1', { to: '/events?machine=press' })).toBe(`${panel}/#/events?machine=press`)
  expect((await anna.ask('/api/v1/me')).body).toMatchObject({
    account: 'anna.berg',
    display_name: 'Anna Berg',
    role: 'engineer',
    scope: null,
    by: 'sign_in',
  })
  const [set] = [anna.answers.at(-1)?.headers['set-cookie']].flat(1).filter((each) => each?.includes('andon_sign_in'))
  expect(set).toMatch(/; HttpOnly; SameSite=Strict$/)
  const lax = anna.answers[0]?.headers['set-cookie']
  expect(String(lax)).toMatch(/^andon_openid_\d+=\S+; Path=\/api\/v1\/openid; Max-Age=600; HttpOnly; SameSite=Lax$/)
  expect(anna.cookie(/^andon_openid/)).toBeUndefined()

  const accounts = (await plant.admin.ask('/api/v1/accounts')).body as unknown as { name: string; by: string }[]
  expect(accounts.map(({ name, by }) => [name, by])).toEqual([
    ['anna.berg', 'openid'],
    ['root', 'password'],
  ])
  expect((await audit(plant)).slice(-2)).toMatchObject([
    { who: 'anna.berg', action: 'account_added', target: 'anna.berg', result: 'done' },
    { who: 'anna.berg', action: 'sign_in', target: 'panel', result: 'done' },
  ])
})

test('behind a proxy with HTTPS the way back gives a cookie for HTTPS alone', async () => {
  const port = await freePort()
  const panel = `https://panel.example:${port}`
  const provider = await TestProvider.start({ panel })
  await Plant.start([...openIdArguments(provider.issuer, panel), '--allowed-host', panel])
  provider.people.set('s-1', { preferred_username: 'anna', roles: ['op'] })
  const anna = new Wanderer(panel, `http://127.0.0.1:${port}`)
  expect(await anna.signIn('s-1')).toBe(`${panel}/#/`)
  const [set] = [anna.answers.at(-1)?.headers['set-cookie']].flat(1).filter((each) => each?.includes('andon_sign_in'))
  expect(set).toMatch(/^__Host-andon_sign_in_\d+=\S+; .*; SameSite=Strict; Secure$/)
  expect((await anna.ask('/api/v1/me')).body).toMatchObject({ account: 'anna', by: 'sign_in' })
})

test('a provider that puts everything into the ID token, and a claim within another', async () => {
  const settings = '  role_claim: realm_access.roles\n  roles: { op: operator }\n'
  const { provider, panel } = await startOpenId(settings, { thin: false })
  provider.people.set('s-1', { preferred_username: 'anna', realm_access: { roles: ['op'] } })
  const anna = new Wanderer(panel)
  await anna.signIn('s-1')
  expect((await anna.ask('/api/v1/me')).body).toMatchObject({ account: 'anna', role: 'operator' })
})

test('role and scope are those of today, and the change is in the audit; without any the other browsers go, too', async () => {
  const settings =
    '  roles: { op: operator, eng: engineer, admin: administrator }\n' +
    '  scopes: { op: { machines: [press] }, hall: { groups: [lamps] }, eng: all }\n'
  const { plant, provider, panel } = await startOpenId(settings)
  const says = (...roles: string[]) => provider.people.set('s-1', { preferred_username: 'anna', roles })
  const anna = new Wanderer(panel)
  const me = async () => (await anna.ask('/api/v1/me')).body
  says('op', 'hall')
  await anna.signIn('s-1')
  expect(await me()).toMatchObject({ role: 'operator', scope: { machines: ['press'], groups: ['lamps'] } })
  says('eng', 'op')
  await anna.signIn('s-1')
  expect(await me()).toMatchObject({ role: 'engineer', scope: null })
  const row = (await audit(plant)).find(({ action }) => action === 'account_changed')
  expect([row?.who, JSON.parse(row?.old ?? ''), JSON.parse(row?.new ?? '')]).toMatchObject([
    'anna',
    { role: 'operator' },
    { role: 'engineer' },
  ])
  says('admin')
  await anna.signIn('s-1')
  expect(await me()).toMatchObject({ role: 'administrator', scope: null })
  says('hall')
  const other = new Wanderer(panel)
  expect(await other.signIn('s-1')).toBe(problem(panel, 'no_role'))
  expect((await other.ask('/api/v1/me')).status).toBe(401)
  expect((await anna.ask('/api/v1/me')).status).toBe(401)
  expect((await audit(plant)).at(-1)).toMatchObject({ who: 'anna', action: 'sign_in', result: 'openid_no_role' })
})

test('after so many hours the provider is asked again: who has lost their role there loses it here', async () => {
  const { plant, provider, panel } = await startOpenId('  roles: { op: operator }\n  sign_in_hours: 2\n')
  provider.people.set('s-1', { preferred_username: 'anna', roles: ['op'] })
  const anna = new Wanderer(panel)
  await anna.signIn('s-1')
  const status = async () => (await anna.ask('/api/v1/me')).status
  provider.people.set('s-1', { preferred_username: 'anna', roles: [] })
  plant.clock.ahead += 2 * 3_600_000 - 60_000
  expect(await status()).toBe(200)
  const viewer = new RawViewer(panel, { headers: { origin: panel, cookie: anna.cookie(/andon_sign_in/) ?? '' } })
  await viewer.open()
  plant.clock.ahead += 60_000
  expect(await viewer.close()).toMatchObject({ code: 4401 })
  expect(await status()).toBe(401)
  expect(await anna.signIn('s-1')).toBe(problem(panel, 'no_role'))
})

test('whoever has no role is refused, unless there is one for everybody else', async () => {
  const strict = await startOpenId()
  strict.provider.people.set('s-1', { preferred_username: 'carl', roles: ['visitor'] })
  const carl = new Wanderer(strict.panel)
  expect(await carl.signIn('s-1')).toBe(problem(strict.panel, 'no_role'))
  expect(carl.cookie(/^andon_sign_in/)).toBeUndefined()
  expect((await audit(strict.plant)).at(-1)).toMatchObject({ who: 'carl (OpenID)', result: 'openid_no_role' })
  expect((await strict.plant.admin.ask('/api/v1/accounts')).body).toHaveLength(1)

  const open = await startOpenId('  default_role: viewer\n')
  const nobody = new Wanderer(open.panel)
  await nobody.signIn('s-2')
  expect((await nobody.ask('/api/v1/me')).body).toMatchObject({ account: 's-2', role: 'viewer' })
})

test('an account is bound to issuer and subject: the same name is another account, a new name the same', async () => {
  const { plant, provider, panel } = await startOpenId()
  await plant.person('anna', 'viewer')
  provider.people.set('s-1', { preferred_username: 'anna', roles: ['op'] })
  provider.people.set('s-2', { preferred_username: 'ROOT', roles: ['op'] })
  provider.people.set('s-3', { preferred_username: 'anna', roles: ['eng'] })
  const name = async (who: string) => {
    const browser = new Wanderer(panel)
    await browser.signIn(who)
    return (await browser.ask('/api/v1/me')).body['account']
  }
  expect(await name('s-1')).toBe('anna-2')
  expect(await name('s-2')).toBe('root-2')
  expect(await name('s-3')).toBe('anna-3')
  provider.people.set('s-1', { preferred_username: 'anna.married', roles: ['op'] })
  expect(await name('s-1')).toBe('anna-2')
  // With a password nobody gets into such an account, nor can it be given one.
  const browser = new Browser(plant.panel.url)
  expect((await browser.signIn('anna-2', PASSWORD)).status).toBe(401)
  const given = await plant.admin.ask('/api/v1/accounts/anna-2/password', { body: { password: PASSWORD } })
  expect([given.status, given.body.error?.message]).toEqual([
    422,
    'This account signs in by OpenID Connect, and has no password.',
  ])
})

test('an account that is disabled here stays so, whatever the provider says', async () => {
  const { plant, provider, panel } = await startOpenId()
  provider.people.set('s-1', { preferred_username: 'anna', roles: ['op'] })
  const anna = new Wanderer(panel)
  await anna.signIn('s-1')
  await plant.admin.ask('/api/v1/accounts/anna', { method: 'PATCH', body: { disabled: true } })
  expect((await anna.ask('/api/v1/me')).status).toBe(401)
  provider.people.set('s-1', { preferred_username: 'anna', roles: ['admin'] })
  expect(await anna.signIn('s-1')).toBe(problem(panel, 'disabled'))
  expect((await audit(plant)).at(-1)).toMatchObject({ who: 'anna', result: 'openid_disabled' })
})

test('the last administrator with a password stays: one whom a provider vouches for does not count', async () => {
  const { plant, provider, panel } = await startOpenId()
  provider.people.set('s-1', { preferred_username: 'anna', roles: ['admin'] })
  await new Wanderer(panel).signIn('s-1')
  const deleted = await plant.admin.ask('/api/v1/accounts/root', { method: 'DELETE' })
  expect(deleted.body.error?.code).toBe('last_administrator')
})

test('the first administrator is made here: before, the provider opens nothing', async () => {
  const panel = `http://127.0.0.1:${await freePort()}`
  const provider = await TestProvider.start({ panel })
  await startPanel(openIdArguments(provider.issuer, panel))
  const start = await new Wanderer(panel).go(`${panel}/api/v1/openid/start`)
  expect(locationOf(start, panel)).toBe(problem(panel, 'first'))
})

test('what comes back with another state, a code of before, too late or in another browser is refused', async () => {
  const { plant, provider, panel } = await startOpenId()
  provider.people.set('s-1', { preferred_username: 'anna', roles: ['op'] })
  const finish = async (browser: Wanderer, back: string) => locationOf(await browser.go(back), panel)
  const anna = new Wanderer(panel)

  const wrong = new URL(await anna.throughProvider('s-1'))
  wrong.searchParams.set('state', 'another')
  expect(await finish(anna, wrong.href)).toBe(problem(panel, 'failed'))
  expect(provider.redeemed()).toBe(0)

  const elsewhere = await anna.throughProvider('s-1')
  expect(await finish(new Wanderer(panel), elsewhere)).toBe(problem(panel, 'expired'))

  const good = await anna.throughProvider('s-1')
  expect(await finish(anna, good)).toBe(`${panel}/#/`)
  expect(await finish(anna, good)).toBe(problem(panel, 'expired'))

  const replayed = new URL(await anna.throughProvider('s-1'))
  replayed.searchParams.set('code', new URL(good).searchParams.get('code') ?? '')
  expect(await finish(anna, replayed.href)).toBe(problem(panel, 'failed'))

  const late = await anna.throughProvider('s-1')
  plant.clock.ahead += FLOW_MS
  expect(await finish(anna, late)).toBe(problem(panel, 'expired'))

  const results = (await audit(plant)).filter(({ action }) => action === 'sign_in').map(({ result }) => result)
  const [failed, expired] = ['openid_failed', 'openid_expired']
  // The first one is the administrator's own.
  expect(results).toEqual(['done', failed, expired, 'done'])
})

test('an ID token with another nonce, or changed by anybody, is refused; so is who breaks off', async () => {
  let tamper = (token: string): string => token
  const { plant, provider, panel } = await startOpenId(undefined, { tamper: (token) => tamper(token) })
  provider.people.set('s-1', { preferred_username: 'anna', roles: ['op'] })
  const anna = new Wanderer(panel)
  const through = async (change?: (url: URL) => void) =>
    locationOf(await anna.go(await anna.throughProvider('s-1', change ? { change } : {})), panel)
  expect(await through((url) => url.searchParams.set('nonce', 'another'))).toBe(problem(panel, 'failed'))
  for (const change of [{ sub: 's-2' }, { aud: 'another' }, { exp: 9_999_999_999 }]) {
    tamper = (token) => {
      const [head, body = '', signature] = token.split('.')
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object
      return [head, Buffer.from(JSON.stringify({ ...claims, ...change })).toString('base64url'), signature].join('.')
    }
    expect(await through()).toBe(problem(panel, 'failed'))
  }
  tamper = (token) => token
  // The provider still knows Anna, and would not ask again.
  expect(await new Wanderer(panel).signIn('s-1', { cancel: true })).toBe(problem(panel, 'denied'))
  expect((await audit(plant)).at(-1)).toMatchObject({ who: 'unknown', result: 'openid_denied' })
  expect(anna.cookie(/^andon_sign_in/)).toBeUndefined()
  expect(await anna.signIn('s-1')).toBe(`${panel}/#/`)
})

test('a provider that is down is told as a problem, and tried again; passwords go on', async () => {
  const [port, own] = [await freePort(), await freePort()]
  const panel = `http://127.0.0.1:${own}`
  const plant = await Plant.start(openIdArguments(`http://localhost:${port}`, panel))
  const state = async () => (await rest(panel, '/api/v1/sign-in')).body['openid'] as { readonly reachable: boolean }
  const problems = () => plant.panel.health().problems.map(({ code }) => code)
  await waitFor(() => problems().includes('openid_unreachable'), { what: 'the problem' })
  expect((await state()).reachable).toBe(false)
  expect(locationOf(await new Wanderer(panel).go(`${panel}/api/v1/openid/start`), panel)).toBe(
    problem(panel, 'unreachable'),
  )
  await plant.person('boris', 'operator')

  const provider = await TestProvider.start({ panel, port })
  provider.people.set('s-1', { preferred_username: 'anna', roles: ['op'] })
  await waitFor(async () => (await state()).reachable, { what: 'the provider' })
  expect(problems()).not.toContain('openid_unreachable')
  const anna = new Wanderer(panel)
  const back = await anna.throughProvider('s-1')
  await provider.close()
  expect(locationOf(await anna.go(back), panel)).toBe(problem(panel, 'unreachable'))
  expect(problems()).toContain('openid_unreachable')
  expect((await audit(plant)).at(-1)).toMatchObject({ who: 'unknown', result: 'openid_unreachable' })
})

test('nobody is sent anywhere but to the provider and to the panel', async () => {
  const { provider, panel } = await startOpenId()
  provider.people.set('s-1', { preferred_username: 'anna', roles: ['op'] })
  const anna = new Wanderer(panel)
  for (const to of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/a\r\nSet-Cookie: a=b',
    'javascript:1',
  ]) {
    const { origin, hash } = new URL(await anna.signIn('s-1', { to }))
    expect([to, origin, hash]).toEqual([to, panel, to.startsWith('/') && /^[\x21-\x7e]+$/.test(to) ? `#${to}` : '#/'])
  }
  const start = await anna.go(`${panel}/api/v1/openid/start?redirect_uri=https://evil.example/&to=/&to=//evil.example`)
  const url = new URL(locationOf(start, panel))
  expect([url.origin, url.searchParams.get('redirect_uri')]).toEqual([
    provider.issuer,
    `${panel}/api/v1/openid/callback`,
  ])
  expect(url.searchParams.get('code_challenge_method')).toBe('S256')
})

test('the secret of the client is in no answer, no log, no audit and no file of the panel', async () => {
  const { plant, provider, panel } = await startOpenId()
  provider.people.set('s-1', { preferred_username: 'anna', roles: ['op'] })
  const anna = new Wanderer(panel)
  await anna.signIn('s-1')
  const wrong = new URL(await anna.throughProvider('s-1'))
  wrong.searchParams.set('code', 'another')
  await anna.go(wrong.href)
  const shown = [
    JSON.stringify(anna.answers),
    JSON.stringify(plant.panel.log.records),
    JSON.stringify(plant.panel.config),
    JSON.stringify(plant.panel.health()),
    (await plant.admin.ask('/api/v1/audit?limit=1000')).text,
    ...readdirSync(plant.panel.config.dataDir, { withFileTypes: true })
      .filter((each) => each.isFile())
      .map((each) => readFileSync(join(plant.panel.config.dataDir, each.name), 'latin1')),
  ]
  expect(shown.length).toBeGreaterThan(6)
  for (const text of shown) {
    expect(text.includes(CLIENT_SECRET)).toBe(false)
    expect(text.includes(Buffer.from(CLIENT_SECRET).toString('base64'))).toBe(false)
  }
})

test('signing out here tells where to sign out at the provider', async () => {
  const { plant, provider, panel } = await startOpenId()
  provider.people.set('s-1', { preferred_username: 'anna', roles: ['op'] })
  const anna = new Wanderer(panel)
  await anna.signIn('s-1')
  const out = await anna.ask('/api/v1/sign-out', 'POST')
  const url = new URL(String(out.body['end_session_url']))
  expect([out.status, url.origin, url.searchParams.get('post_logout_redirect_uri')]).toEqual([
    200,
    provider.issuer,
    `${panel}/`,
  ])
  expect((await anna.ask('/api/v1/me')).status).toBe(401)
  expect((await plant.admin.ask('/api/v1/sign-out', { method: 'POST' })).status).toBe(204)
})
