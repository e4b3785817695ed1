import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { openForReading } from '../../src/main/adapters/sqlite/database.ts'
import { writeDiagnostics } from '../../src/main/commands/diagnose-command.ts'
import { SCHEMA_VERSION } from '../../src/main/adapters/sqlite/migrations.ts'
import { Child, ROOT } from '../support/child.ts'
import { unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'

const HEADLESS = join(ROOT, 'out/main/headless.js')
const CANARY = 'cAnary9d41'

interface Diagnosed {
  readonly code: number | null
  readonly text: string
  readonly errors: string
  /** The bundle's files; none where there is no bundle. */
  readonly files: Readonly<Record<string, string>>
}

async function diagnose(dir: string, ...args: string[]): Promise<Diagnosed> {
  const file = join(dir, `bundle-${readdirSync(dir).length}.zip`)
  const env = { ...process.env, XDG_CONFIG_HOME: dir, XDG_STATE_HOME: dir, ANDON_TOKEN: CANARY, DB_PASSWORD: CANARY }
  const child = new Child(process.execPath, [HEADLESS, 'diagnose', '--out', file, ...args], env)
  const { code } = await child.ended()
  return { code, text: child.out, errors: child.errors, files: code === 0 ? unzipped(file) : {} }
}

function unzipped(file: string): Record<string, string> {
  const entries = Object.entries(unzipSync(readFileSync(file)))
  return Object.fromEntries(entries.map(([name, bytes]) => [name, strFromU8(bytes)]))
}

test('no secret is in the bundle, wherever one was: settings, environment, folder, log, URL, header', async () => {
  const dir = tempDir()
  const data = join(dir, 'data')
  const config = join(dir, 'andon.yaml')
  mkdirSync(join(data, 'tls'), { recursive: true })
  mkdirSync(join(data, 'crashes', 'completed'), { recursive: true })
  writeFileSync(
    config,
    [
      `# password: ${CANARY}`,
      `allowed_hosts: ['panel.example']`,
      `tls_key: /etc/${CANARY}.key`,
      `tls_certificate: /etc/panel.crt`,
      'machines:',
      `  press: { label: 'see http://anna:${CANARY}@press.example/?token=${CANARY}' }`,
    ].join('\n'),
  )
  writeFileSync(join(data, 'tls', 'panel.key'), `-----BEGIN PRIVATE KEY-----\n${CANARY}\n`)
  writeFileSync(join(data, 'accounts.db'), CANARY)
  writeFileSync(join(data, 'crashes', 'completed', 'one.dmp'), CANARY)
  writeFileSync(join(data, 'holder.json'), JSON.stringify({ pid: 1, since: '2026-01-01', secret: CANARY }))
  writeFileSync(
    join(data, 'window.json'),
    JSON.stringify({ x: 1, y: 2, width: 800, height: 480, maximized: false, token: CANARY }),
  )
  const headers = { authorization: `Bearer ${CANARY}`, cookie: `andon=${CANARY}` }
  writeFileSync(
    join(data, 'andon.log'),
    [
      JSON.stringify({ level: 30, msg: 'a request', headers, url: `http://a:${CANARY}@b/?api_key=${CANARY}` }),
      JSON.stringify({ level: 50, err: { stack: `Error: Authorization: Bearer ${CANARY}\n at x` } }),
      `Authorization: Basic ${CANARY}`,
      JSON.stringify({ level: 30, msg: 'listening' }),
      '',
    ].join('\n'),
  )

  const { code, text, files } = await diagnose(dir, '--data-dir', data, '--config', config)
  expect([code, text]).toEqual([0, expect.stringMatching(/^The diagnostics are in \S+\.zip\. Read them before .*\n$/)])
  for (const [name, content] of Object.entries(files)) expect([name, content.includes(CANARY)]).toEqual([name, false])
  // What is of use is there all the same.
  expect(files['config.yaml']).toContain('panel.example')
  expect(files['log.ndjson']).toContain('"msg":"listening"')
  expect(files['files.json']).toContain('accounts.db')
  expect(files['files.json']).toContain('one.dmp')
  expect(JSON.parse(files['window.json'] ?? '')).toEqual([
    { place: { x: 1, y: 2, width: 800, height: 480, maximized: false }, page: '/' },
  ])
  expect(JSON.parse(files['about.json'] ?? '')).toMatchObject({ andon: expect.any(String) as string })
  expect(JSON.parse(files['disks.json'] ?? '')).toContainEqual({
    folder: data,
    free: expect.any(Number) as number,
    total: expect.any(Number) as number,
  })
})

test('beside a running panel: what it says of itself, its log, its journal, and nothing of it is changed', async () => {
  const dir = tempDir()
  const [data, socket] = [join(dir, 'data'), join(dir, 'events.sock')]
  const own = ['--data-dir', data, '--events-socket', socket]
  const panel = new Child(process.execPath, [HEADLESS, ...own, '--port', '0'])
  const [, port = ''] = await panel.printed(/Andon is at http:.*:(\d+)\//)
  await unixSender(socket).send('{"machine_name":"press","type":"hello"}')
  await waitFor(async () => {
    const { offset } = (await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()) as { offset: number }
    return offset > 0
  })

  const { files } = await diagnose(dir, ...own, '--port', port)
  expect(files['panel.txt']).toMatch(/GET \/healthz\n200\n\{"status":"ok"/)
  expect(files['panel.txt']).toMatch(/GET \/readyz\n200\n/)
  expect(files['panel.txt']).toContain('andon_build_info')
  expect(JSON.parse(files['files.json'] ?? '')).toMatchObject({ holder: { pid: panel.process.pid, runs: true } })
  expect(files['log.ndjson']).toContain('"msg":"listening"')
  expect(JSON.parse(files['journal.json'] ?? '')).toMatchObject({
    schema: [{ user_version: SCHEMA_VERSION }],
    integrity: [{ quick_check: 'ok' }],
    epochs: [{ first: 1 }],
  })
  expect(panel.exit).toBeNull()
  openForReading(data).close()
})

test('where there is nothing yet, it says that, and makes no folder', async () => {
  const dir = tempDir()
  const { code, files } = await diagnose(dir, '--data-dir', join(dir, 'none'), '--port', '0')
  expect(code).toBe(0)
  expect(JSON.parse(files['journal.json'] ?? '')).toEqual({ found: false })
  expect(files['panel.txt']).toContain('not asked')
  expect(readdirSync(dir)).not.toContain('none')
})

test('a configuration that is refused is told, not a reason to refuse', async () => {
  const dir = tempDir()
  const config = join(dir, 'andon.yaml')
  writeFileSync(config, `port: yes\npassword: ${CANARY}\n`)
  const { code, text, files } = await diagnose(dir, '--config', config, '--data-dir', join(dir, 'data'))
  expect(code).toBe(0)
  expect(text).toContain(`${config}, line 1`)
  expect(files['settings.json']).toContain('line 1')
  expect(JSON.stringify(files)).not.toContain(CANARY)
})

test('a damaged journal is said to be one', async () => {
  const dir = tempDir()
  mkdirSync(join(dir, 'data'))
  writeFileSync(join(dir, 'data', 'journal.db'), 'no database at all '.repeat(500))
  const { code, files } = await diagnose(dir, '--data-dir', join(dir, 'data'), '--port', '0')
  expect(code).toBe(0)
  expect(files['journal.json']).toMatch(/not a database/)
})

test('it never writes over a file, and tells mistakes on the command line', async () => {
  const dir = tempDir()
  const there = join(dir, 'there.zip')
  writeFileSync(there, 'mine')
  const run = async (...args: string[]): Promise<string> => {
    const child = new Child(process.execPath, [HEADLESS, 'diagnose', '--data-dir', join(dir, 'data'), ...args])
    return `${(await child.ended()).code} ${child.errors}`
  }
  expect(await run('--out', there)).toMatch(/^1 andon: .*it is there already.*--out FILE/)
  expect(readFileSync(there, 'utf8')).toBe('mine')
  // A dialog of the window has asked.
  chmodSync(there, 0o666)
  expect(await writeDiagnostics(there, ['--data-dir', dir], { replace: true })).toEqual({
    kind: 'written',
    file: there,
    refused: null,
  })
  expect(statSync(there).mode & 0o077).toBe(0)
  expect(await run('--output', there)).toMatch(/^2 andon: Unknown option/)
  expect(await run('--out')).toMatch(/^2 andon: Write: diagnose/)
  const good = join(dir, 'good.zip')
  expect(await run('--port', '0', `--out=${good}`)).toBe('0 ')
  expect(statSync(good).mode & 0o077).toBe(0)
})
