import { DatabaseSync } from '@photostructure/sqlite'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand } from '../../src/main/commands/command.ts'
import { DisplayWindow } from '../support/display.ts'
import { Browser, PASSWORD, Plant } from '../support/identity.ts'
import { unixSender } from '../support/sender.ts'
import { RawViewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

const PIN = '4071'
const LOCKING = ['--local-display', 'sign-in', '--lock-after', '5']

const live = async (browser: Browser): Promise<RawViewer> => {
  const viewer = await new RawViewer(browser.url, { headers: browser.headers }).open()
  viewer.hello()
  await viewer.message('snapshot')
  return viewer
}

const setPin = (browser: Browser, pin: string | null, current = PASSWORD) =>
  browser.ask('/api/v1/me/pin', { body: { current, pin } })

const rows = async (plant: Plant, query: string): Promise<Record<string, unknown>[]> =>
  (await plant.admin.ask(`/api/v1/audit?${query}`)).body['rows'] as Record<string, unknown>[]

test('[I6] a PIN signs in at the machine’s own display, and nowhere else', async () => {
  const plant = await Plant.start(LOCKING)
  const anna = await plant.person('anna', 'operator')
  const refused = await Promise.all(
    ['123', '123456789', '12a4', '7777', '1234', '98765'].map((pin) => setPin(anna, pin)),
  )
  expect(refused.map(({ status, body }) => [status, body.error?.code])).toEqual(refused.map(() => [422, 'pin_refused']))
  expect((await setPin(anna, PIN, 'not my password')).status).toBe(401)
  expect((await setPin(anna, PIN)).status).toBe(204)
  expect((await anna.ask('/api/v1/me')).body).toMatchObject({ pin: true, lockable: false, locked_for: null })

  const display = new DisplayWindow(plant.panel)
  expect((await display.ask('/api/v1/me')).status).toBe(401)
  expect((await display.signIn('anna', '4072')).body.error?.code).toBe('sign_in_failed')
  expect((await display.signIn('nobody', PIN)).body.error?.code).toBe('sign_in_failed')
  expect((await display.signIn('Anna', PIN)).status).toBe(200)
  expect(await display.me()).toMatchObject({ account: 'anna', by: 'sign_in', role: 'operator', lockable: true })
  expect((await new Browser(plant.panel.url).signIn('anna', PIN)).status).toBe(401)

  expect((await setPin(anna, null)).status).toBe(204)
  expect((await display.signIn('anna', PIN)).status).toBe(401)
  expect((await display.signIn('anna', PASSWORD)).status).toBe(200)
})

test('[I6] five wrong PINs lock the PIN, not the password; an administrator lets in again', async () => {
  const plant = await Plant.start(LOCKING)
  const anna = await plant.person('anna', 'operator')
  await setPin(anna, PIN)
  const display = new DisplayWindow(plant.panel)
  for (let i = 0; i < 5; i += 1) expect((await display.signIn('anna', '0000')).status).toBe(401)
  const locked = await display.signIn('anna', PIN)
  expect([locked.status, locked.body.error?.code]).toEqual([429, 'locked'])
  expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0)
  expect((await display.signIn('anna', PASSWORD)).status).toBe(200)
  expect((await display.signIn('anna', PIN)).status).toBe(429)
  await plant.admin.ask('/api/v1/accounts/anna', { method: 'PATCH', body: { disabled: false } })
  expect((await display.signIn('anna', PIN)).status).toBe(200)
  await plant.admin.ask('/api/v1/accounts/anna/pin', { body: { pin: null } })
  expect((await display.signIn('anna', PIN)).status).toBe(401)
  expect((await anna.ask('/api/v1/accounts/anna/pin', { body: { pin: PIN } })).status).toBe(403)
  expect((await rows(plant, 'action=pin_removed')).map(({ who, target }) => [who, target])).toEqual([['root', 'anna']])
})

test('[I7] a locked display shows the plant, can stop it and nothing else, and gives back what it had control of', async () => {
  const plant = await Plant.start(LOCKING)
  const anna = await plant.person('anna', 'operator')
  await setPin(anna, PIN)
  await unixSender(plant.panel.socket).send('{"machine_name":"press","type":"hello"}')
  await waitFor(() => plant.panel.health().offset > 0, { what: 'the event' })
  const display = new DisplayWindow(plant.panel)
  await display.signIn('anna', PIN)
  const before = await display.live()
  expect(await before.ask({ type: 'control', action: 'request', machine: 'press' })).toMatchObject({ ok: true })

  expect((await anna.ask('/api/v1/display/lock', { method: 'POST' })).status).toBe(403)
  expect((await display.ask('/api/v1/display/lock', {}, 'POST')).status).toBe(204)
  expect(await before.close()).toMatchObject({ code: 4401 })
  expect((await plant.admin.ask('/api/v1/machines/press')).body['control']).toBeNull()

  expect(await display.me()).toMatchObject({
    account: null,
    role: 'viewer',
    may: ['view', 'export', 'own_account', 'stop', 'metrics'],
    by: 'locked',
    pin: true,
    locked_for: { account: 'anna', display_name: 'anna' },
  })
  const locked = await display.live()
  expect(locked.messages.some((each) => each['type'] === 'snapshot')).toBe(true)
  for (const message of [
    { type: 'command', command: 'go-while-locked', machine: 'press', event: { type: 'go' } },
    { type: 'control', action: 'request', machine: 'press' },
  ]) {
    expect(await locked.ask(message)).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  }
  // Whoever stands at the machine may stop it.
  expect(await locked.ask({ type: 'stop', command: 'stop-while-locked', machine: 'press' })).toMatchObject({
    ok: true,
  })
  expect((await display.ask('/api/v1/tokens', { name: 'x', role: 'viewer' })).status).toBe(403)
  expect((await display.ask('/api/v1/display/lock', {}, 'POST')).status).toBe(403)
  expect((await display.signIn('anna', PIN)).status).toBe(200)
  expect(await display.me()).toMatchObject({ account: 'anna', by: 'sign_in', role: 'operator' })
  expect((await rows(plant, 'action=display_locked')).map(({ who, from, result }) => [who, from, result])).toEqual([
    ['locked display', 'local display', 'forbidden'],
    ['anna', 'local display', 'done'],
    ['anna', '127.0.0.1', 'forbidden'],
  ])
  expect((await rows(plant, 'who=locked%20display&action=stop')).map(({ target }) => target)).toEqual(['press'])
})

test('[I7] a display that is locked for a viewer stops nothing', async () => {
  const plant = await Plant.start(LOCKING)
  await plant.person('vera', 'viewer')
  await unixSender(plant.panel.socket).send('{"machine_name":"press","type":"hello"}')
  await waitFor(() => plant.panel.health().offset > 0, { what: 'the event' })
  const display = new DisplayWindow(plant.panel)
  await display.signIn('vera', PASSWORD)
  expect((await display.ask('/api/v1/display/lock', {}, 'POST')).status).toBe(204)
  const locked = await display.live()
  expect(await locked.ask({ type: 'stop', command: 'stop-while-locked', machine: 'press' })).toMatchObject({
    ok: false,
    error: { code: 'forbidden' },
  })
})

test('[I7] the display locks when nobody does anything; disabling the account ends even that', async () => {
  const plant = await Plant.start(LOCKING)
  await plant.person('anna', 'operator')
  const display = new DisplayWindow(plant.panel)
  await display.signIn('anna', PASSWORD)
  const session = await display.live()
  plant.clock.ahead += 4 * 60_000
  expect((await display.ask('/api/v1/display/used', {}, 'POST')).status).toBe(204)
  plant.clock.ahead += 4 * 60_000
  session.send({ type: 'ping', id: 1 })
  await waitFor(() => session.messages.some((each) => each['type'] === 'pong'), { what: 'the pong' })
  expect(await display.me()).toMatchObject({ by: 'sign_in' })
  plant.clock.ahead += 61_000
  expect(await session.close()).toMatchObject({ code: 4401 })
  expect(await display.me()).toMatchObject({ by: 'locked', locked_for: { account: 'anna' } })
  expect(await rows(plant, 'action=display_locked')).toMatchObject([{ who: 'anna', new: '{"why":"idle"}' }])

  const watching = await display.live()
  await plant.admin.ask('/api/v1/accounts/anna', { method: 'PATCH', body: { disabled: true } })
  expect(await watching.close()).toMatchObject({ code: 4401 })
  expect((await display.ask('/api/v1/me')).status).toBe(401)
})

test('[I7] a display that is open to everybody does not lock', async () => {
  const plant = await Plant.start(['--lock-after', '1'])
  await plant.person('anna', 'operator')
  const display = new DisplayWindow(plant.panel)
  await display.signIn('anna', PASSWORD)
  expect(await display.me()).toMatchObject({ by: 'sign_in', lockable: false })
  expect((await display.ask('/api/v1/display/lock', {}, 'POST')).status).toBe(403)
  expect((await display.ask('/api/v1/sign-out', {}, 'POST')).status).toBe(204)
  expect(await display.me()).toMatchObject({ by: 'local_display', role: 'operator' })
})

test('[I8] only an administrator’s PIN leaves the kiosk, only at the display; wrong ones lock', async () => {
  let left = 0
  const plant = await Plant.start([], undefined, { leaveKiosk: () => (left += 1) })
  const anna = await plant.person('anna', 'operator')
  await setPin(anna, PIN)
  await setPin(plant.admin, '90210')
  const display = new DisplayWindow(plant.panel)
  const leave = (body: object) => display.ask('/api/v1/kiosk/leave', body)
  expect((await plant.admin.ask('/api/v1/kiosk/leave', { body: { pin: '90210' } })).status).toBe(403)
  expect((await plant.admin.ask('/api/v1/sign-in')).body).toMatchObject({ kiosk: false })
  expect((await leave({ pin: PIN })).status).toBe(401)
  expect((await leave({ pin: PIN, name: 'anna' })).status).toBe(403)
  for (let i = 0; i < 4; i += 1) expect((await leave({ pin: '5555' })).status).toBe(401)
  expect((await leave({ pin: '90210' })).status).toBe(429)
  for (let i = 0; i < 4; i += 1) expect((await leave({ pin: '5555', name: 'root' })).status).toBe(401)
  expect(left).toBe(0)
  expect((await leave({ pin: '90210', name: 'root' })).body).toEqual({ account: 'root' })
  expect(left).toBe(1)
  expect((await leave({ pin: '90210', name: 'root' })).status).toBe(404)
  expect(left).toBe(1)
  const results = (await rows(plant, 'action=kiosk_left&limit=100')).map(({ result }) => result)
  expect(new Set(results)).toEqual(new Set(['done', 'refused', 'locked', 'forbidden', 'not_found']))
  // The same refusals are one row a minute, and what somebody far away asks for is none.
  expect(results).toHaveLength(6)
  const first = { code: 'AAAA-BBBB-CCCC-DDDD', name: 'eve', password: 'correct horse battery' }
  expect((await plant.admin.ask('/api/v1/first-administrator', { body: first })).status).toBe(404)
  const firsts = await rows(plant, 'action=first_administrator&limit=100')
  expect(firsts.filter(({ result }) => result !== 'done')).toEqual([])
})

test('[L2] an account has so many connections, its tokens’ among them; others are not kept out', async () => {
  const plant = await Plant.start(['--connections-per-account', '2'])
  const [anna, boris] = [await plant.person('anna', 'viewer'), await plant.person('boris', 'viewer')]
  const { token } = (await anna.ask('/api/v1/tokens', { body: { name: 'x', role: 'viewer' } })).body
  const first = await live(anna)
  const program = await new RawViewer(anna.url, { headers: { authorization: `Bearer ${String(token)}` } }).open()
  program.hello()
  await program.message('snapshot')
  const third = new RawViewer(anna.url, { headers: anna.headers })
  expect(await third.close()).toEqual({ code: 4429, reason: 'too many connections of one account' })
  await live(boris)
  first.socket.close()
  await waitFor(() => plant.panel.health().sessions === 2, { what: 'the end of the first' })
  await live(anna)
})

test('[I2] one browser more than an account may have ends the one used longest ago, with its link', async () => {
  const plant = await Plant.start(['--sign-ins-per-account', '2'])
  const first = await plant.person('anna', 'viewer')
  const viewer = await live(first)
  const [second, third] = [new Browser(plant.panel.url), new Browser(plant.panel.url)]
  plant.clock.ahead += 1_000
  await second.signIn('anna')
  plant.clock.ahead += 1_000
  await third.signIn('anna')
  expect(await viewer.close()).toMatchObject({ code: 4401 })
  expect((await first.ask('/api/v1/me')).status).toBe(401)
  expect((await second.ask('/api/v1/me')).status).toBe(200)
  expect(await rows(plant, 'action=sign_in_ended')).toMatchObject([{ who: 'anna', new: '{"why":"too_many"}' }])
})

test('[I2] an account that is disabled on the command line loses its open link, and whoever is idle theirs', async () => {
  const plant = await Plant.start()
  const [anna, boris] = [await plant.person('anna', 'viewer'), await plant.person('boris', 'viewer')]
  const [annas, boriss] = [await live(anna), await live(boris)]
  const { dataDir } = plant.panel.config
  const secret = () => Promise.resolve(PASSWORD)
  expect(await runCommand(['account', 'disable', 'anna', '--data-dir', dataDir], { secret })).toMatchObject({ code: 0 })
  expect(await annas.close()).toMatchObject({ code: 4401 })

  plant.clock.ahead += 11 * 3_600_000
  boriss.send({ type: 'get_all_status', id: 1 })
  await boriss.message('reply')
  plant.clock.ahead += 11 * 3_600_000
  // A sign of life of the page is none of a person.
  boriss.send({ type: 'ping', id: 2 })
  await boriss.message('pong')
  plant.clock.ahead += 3_600_001
  expect(await boriss.close()).toMatchObject({ code: 4401 })
})

test('the audit’s chain is checked on demand, and a row that was changed is found', async () => {
  const plant = await Plant.start()
  const verify = async () => (await plant.admin.ask('/api/v1/audit/verify')).body
  expect(await verify()).toMatchObject({ ok: true, count: 2, problem: null })
  expect((await rows(plant, 'action=audit_verified')).map(({ result }) => result)).toEqual(['done'])
  const { dataDir } = plant.panel.config
  const file = new DatabaseSync(join(dataDir, 'accounts.db'))
  file.exec(`DROP TRIGGER audit_not_changed; UPDATE audit SET who = 'eve' WHERE number = 2`)
  file.close()
  expect(await verify()).toEqual({
    ok: false,
    count: 1,
    hash: null,
    problem: 'Row 2 was changed, or the one before it.',
  })
  const anna = await plant.person('anna', 'engineer')
  expect((await anna.ask('/api/v1/audit/verify')).status).toBe(403)
})
