import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { type SettingsView, SettingsViewSchema } from '../../src/shared/settings.ts'
import { DisplayWindow } from '../support/display.ts'
import { type Browser, PASSWORD, Plant } from '../support/identity.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'

async function stage(text: string, args: readonly string[] = []) {
  const dir = tempDir()
  const path = join(dir, 'andon.yaml')
  writeFileSync(path, text, { mode: 0o600 })
  const plant = await Plant.start(['--config', path, ...args], dir)
  return { plant, path, dir }
}

async function viewOf(admin: Browser): Promise<SettingsView> {
  const { status, text } = await admin.ask('/api/v1/settings')
  expect(status).toBe(200)
  const view: unknown = JSON.parse(text)
  if (!Value.Check(SettingsViewSchema, view)) throw new Error(text)
  return view
}

const change = (admin: Browser, version: string | null, settings: object) =>
  admin.ask('/api/v1/settings', { method: 'PATCH', body: { version, settings } })

const setting = (view: SettingsView, key: string) => view.settings.find((each) => each.key === key)

test('settings are changed in the file, among its comments, with its mode, and count from the next start', async () => {
  const { plant, path } = await stage('# mine\nretention_days: 30 # a month\nmachines: { press: { label: Press } }\n')
  const view = await viewOf(plant.admin)
  expect(setting(view, 'retention_days')).toMatchObject({ file: 30, in_force: 30, command_line: false, kind: 'number' })
  expect(setting(view, 'port')).toMatchObject({ file: null, in_force: '0', command_line: true, kind: 'integer' })
  expect(view.waiting).toEqual([])
  const answer = await change(plant.admin, view.version, { retention_days: 60, kiosk: true, log_level: null })
  expect(answer.status).toBe(200)
  expect(readFileSync(path, 'utf8')).toBe(
    '# mine\nretention_days: 60 # a month\nmachines: { press: { label: Press } }\nkiosk: true\n',
  )
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const now = await viewOf(plant.admin)
  expect(now.waiting).toEqual(['kiosk', 'retention_days'])
  expect(setting(now, 'retention_days')).toMatchObject({ file: 60, in_force: 30 })
  await waitFor(() => plant.panel.health().problems.some(({ code }) => code === 'config_restart'), { what: 'the note' })
  const { rows } = (await plant.admin.ask('/api/v1/audit?action=settings_changed')).body as unknown as {
    rows: { old: string; new: string }[]
  }
  expect(rows).toMatchObject([{ who: 'root', target: 'panel', result: 'done' }])
  expect(JSON.parse(rows[0]?.old ?? '')).toEqual({ retention_days: 30, kiosk: null, log_level: null })
})

test('where the path is a link, what it leads to is changed', async () => {
  const dir = tempDir()
  const real = join(dir, 'real.yaml')
  writeFileSync(real, 'port: 0\n')
  symlinkSync(real, join(dir, 'link.yaml'))
  const plant = await Plant.start(['--config', join(dir, 'link.yaml')], dir)
  const view = await viewOf(plant.admin)
  expect((await change(plant.admin, view.version, { stale_after: 5 })).status).toBe(200)
  expect(readFileSync(real, 'utf8')).toBe('port: 0\nstale_after: 5\n')
  expect(existsSync(join(dir, '.real.yaml.new'))).toBe(false)
})

test.each([
  [{ port: 99_999 }, 'setting_refused', 'port'],
  [{ port: '3002' }, 'setting_refused', 'port'],
  [{ prot: 1 }, 'setting_refused', 'There is no setting "prot".'],
  [{ machines: null }, 'setting_refused', 'There is no setting "machines".'],
  [{ udp: ['10.0.0.1:1'] }, 'setting_refused', 'loopback'],
  [{ socket_mode: '9' }, 'setting_refused', 'octal'],
  [{ tls_key: '/a' }, 'setting_refused', 'belong together'],
])('%j is refused with a sentence, and nothing is written', async (settings, code, words) => {
  const { plant, path } = await stage('port: 0\n')
  const view = await viewOf(plant.admin)
  const { status, body } = await change(plant.admin, view.version, settings)
  expect([status, body.error?.code]).toEqual([422, code])
  expect(body.error?.message).toContain(words)
  expect(readFileSync(path, 'utf8')).toBe('port: 0\n')
})

test('who looked at another content of the file does not change it', async () => {
  const { plant, path } = await stage('port: 0\n')
  const { version } = await viewOf(plant.admin)
  writeFileSync(path, 'port: 0\nstale_after: 9\n')
  const { status, body } = await change(plant.admin, version, { stale_after: 5 })
  expect([status, body.error?.code]).toEqual([409, 'settings_changed'])
  const { version: fresh } = await viewOf(plant.admin)
  const both = await Promise.all([
    change(plant.admin, fresh, { stale_after: 5 }),
    change(plant.admin, fresh, { stale_after: 6 }),
  ])
  expect(both.map((each) => each.status).toSorted((a, b) => a - b)).toEqual([200, 409])
  expect((await change(plant.admin, fresh, { title: 'a secret, in the wrong field' })).status).toBe(409)
  const audit = await plant.admin.ask('/api/v1/audit?action=settings_changed')
  expect(audit.text).toContain('title')
  expect(audit.text).not.toContain('a secret')
})

test('a file that cannot be used is said so, and left as it is', async () => {
  const { plant, path } = await stage('port: 0\n')
  writeFileSync(path, 'port: [\n')
  const view = await viewOf(plant.admin)
  expect(view.problem).toContain('line')
  const { status, body } = await change(plant.admin, view.version, { stale_after: 5 })
  expect([status, body.error?.code]).toEqual([409, 'settings_unwritable'])
  expect(readFileSync(path, 'utf8')).toBe('port: [\n')
})

test('what lies in the way of the new file is not followed where it is a link, and removed where it is a file', async () => {
  const { plant, path, dir } = await stage('port: 0\n')
  const { version } = await viewOf(plant.admin)
  const temporary = join(dir, `.andon.yaml.${process.pid}.new`)
  const elsewhere = join(dir, 'elsewhere')
  writeFileSync(elsewhere, 'kept')
  symlinkSync(elsewhere, temporary)
  expect((await change(plant.admin, version, { stale_after: 5 })).body.error?.code).toBe('settings_unwritable')
  expect(readFileSync(elsewhere, 'utf8')).toBe('kept')
  rmSync(temporary)
  writeFileSync(temporary, 'left over')
  expect((await change(plant.admin, version, { stale_after: 5 })).status).toBe(200)
  expect(readFileSync(path, 'utf8')).toContain('stale_after: 5')
})

test('a folder that cannot be written to is told, with what to do', async () => {
  const { plant, path, dir } = await stage('port: 0\n')
  const { version } = await viewOf(plant.admin)
  // Root may write anywhere, so the way is barred by a folder where the new file would go.
  mkdirSync(join(dir, `.andon.yaml.${process.pid}.new`))
  const { status, body } = await change(plant.admin, version, { stale_after: 5 })
  expect([status, body.error?.code]).toEqual([409, 'settings_unwritable'])
  expect(body.error?.message).toContain('Change it by hand.')
  expect(readFileSync(path, 'utf8')).toBe('port: 0\n')
})

test('a restart that cannot be is said so, with what to do', async () => {
  const { plant } = await stage('port: 0\n')
  const { status, body } = await plant.admin.ask('/api/v1/restart', { method: 'POST' })
  expect([status, body.error?.code]).toEqual([409, 'restart_unavailable'])
  expect((await viewOf(plant.admin)).can_restart).toBe(false)
})

test('one restart at a time, whoever asks for it, and also from the window', async () => {
  let restarts = 0
  const plant = await Plant.start([], undefined, { restart: () => (restarts += 1) })
  const display = new DisplayWindow(plant.panel)
  await display.signIn('root', PASSWORD)
  expect((await display.ask('/api/v1/restart', {}, 'POST')).status).toBe(202)
  await waitFor(() => restarts === 1, { what: 'the restart' })
  const again = await plant.admin.ask('/api/v1/restart', { method: 'POST' })
  expect([again.status, again.body.error?.message]).toEqual([409, 'The panel starts again already.'])
  expect(restarts).toBe(1)
})
