import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Config, readCommandLine } from '../../../src/main/config.ts'
import { parseConfigFile, readConfigFile } from '../../../src/main/config-file.ts'
import { UsageError } from '../../../src/main/usage-error.ts'
import { tempDir } from '../../support/temp-dir.ts'

// Whoever runs the tests may have a configuration of their own.
beforeEach(() => {
  vi.stubEnv('XDG_CONFIG_HOME', tempDir())
})
afterEach(() => {
  vi.unstubAllEnvs()
})

const read = (args: readonly string[], platform?: NodeJS.Platform): Config => {
  const line = readCommandLine(args, platform)
  if (line.kind !== 'run') throw new Error(`is ${line.kind}`)
  return line.config
}
const file = (text: string): string => {
  const path = join(tempDir(), 'andon.yaml')
  writeFileSync(path, text)
  return path
}
const usageError = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  throw new Error('was taken')
}

test('without any option everything has its default', () => {
  expect(read([], 'linux')).toMatchObject({
    headless: false,
    kiosk: false,
    host: '127.0.0.1',
    port: 3002,
    eventsSockets: [{ path: '/tmp/statemachine-events.sock', mode: 0o660, group: null, machines: null }],
    machineEventsPerSecond: 5_000,
    udp: null,
    staleAfterMs: 60_000,
    connections: 100,
    logLevel: 'info',
  })
})

test('on Windows there is no Unix socket by default', () => {
  expect(read([], 'win32').eventsSockets).toEqual([])
})

test('every option is read from the command line', () => {
  const line =
    '--headless --kiosk --host ::1 --port 0 --events-socket /run/a.sock --events-socket b.sock ' +
    '--socket-mode 0600 --socket-group operators --udp 127.0.0.1:0 --udp [::1]:3003 ' +
    '--stale-after 0.5 --machine-events-per-second 50 --connections 7 --data-dir data --log-level=debug'
  expect(read(line.split(' '))).toMatchObject({
    headless: true,
    kiosk: true,
    host: '::1',
    port: 0,
    eventsSockets: ['/run/a.sock', resolve('b.sock')].map((path) => ({
      path,
      mode: 0o600,
      group: 'operators',
      machines: null,
    })),
    udp: [
      { host: '127.0.0.1', port: 0, machines: null },
      { host: '::1', port: 3003, machines: null },
    ],
    machineEventsPerSecond: 50,
    staleAfterMs: 500,
    connections: 7,
    dataDir: resolve('data'),
    logLevel: 'debug',
  })
})

test('--help and --version need nothing else to be right', () => {
  expect(readCommandLine(['--help', '--port', 'x']).kind).toBe('help')
  expect(readCommandLine(['--version']).kind).toBe('version')
})

const FILE = `
kiosk: true
host: localhost
port: 4000
events_sockets: [/run/file.sock]
socket_mode: "0600"
udp: ["127.0.0.1:4003"]
machine_events_per_second: 700
stale_after: 5
connections: 3
data_dir: /var/lib/andon
log_level: warn
machines:
  oven: { stale_after: 600 }
  press_001: {}
`

test('the configuration file is read', () => {
  expect(read(['--config', file(FILE)])).toMatchObject({
    kiosk: true,
    host: 'localhost',
    port: 4000,
    eventsSockets: [{ path: '/run/file.sock', mode: 0o600, group: null, machines: null }],
    udp: [{ host: '127.0.0.1', port: 4003, machines: null }],
    machineEventsPerSecond: 700,
    staleAfterMs: 5_000,
    configured: { machines: { oven: { stale_after: 600 } } },
    connections: 3,
    dataDir: '/var/lib/andon',
    logLevel: 'warn',
  })
})

test('a listener may have its own mode, group and machines', () => {
  const text = `
events_sockets:
  - { path: /run/east.sock, mode: "0620", group: east, machines: [east_*, lamp] }
  - { path: /run/west.sock, machines: [west_*] }
  - /run/all.sock
socket_group: plant
udp: [{ address: '127.0.0.1:4003', machines: [plc] }]
`
  expect(read(['--config', file(text)])).toMatchObject({
    eventsSockets: [
      { path: '/run/east.sock', mode: 0o620, group: 'east', machines: ['east_*', 'lamp'] },
      { path: '/run/west.sock', mode: 0o660, group: 'plant', machines: ['west_*'] },
      { path: '/run/all.sock', mode: 0o660, group: 'plant', machines: null },
    ],
    udp: [{ host: '127.0.0.1', port: 4003, machines: ['plc'] }],
  })
  expect(usageError(() => read(['--config', file('events_sockets: [{ path: /a, mode: "9" }]')]))).toContain(
    'socket mode',
  )
})

test('the command line goes before the file', () => {
  const args = ['--port', '5000', '--events-socket', '/run/line.sock', '--stale-after', '9', '--log-level', 'error']
  expect(read(['--config', file(FILE), ...args])).toMatchObject({
    host: 'localhost',
    port: 5000,
    eventsSockets: [{ path: '/run/line.sock', mode: 0o600 }],
    staleAfterMs: 9_000,
    logLevel: 'error',
  })
})

test('the file in the usual place is read if it is there, and empty files say nothing', () => {
  const home = tempDir()
  vi.stubEnv('XDG_CONFIG_HOME', home)
  expect(read([]).port).toBe(3002)
  expect(read(['--config', file('')]).port).toBe(3002)
  expect(read(['--config', file('# nothing\n')]).port).toBe(3002)
})

test('a configuration file that was asked for must be there', () => {
  expect(usageError(() => read(['--config', '/no/such/andon.yaml']))).toMatch(
    /Cannot read \/no\/such\/andon.yaml: ENOENT/,
  )
  expect(usageError(() => readConfigFile(tempDir()))).toMatch(/Cannot read .*: EISDIR/)
})

test.each([
  [
    'host: 127.0.0.1\nprot: 3002\n',
    'a.yaml, line 2: "prot" is not known here, did you mean "port"? Known are kiosk, host, port, allowed_hosts',
  ],
  ['\n\nport: high\n', 'a.yaml, line 3: "port" must be a whole number from 0 to 65535, not "high".'],
  ['port: 65536\n', 'a.yaml, line 1: "port" must be a whole number from 0 to 65535, not 65536.'],
  ['stale_after: 0\n', 'a.yaml, line 1: "stale_after" must be a number above 0, not 0.'],
  ['log_level: loud\n', 'a.yaml, line 1: "log_level" must be one of debug, info, warn, error, silent'],
  [
    'machines:\n  oven:\n    stale: 5\n',
    'a.yaml, line 3: "machines.oven.stale" is not known here. Known are label, control, stale_after',
  ],
  [
    'machines:\n  oven:\n    stale_after: -1\n',
    'a.yaml, line 3: "machines.oven.stale_after" must be a number above 0, not -1.',
  ],
  ['machines:\n  a/b~c: {}\n  d/e: { x: 1 }\n', 'a.yaml, line 3: "machines.d/e.x" is not known here'],
  ['events_sockets: /tmp/a.sock\n', 'a.yaml, line 1: "events_sockets" must be a list, not "/tmp/a.sock".'],
  [
    'events_sockets: [{ path: /a, machine: [b] }]\n',
    '"events_sockets[0].machine" is not known here, did you mean "machines"?',
  ],
  ['events_sockets: [{ machines: [b] }]\n', '"events_sockets[0]" needs path'],
  ['events_sockets: [{ path: /a, machines: [] }]\n', '"events_sockets[0].machines" must have at least one entry'],
  ['- port\n', 'a.yaml, line 1: must be a set of keys with values, not a list.'],
  ['port: 1\nport: 2\n', 'a.yaml, line 2: "port" stands here twice, first in line 1.'],
  ['port: [1\n', 'a.yaml, line 2:'],
])('a mistake in the file is told with file, line and key: %j', (text, message) => {
  expect(usageError(() => parseConfigFile(text, 'a.yaml'))).toContain(message)
})

test('remote addresses are refused, and the sentence says what to do instead', () => {
  for (const host of ['0.0.0.0', '::', '192.168.0.5', 'panel.example', '127.0.0.1.evil.example', '']) {
    const message = usageError(() => read(['--host', host]))
    expect(message).toMatch(/this computer only/)
    expect(message).toContain('administrator')
  }
  expect(usageError(() => read(['--config', file('host: 0.0.0.0')]))).toMatch(/this computer only/)
  const line = readCommandLine(['--host', '0.0.0.0'], 'linux', () => true)
  expect(line).toMatchObject({ config: { host: '0.0.0.0' } })
  expect(read(['--host', '127.8.9.10']).host).toBe('127.8.9.10')
  expect(read(['--host', '[::1]']).host).toBe('::1')
})

test('UDP addresses are loopback addresses with a port', () => {
  for (const udp of [
    '0.0.0.0:3003',
    '3003',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '127.0.0.1:x',
    ':3003',
    '',
  ]) {
    expect(usageError(() => read(['--udp', udp]))).toMatch(/must be a loopback address and a port/)
  }
  expect(read(['--udp', 'localhost:1']).udp).toEqual([{ host: 'localhost', port: 1, machines: null }])
})

test.each([
  [['--port', '-1'], /argument/],
  [['--port', '65536'], /--port 65536: must be a whole number from 0 to 65535/],
  [['--port', '0x50'], /--port 0x50: must be a whole number/],
  [['--port', ''], /--port : must be a whole number/],
  [['--connections', '0'], /--connections 0: must be a whole number from 1 to 10000/],
  [['--stale-after', '0'], /--stale-after 0: must be a number of seconds above 0/],
  [['--stale-after', ''], /--stale-after : must be/],
  [['--stale-after', 'Infinity'], /must be a number of seconds/],
  [['--socket-mode', '999'], /"999" must be three octal digits/],
  [['--socket-mode', '4755'], /must be three octal digits/],
  [['--log-level', 'loud'], /must be one of debug, info, warn, error, silent/],
  [['--no-such-option'], /Unknown option '--no-such-option'.*"--help" lists every option/],
  [['--port'], /argument missing.*"--help" lists every option/],
  [['--headless=yes'], /does not take an argument/],
  [['stray'], /Unexpected argument 'stray'/],
])('%j is refused with a sentence', (args, message) => {
  expect(usageError(() => read(args))).toMatch(message)
})

test('names that browsers may use are names, addresses or origins', () => {
  const args = ['Panel.Example', '10.0.0.5', 'fe80::1', '[fe80::2]', 'https://plant.example', 'http://a:8080/']
  expect(read(args.flatMap((each) => ['--allowed-host', each])).allowedHosts).toEqual([
    'panel.example',
    '10.0.0.5',
    '[fe80::1]',
    '[fe80::2]',
    'https://plant.example',
    'http://a:8080',
  ])
  for (const wrong of ['a:80', '*', '', 'a b', 'a/b', 'https://a/b', 'ftp://a', 'https://u@a'])
    expect([wrong, usageError(() => read([`--allowed-host=${wrong}`]))]).toEqual([
      wrong,
      expect.stringMatching(/must be a name or address without a port/) as string,
    ])
})

test('a certificate comes with its key, and a redirect needs HTTPS', () => {
  expect(read([]).tls).toBeNull()
  expect(read(['--tls', '--http-redirect-port', '0'])).toMatchObject({
    tls: { kind: 'generated' },
    httpRedirectPort: 0,
  })
  expect(read(['--tls-certificate', 'a.crt', '--tls-key', '/b.key']).tls).toEqual({
    kind: 'own',
    certificate: resolve('a.crt'),
    key: '/b.key',
  })
  expect(read(['--config', file('tls: true')]).tls).toEqual({ kind: 'generated' })
  expect(usageError(() => read(['--tls-key', 'b.key']))).toMatch(/belong together/)
  expect(usageError(() => read(['--http-redirect-port', '80']))).toMatch(/needs HTTPS/)
})

test('limits on what browsers may do', () => {
  expect(read([])).toMatchObject({ connectionsPerAddress: 50, messagesPerSecond: 100, messageBytes: 65_536 })
  const args = ['--connections-per-address', '3', '--messages-per-second', '20', '--message-kib', '8']
  expect(read(args)).toMatchObject({ connectionsPerAddress: 3, messagesPerSecond: 20, messageBytes: 8_192 })
  expect(usageError(() => read(['--messages-per-second', '1']))).toMatch(/from 10 to 100000/)
  expect(usageError(() => read(['--message-kib', '2']))).toMatch(/from 4 to 1024/)
})
