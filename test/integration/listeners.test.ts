import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ListenError } from '../../src/main/adapters/listener.ts'
import { loadUnixBinding, type UnixBinding } from '../../src/main/adapters/unix-binding.ts'
import { listenUnix, type UnixListenerOptions } from '../../src/main/adapters/unix-listener.ts'
import { listenUdp } from '../../src/main/adapters/udp-listener.ts'
import { Child } from '../support/child.ts'
import { startPanel, testConfig } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

const binding = (): UnixBinding => {
  const loaded = loadUnixBinding()
  if (!loaded.ok) throw new Error(loaded.reason)
  return loaded.binding
}

class Sink {
  readonly texts: string[] = []
  readonly errors: string[] = []
  receive(bytes: Buffer): void {
    this.texts.push(bytes.toString())
  }
  socketError(error: Error): void {
    this.errors.push(error.message)
  }
}

const listen = (path: string, options: Partial<UnixListenerOptions> = {}) => {
  const sink = new Sink()
  const listener = listenUnix(binding(), { path, mode: 0o660, group: null, ...options }, sink)
  onTestFinished(() => listener.close())
  return { listener, sink }
}

/** A file's mode, octal. */
const mode = (path: string): string => (lstatSync(path).mode & 0o777).toString(8)

/** A Python process that binds a socket of this kind and waits. */
const pythonBinds = async (path: string, kind: 'SOCK_DGRAM' | 'SOCK_STREAM'): Promise<Child> => {
  const child = new Child('python3', [
    '-c',
    `
import signal, socket, sys
s = socket.socket(socket.AF_UNIX, socket.${kind})
s.bind(sys.argv[1])
${kind === 'SOCK_STREAM' ? 's.listen()' : ''}
print("bound", flush=True)
signal.pause()
`,
    path,
  ])
  await child.printed(/bound/)
  return child
}

test('all that waits at the socket is read in one turn of the loop, in order', async () => {
  const path = join(tempDir(), 'events.sock')
  const { sink } = listen(path)
  const sender = unixSender(path)
  // An empty datagram is one, and ends nothing.
  const texts = ['a', '', 'b'.repeat(60_000), 'c', '']
  for (const text of texts) expect(sender.trySend(text)).toBe(true)
  await waitFor(() => sink.texts.length > 0)
  expect(sink.texts).toEqual(texts)
  expect(sink.errors).toEqual([])
})

test('a listener that is closed by what it hears reads nothing more', async () => {
  const path = join(tempDir(), 'events.sock')
  const { listener, sink } = listen(path)
  const receive = sink.receive.bind(sink)
  sink.receive = (bytes) => {
    receive(bytes)
    void listener.close()
  }
  const sender = unixSender(path)
  for (const text of ['a', 'b']) sender.trySend(text)
  await waitFor(() => sink.texts.length > 0)
  expect(sink).toMatchObject({ texts: ['a'], errors: [] })
})

test('the socket file of a killed process is removed, and the panel listens in its place', async () => {
  const path = join(tempDir(), 'events.sock')
  const dead = await pythonBinds(path, 'SOCK_DGRAM')
  dead.process.kill('SIGKILL')
  await dead.ended()
  expect(lstatSync(path).isSocket()).toBe(true)

  const panel = await startPanel(['--events-socket', path])
  await unixSender(path).send(datagram('m', 'tick'))
  await waitFor(() => panel.health().offset === 1)
})

test('a dead stream socket’s file is removed, too', async () => {
  const path = join(tempDir(), 'events.sock')
  const dead = await pythonBinds(path, 'SOCK_STREAM')
  dead.process.kill('SIGKILL')
  await dead.ended()
  expect(() => listen(path)).not.toThrow()
})

test('a live socket is an error that names the path, and goes on untouched', async () => {
  const path = join(tempDir(), 'events.sock')
  const first = await startPanel(['--events-socket', path])
  const { ino } = lstatSync(path)
  const second = startPanel(['--events-socket', path])
  await expect(second).rejects.toThrow(ListenError)
  await expect(second).rejects.toThrow(`Another program listens on ${path} already`)
  expect(lstatSync(path).ino).toBe(ino)
  await unixSender(path).send(datagram('m', 'tick'))
  await waitFor(() => first.health().offset === 1)
})

test('a live stream socket is somebody’s, too', async () => {
  const path = join(tempDir(), 'events.sock')
  const server = createServer().listen(path)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  expect(() => listen(path)).toThrow(`Another program listens on ${path} already`)
  expect(lstatSync(path).isSocket()).toBe(true)
})

test('what is not a socket is never removed', () => {
  const dir = tempDir()
  const file = join(dir, 'file')
  writeFileSync(file, 'precious')
  const folder = join(dir, 'folder')
  mkdirSync(folder)
  const link = join(dir, 'link')
  symlinkSync(file, link)
  for (const path of [file, folder, link]) expect(() => listen(path)).toThrow(`${path} exists and is not a socket`)
  expect(readFileSync(file, 'utf8')).toBe('precious')
  expect(lstatSync(folder).isDirectory()).toBe(true)
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
})

test('a socket may be written by its owner and group alone, or by whom the options say', () => {
  const dir = tempDir()
  listen(join(dir, 'a.sock'))
  expect(mode(join(dir, 'a.sock'))).toBe('660')
  listen(join(dir, 'b.sock'), { mode: 0o606 })
  expect(mode(join(dir, 'b.sock'))).toBe('606')
})

test('a socket is given to the group that the options name', () => {
  const path = join(tempDir(), 'a.sock')
  const own = process.getgid?.() ?? 0
  // Only root may give a file to a group that it is not in.
  const gid = process.getuid?.() === 0 ? own + 4_242 : own
  listen(path, { group: String(gid) })
  expect(lstatSync(path).gid).toBe(gid)
})

test('a group that does not exist leaves no socket behind', () => {
  const path = join(tempDir(), 'a.sock')
  expect(() => listen(path, { group: 'no-such-group' })).toThrow(ListenError)
  expect(existsSync(path)).toBe(false)
})

test('a path may have 107 bytes, and not one more', () => {
  const dir = tempDir()
  const path = (bytes: number): string => join(dir, 'x'.repeat(bytes - Buffer.byteLength(dir) - 1))
  expect(Buffer.byteLength(path(107))).toBe(107)
  expect(() => listen(path(107))).not.toThrow()
  expect(lstatSync(path(107)).isSocket()).toBe(true)
  expect(() => listen(path(108))).toThrow(/too long for a socket: at most 107 bytes/)
  const wide = join(dir, 'Ж'.repeat(54))
  expect(() => listen(wide)).toThrow(/too long/)
})

test('a folder that is not there is told with the path', () => {
  const path = join(tempDir(), 'missing', 'events.sock')
  expect(() => listen(path)).toThrow(`Cannot listen on ${path} (ENOENT)`)
})

test('closing removes the socket file, and closing again does nothing', async () => {
  const path = join(tempDir(), 'events.sock')
  const { listener } = listen(path)
  await listener.close()
  expect(existsSync(path)).toBe(false)
  listen(path)
  await listener.close()
  expect(existsSync(path)).toBe(true)
})

test('a path that another process has taken over is left to it', async () => {
  const path = join(tempDir(), 'events.sock')
  const { listener } = listen(path)
  unlinkSync(path)
  await pythonBinds(path, 'SOCK_DGRAM')
  const { ino } = lstatSync(path)
  await listener.close()
  expect(lstatSync(path).ino).toBe(ino)
})

test('a socket that was moved away is not followed, and its old path not missed', async () => {
  const dir = tempDir()
  const { listener } = listen(join(dir, 'a.sock'))
  renameSync(join(dir, 'a.sock'), join(dir, 'b.sock'))
  await expect(listener.close()).resolves.toBeUndefined()
  expect(existsSync(join(dir, 'b.sock'))).toBe(true)
})

test('several sockets and UDP feed one log, each with its own figures', async () => {
  const dir = tempDir()
  const [a, b] = [join(dir, 'a.sock'), join(dir, 'b.sock')]
  const panel = await startPanel(['--events-socket', a, '--events-socket', b, '--udp', '127.0.0.1:0'])
  expect(panel.listening.slice(0, 2)).toEqual([a, b])
  const viewer = new Viewer(panel.url)
  await viewer.live()
  await unixSender(a).send(datagram('a', 'tick'))
  await unixSender(b).send(datagram('b', 'tick'))
  await unixSender(b).send('nonsense')
  await sendUdp(panel.listening[2] ?? '', [datagram('c', 'tick'), 'nonsense', ''])
  await viewer.at(3)
  await waitFor(() => panel.health().listeners.at(-1)?.received === 3)
  expect(panel.health().listeners).toMatchObject([
    { kind: 'unix', address: a, received: 1, accepted: 1, refused: {} },
    { kind: 'unix', address: b, received: 2, accepted: 1, refused: { not_json: 1 } },
    { kind: 'udp', address: panel.listening[2], received: 3, accepted: 1, refused: { not_json: 1, empty: 1 } },
  ])
  expect(viewer.events.map(({ machine }) => machine).toSorted()).toEqual(['a', 'b', 'c'])
  expect(panel.health().refusedSamples.map(({ listener }) => listener)).toContain(panel.listening[2])
})

test('where one of several listeners cannot be had, those before it are closed again', async () => {
  const dir = tempDir()
  const path = join(dir, 'a.sock')
  await expect(startPanel(['--events-socket', path, '--events-socket', dir])).rejects.toThrow(/is not a socket/)
  expect(existsSync(path)).toBe(false)
  const busy = await udpSocket()
  const udp = ['--udp', `127.0.0.1:${busy.address().port}`]
  await expect(startPanel(['--events-socket', path, ...udp])).rejects.toThrow(
    new RegExp(`Cannot listen on UDP 127.0.0.1:${busy.address().port} .*EADDRINUSE.*--udp`),
  )
  expect(existsSync(path)).toBe(false)
})

test('UDP takes the largest datagram that UDP has, and ends when it is closed', async () => {
  const sink = new Sink()
  const listener = await listenUdp({ host: '127.0.0.1', port: 0 }, sink)
  onTestFinished(() => listener.close())
  await sendUdp(listener.address, ['x'.repeat(65_507)])
  await waitFor(() => sink.texts.length === 1)
  expect(sink.texts[0]).toHaveLength(65_507)
  await listener.close()
  await listener.close()
  const again = await listenUdp({ host: '127.0.0.1', port: Number(listener.address.split(':')[1]) }, sink)
  await again.close()
})

// It cannot be provoked for real: a socket that is connected to nobody, as the listener's, has no error to receive.
test('a null buffer from the binding becomes a socket error with the system’s name for it', () => {
  const real = binding()
  let report: ((status: number, bytes: Buffer | null) => void) | undefined
  const failing: UnixBinding = {
    ...real,
    socket(domain, type, protocol, received, writable) {
      report = (status, bytes) => received(status, bytes, null)
      return real.socket(domain, type, protocol, received, writable)
    },
  }
  const sink = new Sink()
  const listener = listenUnix(failing, { path: join(tempDir(), 'a.sock'), mode: 0o660, group: null }, sink)
  onTestFinished(() => listener.close())
  report?.(-104, null)
  report?.(2, Buffer.from('{}'))
  expect(sink).toMatchObject({ errors: ['receive failed (ECONNRESET)'], texts: ['{}'] })
})

test('without the addon the panel starts, says so with the command that helps, and listens on UDP', async () => {
  const addon = { ok: false, reason: 'The unix-dgram addon cannot be loaded (gone).' } as const
  const path = join(tempDir(), 'events.sock')
  const panel = await startPanel(['--events-socket', path, '--udp', '127.0.0.1:0'], { addon })
  const viewer = new Viewer(panel.url)
  await viewer.live()
  await waitFor(() => viewer.health)
  expect(viewer.health).toMatchObject({
    problems: [
      {
        code: 'unix_datagrams_unavailable',
        message: addon.reason,
        remedy: expect.stringContaining('npm rebuild unix-dgram') as string,
      },
    ],
    listeners: [
      { kind: 'unix', address: path, state: 'failed', problem: addon.reason },
      { kind: 'udp', state: 'listening' },
    ],
  })
  expect(panel.log.records).toContainEqual(
    expect.objectContaining({
      level: 'error',
      fields: { reason: addon.reason, remedy: expect.stringContaining('npm rebuild') as string },
    }),
  )
  await sendUdp(panel.listening[0] ?? '', [datagram('m', 'tick')])
  await viewer.at(1)
  expect(existsSync(path)).toBe(false)
})

test('without the addon and without a UDP address of its own it falls back to the usual one', async () => {
  const busy = createSocket('udp4')
  const free = await new Promise<boolean>((resolve) => {
    busy.once('error', () => resolve(false))
    busy.bind(3003, '127.0.0.1', () => resolve(true))
  })
  const addon = { ok: false, reason: 'gone' } as const
  // Whoever has the port, the panel must try exactly this one.
  await expect(startPanel([], { addon })).rejects.toThrow(/UDP 127.0.0.1:3003/)
  if (free) busy.close()
  expect(testConfig([]).udp).toBeNull()
})

async function udpSocket() {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  return socket
}

async function sendUdp(address: string, texts: readonly string[]): Promise<void> {
  const socket = await udpSocket()
  const [host, port] = address.split(':')
  for (const text of texts) {
    await new Promise<void>((resolve, reject) => {
      socket.send(text, Number(port), host, (error) => (error ? reject(error) : resolve()))
    })
  }
}
