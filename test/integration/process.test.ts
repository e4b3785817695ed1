import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { OPTIONS } from '../../src/main/options.ts'
import { Browser, PASSWORD } from '../support/identity.ts'
import { Child, isRunning, ROOT } from '../support/child.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { RawViewer, Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

const HEADLESS = join(ROOT, 'out/main/headless.js')
const LAUNCH = join(ROOT, 'scripts/launch.mjs')

beforeAll(() => {
  if (!existsSync(HEADLESS)) throw new Error('There is no build: run "npm run build" first, or "npm test".')
})

interface Place {
  readonly dir: string
  readonly socket: string
  readonly args: readonly string[]
}

/** Everything of the process in a folder of the test's own. */
function place(dir = tempDir()): Place {
  const socket = join(dir, 'events.sock')
  const args = ['--headless', '--port', '0', '--events-socket', socket, '--data-dir', join(dir, 'data')]
  return { dir, socket, args }
}

const env = (): NodeJS.ProcessEnv => ({ ...process.env, XDG_CONFIG_HOME: tempDir(), XDG_STATE_HOME: tempDir() })

const run = (...args: readonly string[]): Child => new Child(process.execPath, [HEADLESS, ...args], env())

const launch = (...args: readonly string[]): Child => new Child(process.execPath, [LAUNCH, ...args], env())

/** A panel that serves, and where. */
async function running(at: Place, command = run(...at.args)): Promise<{ child: Child; url: string }> {
  const [, url = ''] = await command.printed(/Andon is at (\S+)\n/)
  return { child: command, url }
}

const answers = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(new URL('healthz', url))).ok
  } catch {
    return false
  }
}

describe('the headless panel', () => {
  test('says where it listens and where it is, and serves there', async () => {
    const at = place()
    const { child, url } = await running(at)
    expect(child.out).toContain(`Andon listens for events on ${at.socket}`)
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    expect(await answers(url)).toBe(true)
    expect(existsSync(at.socket)).toBe(true)
  })

  test('--help lists every option and starts nothing', async () => {
    const child = run('--help')
    expect(await child.ended()).toEqual({ code: 0, signal: null })
    for (const { flag } of OPTIONS) expect(child.out).toContain(`--${flag}`)
    expect(child.errors).toBe('')
  })

  test('--version prints the version and nothing else', async () => {
    const child = run('--version')
    expect(await child.ended()).toEqual({ code: 0, signal: null })
    expect(child.out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test('an option that does not exist ends it with 2 and a sentence', async () => {
    const child = run('--no-such-option')
    expect(await child.ended()).toEqual({ code: 2, signal: null })
    expect(child.errors).toMatch(/^andon: Unknown option '--no-such-option'.*"--help" lists every option\.\n$/)
  })

  test('a port in use ends it with 1 and a sentence, and leaves no socket file', async () => {
    const busy = createServer().listen(0, '127.0.0.1')
    await once(busy, 'listening')
    onTestFinished(() => void busy.close())
    const { port } = busy.address() as { port: number }
    const at = place()
    const child = run(...at.args, '--port', String(port))
    expect(await child.ended()).toEqual({ code: 1, signal: null })
    expect(child.errors).toBe(
      `andon: Port ${port} on 127.0.0.1 is in use. Stop the other program, or choose another with --port.\n`,
    )
    expect(existsSync(at.socket)).toBe(false)
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends it with 0 and leaves neither socket file nor open port',
    async (signal) => {
      const at = place()
      const { child, url } = await running(at)
      const viewer = new Viewer(url)
      await viewer.live()
      child.process.kill(signal)
      expect(await child.ended()).toEqual({ code: 0, signal: null })
      expect(existsSync(at.socket)).toBe(false)
      expect(await answers(url)).toBe(false)
      await waitFor(() => viewer.client.status.kind === 'reconnecting')
    },
  )

  test('it starts again by itself with changed settings; with those that fail, as before', async () => {
    const at = place()
    const config = join(at.dir, 'andon.yaml')
    const taken = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void taken.close())
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    writeFileSync(config, 'port: 0\n')
    const args = ['--headless', '--config', config, '--events-socket', at.socket, '--data-dir', join(at.dir, 'data')]
    const { child, url } = await running(at, run(...args))
    const [, code = ''] = await child.printed(/within 30 minutes: (\S+)\n/)
    const admin = new Browser(url)
    await admin.ask('/api/v1/first-administrator', { body: { code, name: 'root', password: PASSWORD } })
    const viewer = await new RawViewer(url, { headers: admin.headers }).open()
    viewer.hello()
    await viewer.message('snapshot')

    const restart = async (as: Browser, settings: object): Promise<string> => {
      const { version } = (await as.ask('/api/v1/settings')).body
      expect((await as.ask('/api/v1/settings', { method: 'PATCH', body: { version, settings } })).status).toBe(200)
      const printed = child.out.length
      expect((await as.ask('/api/v1/restart', { method: 'POST' })).status).toBe(202)
      const [, next = ''] = await waitFor(() => /Andon is at (\S+)\n/.exec(child.out.slice(printed)), {
        timeout: 20_000,
        what: 'the next start',
      })
      return next
    }
    const second = await restart(admin, { host: '::1' })
    expect(second).toMatch(/^http:\/\/\[::1\]:/)
    expect(await answers(url)).toBe(false)
    expect(await viewer.close()).toMatchObject({ code: 1001 })
    const again = new Browser(second)
    await again.signIn('root')
    const third = await restart(again, { host: null, port })
    expect(third).toMatch(/^http:\/\/\[::1\]:/)
    expect(child.errors).toContain(`Port ${port} on 127.0.0.1 is in use.`)
    child.process.kill('SIGTERM')
    expect(await child.ended()).toEqual({ code: 0, signal: null })
    expect(existsSync(at.socket)).toBe(false)
  })

  test('a second Ctrl-C does not cut the orderly end short', async () => {
    const at = place()
    const { child } = await running(at)
    for (let i = 0; i < 5; i += 1) child.process.kill('SIGINT')
    expect(await child.ended()).toEqual({ code: 0, signal: null })
    expect(existsSync(at.socket)).toBe(false)
  })

  test('a viewer that does not answer the close does not keep it', async () => {
    const at = place()
    const { child, url } = await running(at)
    const viewer = new Viewer(url)
    await viewer.live()
    const silent = new Child('python3', [
      '-c',
      `
import socket, sys, signal
from urllib.parse import urlparse
u = urlparse(sys.argv[1])
s = socket.create_connection((u.hostname, u.port))
s.sendall(("GET /ws HTTP/1.1\\r\\nHost: %s\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\nSec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n" % u.netloc).encode())
print(s.recv(12).decode(), flush=True)
signal.pause()
`,
      url,
    ])
    await silent.printed(/HTTP\/1.1 101/)
    child.process.kill('SIGTERM')
    expect(await child.ended()).toEqual({ code: 0, signal: null })
    expect(existsSync(at.socket)).toBe(false)
  })

  test('a line break in a datagram forges no log line: it stays inside its JSON string', async () => {
    const at = place()
    const { child } = await running(at)
    await unixSender(at.socket).send('x\n{"level":50,"msg":"forged"}\r\n\u2028\u001b[31m')
    await waitFor(() => child.errors.includes('datagram refused'))
    child.process.kill('SIGTERM')
    await child.ended()
    const lines = child.errors.trimEnd().split('\n')
    for (const line of lines) expect(JSON.parse(line)).not.toMatchObject({ msg: 'forged' })
    expect(child.errors).toContain('forged')
    expect(child.errors).not.toContain('\u001b')
  })

  test('an uncaught exception ends it in order, with an error: nothing is lost, and no socket file left', async () => {
    const at = place()
    const bomb = `data:text/javascript,process.on('SIGUSR2', () => { throw new Error('bomb') })`
    const { child, url } = await running(
      at,
      new Child(process.execPath, ['--import', bomb, HEADLESS, ...at.args], env()),
    )
    const viewer = new Viewer(url)
    await viewer.live()
    await unixSender(at.socket).send(datagram('m', 'state_change', { to_state: 'the last' }))
    await waitFor(() => viewer.client.replica.state.machines.get('m')?.state === 'the last')
    child.process.kill('SIGUSR2')
    expect((await child.ended()).code).toBe(1)
    expect(child.errors).toContain('bomb')
    expect(existsSync(at.socket)).toBe(false)
    const again = new Viewer((await running(at)).url)
    await again.live()
    expect(again.client.replica.state.machines.get('m')?.state).toBe('the last')
  })

  test('a killed panel leaves its socket file, and the next one takes its place', async () => {
    const at = place()
    const { child } = await running(at)
    child.process.kill('SIGKILL')
    await child.ended()
    expect(existsSync(at.socket)).toBe(true)
    const next = await running(at)
    expect(await answers(next.url)).toBe(true)
  })

  test('a second panel on the same socket fails with a sentence that names it, and the first goes on', async () => {
    const at = place()
    const first = await running(at)
    const second = run(...at.args, '--data-dir', join(at.dir, 'other'))
    expect(await second.ended()).toEqual({ code: 1, signal: null })
    expect(second.errors).toContain(`andon: Another program listens on ${at.socket} already.`)
    expect(existsSync(at.socket)).toBe(true)
    expect(await answers(first.url)).toBe(true)
  })
})

describe('the launcher', () => {
  test('npm start -- --help lists every option', async () => {
    const child = launch('start', '--help')
    expect(await child.ended()).toEqual({ code: 0, signal: null })
    for (const { flag } of OPTIONS) expect(child.out).toContain(`--${flag}`)
  }, 120_000)

  test('the demo runs end to end, and SIGTERM leaves no child, socket file or open port', async () => {
    const at = place()
    const child = launch('demo', ...at.args, '--control-prefix', join(at.dir, 'c-'))
    const [, url = ''] = await child.printed(/Andon is at (\S+)\n/)
    const viewer = new Viewer(url)
    await viewer.live()
    await waitFor(() => viewer.client.replica.state.machines.size > 3, { what: 'the demo plant' })
    const children = await childrenOf(child.process.pid ?? 0)
    expect(children).toHaveLength(2)
    child.process.kill('SIGTERM')
    expect((await child.ended()).code).toBe(0)
    for (const pid of children) expect(isRunning(pid)).toBe(false)
    expect(existsSync(at.socket)).toBe(false)
    expect(await answers(url)).toBe(false)
  }, 120_000)

  test('a launcher that is killed takes its children along', async () => {
    const at = place()
    const child = launch('start', ...at.args)
    const [, url = ''] = await child.printed(/Andon is at (\S+)\n/)
    const children = await childrenOf(child.process.pid ?? 0)
    expect(children).toHaveLength(1)
    child.process.kill('SIGKILL')
    await waitFor(() => !children.some((pid) => isRunning(pid)), { timeout: 20_000, what: 'the end of the children' })
    expect(existsSync(at.socket)).toBe(false)
    expect(await answers(url)).toBe(false)
  }, 120_000)

  test('a panel that cannot start is told with its own exit code', async () => {
    const at = place()
    const first = await running(at)
    const second = launch('start', ...at.args, '--data-dir', join(at.dir, 'other'))
    expect((await second.ended()).code).toBe(1)
    expect(second.errors).toContain(at.socket)
    expect(await answers(first.url)).toBe(true)
  }, 120_000)

  test('a demo plant that cannot start ends the panel too, with a sentence and its exit code', async () => {
    const at = place()
    const demo = launch('demo', ...at.args, '--misbehave', 'dance')
    expect((await demo.ended()).code).toBe(2)
    expect(demo.errors).toContain('not "dance"')
    expect(existsSync(at.socket)).toBe(false)
  }, 120_000)
})

/** Ids of a process's own children. */
async function childrenOf(pid: number): Promise<number[]> {
  const list = new Child('python3', [
    '-c',
    `
import os, sys
for pid in os.listdir("/proc"):
    if pid.isdigit():
        try:
            if open("/proc/%s/stat" % pid).read().rsplit(")", 1)[1].split()[1] == sys.argv[1]: print(pid)
        except OSError: pass
`,
    String(pid),
  ])
  await list.ended()
  return list.out.split('\n').filter(Boolean).map(Number)
}
