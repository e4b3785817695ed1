import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { join, resolve } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { tempDir } from '../support/temp-dir.ts'

export const ROOT = resolve(import.meta.dirname, '../..')

export interface RunningPanel {
  readonly app: ElectronApplication
  readonly page: Page
  /** The Unix socket for events. */
  readonly socket: string
  /** Sends one datagram to the panel, over UDP. */
  readonly send: (text: string) => Promise<void>
}

/** What to start, and with what; `npm run test:electron` says where Electron is. */
export function command(dir: string, udpPort: number, options: readonly string[] = []) {
  const executablePath = process.env['ANDON_ELECTRON']
  if (executablePath === undefined) throw new Error('Start these tests with "npm run test:electron".')
  const chromiumSandbox = process.env['ANDON_ELECTRON_SANDBOX'] === 'yes'
  const socket = join(dir, 'events.sock')
  const args = [
    ROOT,
    '--port=0',
    `--events-socket=${socket}`,
    `--udp=127.0.0.1:${udpPort}`,
    `--data-dir=${join(dir, 'data')}`,
    '--log-level=silent',
    ...options,
  ]
  const env = Object.fromEntries(
    // Either would start something else than the panel with its own page.
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || name === 'ELECTRON_RUN_AS_NODE' || name === 'ELECTRON_RENDERER_URL' ? [] : [[name, value]],
    ),
  )
  // Linux: no tray to run on in, whatever desktop this is run on.
  env['DBUS_SESSION_BUS_ADDRESS'] = 'disabled:'
  return { executablePath, chromiumSandbox, args, env, socket }
}

/** A UDP port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createSocket('udp4')
    probe.once('error', failed)
    probe.bind(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => found(port))
    })
  })
}

/** The panel in a real Electron, with everything in a folder of the test's own; closed with the test. */
export async function launchPanel(dir = tempDir(), options: readonly string[] = []): Promise<RunningPanel> {
  const port = await freePort()
  const { socket, ...launch } = command(dir, port, options)
  const app = await _electron.launch(launch)
  onTestFinished(async () => {
    if (app.process().exitCode === null) await app.close()
  })
  const page = await app.firstWindow()
  const sender = createSocket('udp4')
  onTestFinished(() => {
    sender.close()
  })
  const send = (text: string): Promise<void> =>
    new Promise((sent, failed) => {
      sender.send(text, port, '127.0.0.1', (error) => (error ? failed(error) : sent()))
    })
  return { app, page, socket, send }
}

/** Starts the program again beside a running panel, with the same folder. Resolves once it has ended. */
export async function startAgain(
  dir: string,
  options: readonly string[] = [],
): Promise<{ readonly code: number | null; readonly said: string }> {
  const { executablePath, chromiumSandbox, args, env } = command(dir, await freePort(), options)
  const second = spawn(executablePath, [...(chromiumSandbox ? [] : ['--no-sandbox']), ...args], { env })
  let said = ''
  second.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const code = await new Promise<number | null>((ended) => second.once('exit', ended))
  return { code, said }
}
