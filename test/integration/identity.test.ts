import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { IDLE_MS, ROTATE_MS } from '../../src/core/sign-ins.ts'
import { CLOSE_CODES } from '../../src/shared/close-codes.ts'
import { Browser, PASSWORD, Plant } from '../support/identity.ts'
import { startPanel } from '../support/panel.ts'
import { rest } from '../support/rest.ts'
import { unixSender } from '../support/sender.ts'
import { RawViewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

const connect = (browser: Browser) => new RawViewer(browser.url, { headers: browser.headers }).open()

/** A viewer that has said hello and has its snapshot. */
const live = async (browser: Browser, hello: object = {}): Promise<RawViewer> => {
  const viewer = await connect(browser)
  viewer.hello(hello)
  await viewer.message('snapshot')
  return viewer
}

test('[I1] while there is no account everybody is the operator, and nobody an administrator', async () => {
  const panel = await startPanel()
  const me = await rest(panel.url, '/api/v1/me')
  expect(me.body).toMatchObject({ account: null, role: 'engineer', by: 'open' })
  expect((await rest(panel.url, '/api/v1/accounts')).status).toBe(403)
  expect((await rest(panel.url, '/metrics')).status).toBe(200)
  expect((await rest(panel.url, '/healthz')).body).toHaveProperty('offset')
  expect((await rest(panel.url, '/api/v1/sign-in')).body).toEqual({
    required: false,
    first_administrator: true,
    code_needed: true,
    kiosk: false,
  })
})

test('[I1] the first administrator is made with the code that was printed, once; from then on all need an identity', async () => {
  const codes: string[] = []
  const panel = await startPanel([], { tellCode: (code) => codes.push(code) })
  panel.offerCode()
  panel.offerCode()
  expect(codes).toHaveLength(1)
  const before = await live(new Browser(panel.url))
  const make = (code: string) =>
    rest(panel.url, '/api/v1/first-administrator', { body: { code, name: 'Root', password: PASSWORD } })
  expect((await make('AAAA-BBBB-CCCC-DDDD')).body.error?.code).toBe('code_wrong')
  expect((await rest(panel.url, '/api/v1/me')).status).toBe(200)
  expect((await make(codes[0]?.toLowerCase() ?? '')).status).toBe(200)
  expect(await before.close()).toMatchObject({ code: CLOSE_CODES.sign_in_required.code })
  expect((await make(codes[0] ?? '')).status).toBe(404)
  for (const path of ['/api/v1/me', '/api/v1/events', '/api/v1/devices', '/metrics', '/api/docs', '/%61pi/v1/events']) {
    const answer = await rest(panel.url, path)
    expect([path, answer.status]).toEqual([path, 401])
  }
  expect((await rest(panel.url, '/healthz')).body).not.toHaveProperty('sessions')
  for (const path of ['/', '/readyz', '/api/v1/sign-in']) expect((await rest(panel.url, path)).status).toBe(200)
  const stranger = new RawViewer(panel.url)
  expect(await stranger.close()).toEqual({ code: 4401, reason: 'sign in first' })
})

test('signing in: a wrong name and a wrong password are told alike, and five of them lock', async () => {
  const plant = await Plant.start()
  await plant.person('anna', 'operator')
  for (const name of ['anna', 'nobody']) {
    const browser = new Browser(plant.panel.url)
    for (let i = 0; i < 5; i += 1) {
      const refused = await browser.signIn(name, 'not the password')
      expect([refused.status, refused.body.error]).toEqual([
        401,
        { code: 'sign_in_failed', message: 'The name or the password is not right.' },
      ])
    }
    const locked = await browser.signIn(name)
    expect([locked.status, locked.body.error?.code]).toEqual([429, 'locked'])
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0)
  }
  plant.clock.ahead += 31_000
  const browser = new Browser(plant.panel.url)
  expect((await browser.signIn('anna')).status).toBe(200)
  const cookie = await browser.ask('/api/v1/sign-in', { body: { name: 'ANNA', password: PASSWORD } })
  const [set] = [cookie.headers['set-cookie']].flat()
  expect(set).toMatch(/; HttpOnly; SameSite=Strict$/)
})

test('a cookie is changed while it is used; an old one that comes back ends both', async () => {
  const plant = await Plant.start()
  const anna = await plant.person('anna', 'operator')
  const viewer = await live(anna)
  const old = anna.cookie
  plant.clock.ahead += 16 * 60_000
  expect((await anna.ask('/api/v1/me')).status).toBe(200)
  const fresh = anna.cookie
  expect(fresh).not.toBe(old)
  const thief = new Browser(plant.panel.url)
  thief.cookie = old
  // Requests that were under way may still show it.
  expect((await thief.ask('/api/v1/me')).status).toBe(200)
  expect((await anna.ask('/api/v1/me')).status).toBe(200)
  expect(anna.cookie).toBe(fresh)
  plant.clock.ahead += 61_000
  expect((await thief.ask('/api/v1/me')).status).toBe(401)
  expect((await anna.ask('/api/v1/me')).status).toBe(401)
  expect(await viewer.close()).toMatchObject({ code: 4401 })
})

test('whoever does nothing for too long is signed out', async () => {
  const plant = await Plant.start()
  const anna = await plant.person('anna', 'viewer')
  plant.clock.ahead += 12 * 3_600_000 + 1
  expect((await anna.ask('/api/v1/me')).status).toBe(401)
})

test('[I2] signing out, ending, disabling and other rights reach open links at once', async () => {
  const plant = await Plant.start()
  const anna = await plant.person('anna', 'operator')
  await unixSender(plant.panel.socket).send('{"machine_name":"press","type":"hello"}')
  const signedOut = await live(anna)
  await waitFor(() => plant.panel.health().offset > 0, { what: 'the event' })
  signedOut.send({ type: 'control', id: 1, action: 'request', machine: 'press' })
  expect(await signedOut.message('reply')).toMatchObject({ ok: true })
  expect((await anna.ask('/api/v1/sign-out', { method: 'POST' })).status).toBe(204)
  expect(await signedOut.close()).toMatchObject({ code: 4401 })
  const machine = await plant.admin.ask('/api/v1/machines/press')
  expect(machine.body['control']).toBeNull()

  await anna.signIn('anna')
  const changed = await live(anna)
  await plant.admin.ask('/api/v1/accounts/anna', { method: 'PATCH', body: { role: 'viewer' } })
  expect(await changed.close()).toMatchObject({ code: CLOSE_CODES.rights_changed.code })

  const ended = await live(anna)
  const sessions = (await plant.admin.ask('/api/v1/sessions')).body as unknown as { id: string; account: string }[]
  const own = sessions.find(({ account }) => account === 'anna')
  await plant.admin.ask(`/api/v1/sessions/${own?.id}`, { method: 'DELETE' })
  expect(await ended.close()).toMatchObject({ code: 4401 })

  await anna.signIn('anna')
  const disabled = await live(anna)
  await plant.admin.ask('/api/v1/accounts/anna', { method: 'PATCH', body: { disabled: true } })
  expect(await disabled.close()).toMatchObject({ code: 4401 })
  expect((await anna.signIn('anna')).status).toBe(401)
})

test('[I9] whoever may see a browser is told when it is signed in, out, or idle for too long', async () => {
  const plant = await Plant.start()
  const anna = await plant.person('anna', 'operator')
  const bert = await plant.person('bert', 'engineer')
  const [own, admins, others] = await Promise.all([anna, plant.admin, bert].map((each) => live(each)))
  const told = (viewer: RawViewer | undefined) => viewer?.messages.filter(({ type }) => type === 'sign_ins').length
  const listed = async () => ((await anna.ask('/api/v1/sessions')).body as unknown as unknown[]).length

  const second = new Browser(plant.panel.url)
  await second.signIn('anna')
  await waitFor(() => told(own) === 1 && told(admins) === 1)
  expect(await listed()).toBe(2)
  await second.ask('/api/v1/sign-out', { body: {} })
  await waitFor(() => told(own) === 2 && told(admins) === 2)
  expect(await listed()).toBe(1)
  await second.signIn('anna')
  await waitFor(() => told(own) === 3)
  plant.clock.ahead += IDLE_MS / 2
  for (const each of [anna, plant.admin, bert]) expect((await each.ask('/api/v1/me')).status).toBe(200)
  plant.clock.ahead += IDLE_MS / 2
  await waitFor(() => told(own) === 4 && told(admins) === 4)
  expect(await listed()).toBe(1)
  // Bert hears of his own alone, and the answer to what he asks comes after all that was said to him.
  others?.send({ type: 'ping', id: 1 })
  await others?.message('pong')
  expect(told(others)).toBe(0)
})

test('[I2] a session is taken up again by its own account alone', async () => {
  const plant = await Plant.start()
  const [anna, boris] = [await plant.person('anna', 'operator'), await plant.person('boris', 'operator')]
  const first = await live(anna)
  const { session, key } = (await first.message('welcome')) as { session: string; key: string }
  const other = await live(boris, { session: { id: session, key } })
  expect((await other.message('welcome'))['session']).not.toBe(session)
  const again = await live(anna, { session: { id: session, key } })
  expect((await again.message('welcome'))['session']).toBe(session)
})

test('[I2] a token lets a program in until it is revoked, and never does more than its owner', async () => {
  const plant = await Plant.start()
  const anna = await plant.person('anna', 'operator')
  const refused = await anna.ask('/api/v1/tokens', { body: { name: 'too much', role: 'engineer' } })
  expect(refused.status).toBe(403)
  const made = await anna.ask('/api/v1/tokens', { body: { name: 'reports', role: 'operator', days: 1 } })
  const { token, id } = made.body as unknown as { token: string; id: string }
  expect(token).toMatch(/^andon_pat_/)
  const headers = { authorization: `Bearer ${token}` }
  const me = await rest(plant.panel.url, '/api/v1/me', { headers })
  expect(me.body).toMatchObject({ account: 'anna', role: 'operator', by: 'token' })
  expect((await rest(plant.panel.url, '/api/v1/tokens', { headers, body: { name: 'x', role: 'viewer' } })).status).toBe(
    403,
  )
  const program = new RawViewer(plant.panel.url, { headers })
  await program.open()
  program.hello()
  await program.message('snapshot')
  await plant.admin.ask('/api/v1/accounts/anna', { method: 'PATCH', body: { role: 'viewer' } })
  expect(await program.close()).toMatchObject({ code: CLOSE_CODES.rights_changed.code })
  expect((await rest(plant.panel.url, '/api/v1/me', { headers })).body).toMatchObject({ role: 'viewer' })
  const second = new RawViewer(plant.panel.url, { headers })
  await second.open()
  expect((await anna.ask(`/api/v1/tokens/${id}`, { method: 'DELETE' })).status).toBe(204)
  expect(await second.close()).toMatchObject({ code: 4401 })
  expect((await rest(plant.panel.url, '/api/v1/me', { headers })).status).toBe(401)
  for (const path of [`/api/v1/me?token=${token}`, `/ws?token=${token}`]) {
    expect((await rest(plant.panel.url, path)).status).not.toBe(200)
  }
})

test('behind a proxy with HTTPS the cookie is for HTTPS alone, also when it is renewed', async () => {
  const plant = await Plant.start(['--allowed-host', 'https://panel.example'])
  const ask = async (path: string, headers: Record<string, string>, body?: object) => {
    const answer = await rest(plant.panel.url, path, { headers, ...(body ? { body } : {}) })
    return [answer.headers['set-cookie'] ?? []].flat()
  }
  const signIn = (origin: string) => ask('/api/v1/sign-in', { origin }, { name: 'root', password: PASSWORD })
  const [plain = ''] = await signIn(plant.panel.url.replace(/\/$/, ''))
  expect(plain).toMatch(/^andon_sign_in_\d+=\S+; .*; SameSite=Strict$/)
  expect(await signIn('https://evil.example')).toEqual([])
  const secure = await signIn('https://panel.example')
  const forHttps = /^__Host-andon_sign_in_\d+=\S+; Path=\/; .*; SameSite=Strict; Secure$/
  expect(secure).toEqual([expect.stringMatching(forHttps)])
  plant.clock.ahead += ROTATE_MS
  // A page that reads says no origin to its own server.
  const cookie = secure[0]?.split(';', 1)[0] ?? ''
  const renewed = await ask('/api/v1/me', { cookie })
  expect(renewed).toEqual([expect.stringMatching(forHttps)])
  expect(renewed[0]).not.toContain(cookie)
  expect(await ask('/api/v1/me', { cookie: plain.split(';', 1)[0] ?? '' })).toEqual([
    expect.not.stringContaining('Secure'),
  ])
  // Signed out is signed out, whatever else the browser has of this name.
  const headers = { cookie: renewed[0]?.split(';', 1)[0] ?? '', origin: 'https://panel.example' }
  expect(await ask('/api/v1/sign-out', headers, {})).toEqual([
    expect.stringMatching(/^__Host-andon_sign_in_\d+=; .*Max-Age=0; .*; Secure$/),
    expect.stringMatching(/^andon_sign_in_\d+=; .*Max-Age=0; /),
  ])
})

test('a request with a cookie that does not say its origin changes nothing', async () => {
  const plant = await Plant.start()
  const { cookie } = plant.admin
  const body = { name: 'eve', password: PASSWORD, role: 'administrator' }
  const ask = (headers: Record<string, string>) => rest(plant.panel.url, '/api/v1/accounts', { body, headers })
  expect((await ask({ cookie: cookie ?? '' })).status).toBe(403)
  expect((await ask({ cookie: cookie ?? '', origin: 'http://evil.example' })).status).toBe(403)
  expect((await plant.admin.ask('/api/v1/accounts')).body).toHaveLength(1)
})

test('passwords: too easy ones are refused, one’s own is changed with the present one, the last administrator stays', async () => {
  const plant = await Plant.start()
  const anna = await plant.person('anna', 'viewer')
  for (const password of ['short', 'aaaaaaaaaaaaaaa', 'anna1234567']) {
    const refused = await anna.ask('/api/v1/me/password', { body: { current: PASSWORD, password } })
    expect([password, refused.status]).toEqual([password, 422])
  }
  const other = new Browser(plant.panel.url)
  await other.signIn('anna')
  const next = 'another long password'
  expect((await anna.ask('/api/v1/me/password', { body: { current: 'wrong', password: next } })).status).toBe(401)
  expect((await anna.ask('/api/v1/me/password', { body: { current: PASSWORD, password: next } })).status).toBe(204)
  expect((await anna.ask('/api/v1/me')).status).toBe(200)
  expect((await other.ask('/api/v1/me')).status).toBe(401)
  const last = await plant.admin.ask('/api/v1/accounts/root', { method: 'DELETE' })
  expect([last.status, last.body.error?.code]).toEqual([409, 'last_administrator'])
})

test('no secret is in the log, in the audit or in the database', async () => {
  const plant = await Plant.start()
  const anna = await plant.person('anna', 'operator')
  const made = await anna.ask('/api/v1/tokens', { body: { name: 'reports', role: 'viewer' } })
  const { token } = made.body as unknown as { token: string }
  await anna.signIn('anna', 'a wrong password too')
  const audit = (await plant.admin.ask('/api/v1/audit?limit=1000')).text
  const log = JSON.stringify(plant.panel.log.records)
  const secrets = [
    PASSWORD,
    'a wrong password too',
    token,
    token.split('.')[1],
    anna.cookie?.split('.')[1],
    plant.codes[0],
  ]
  const files = ['accounts.db', 'accounts.db-wal'].map((name) =>
    readFileSync(join(plant.panel.config.dataDir, name), 'latin1'),
  )
  for (const secret of secrets) {
    expect(secret?.length).toBeGreaterThan(8)
    expect(audit).not.toContain(secret)
    expect(log).not.toContain(secret)
    for (const file of files) expect(file.includes(secret ?? '')).toBe(false)
  }
})

test('[I2] an account has so many tokens at a time, and so many ended ones are kept', async () => {
  const plant = await Plant.start()
  const anna = await plant.person('anna', 'viewer')
  const make = () => anna.ask('/api/v1/tokens', { body: { name: 'x', role: 'viewer' } })
  const list = async () =>
    (await anna.ask('/api/v1/tokens')).body as unknown as { id: string; revoked: number | null }[]
  for (let i = 0; i < 50; i += 1) expect((await make()).status).toBe(201)
  const { status, body } = await make()
  expect([status, body.error?.code]).toEqual([409, 'tokens_full'])
  for (let round = 0; round < 3; round += 1) {
    for (const { id, revoked } of await list())
      if (revoked === null) await anna.ask(`/api/v1/tokens/${id}`, { method: 'DELETE' })
    for (let i = 0; i < 50; i += 1) expect((await make()).status).toBe(201)
  }
  expect(await list()).toHaveLength(150)
})
