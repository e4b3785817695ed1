import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { findChromium } from '../../scripts/chromium.mjs'
import type { Transport } from '../../src/client/transport.ts'
import { CONTENT_SECURITY_POLICY } from '../../src/main/content-security-policy.ts'
import { waitFor } from '../support/wait-for.ts'

/*
 * The window's way to the panel in a real Chromium: the real preload, the real ends of the port on both sides and a
 * real channel between them; only Electron's own two functions are stood in for. And the policy of the page's answers.
 */

const HERE = resolve(import.meta.dirname, '../e2e-electron')

interface Seen {
  opened: number
  frames: number
  characters: number
  texts: string[]
  closed: [number, string][]
  core: string[]
  drained: number
  compiles: boolean
}

declare global {
  interface Window {
    seen(): Seen
    transport(): Transport
    link: Transport
  }
}

let browser: Browser
let server: Server
let page: Page
let url: string

beforeAll(async () => {
  const script = await bundle()
  server = createServer((request, response) => {
    response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY)
    const isScript = request.url === '/page.js'
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>')
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => socket.send('hello'))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const executablePath = findChromium()
  browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox'],
  })
})

afterAll(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
})

beforeEach(async () => {
  page = await browser.newPage()
  await page.goto(url)
  return () => page.close()
})

async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    resolve: { alias: { electron: join(HERE, 'electron-stand-in.ts') } },
    build: { write: false, minify: false, rollupOptions: { input: join(HERE, 'port-page.ts') } },
  })
  const [output] = Array.isArray(built) ? built : [built]
  if (!output || !('output' in output)) throw new Error('Vite watched instead of building')
  return output.output[0].code
}

function seen(): Promise<Seen> {
  return page.evaluate(() => window.seen())
}

/** Opens a session and waits until its port has come. */
async function open(): Promise<void> {
  await page.evaluate(() => {
    window.link = window.transport()
  })
  await waitFor(async () => (await seen()).opened === 1, { what: 'the port' })
}

test('a port comes through the window, and text goes both ways', async () => {
  await open()
  await page.evaluate(() => {
    window.link.send('one')
    window.link.send('two')
  })
  await waitFor(async () => (await seen()).texts.length === 2)
  expect((await seen()).texts).toEqual(['echo one', 'echo two'])
})

test('the page is sent no more than it takes, and gets everything', async () => {
  await open()
  await page.evaluate(() => window.link.send('burst'))
  await waitFor(async () => (await seen()).frames === 200)
  expect(await seen()).toMatchObject({ characters: 20_000_000, drained: 200 })
})

test('the panel closes: the page reads why', async () => {
  await open()
  await page.evaluate(() => window.link.send('bye'))
  await waitFor(async () => (await seen()).closed.length === 1)
  expect((await seen()).closed).toEqual([[1001, 'the panel is shutting down']])
})

test('the page closes: the panel forgets the session', async () => {
  await open()
  await page.evaluate(() => window.link.close(1000, 'closed'))
  await waitFor(async () => (await seen()).core.includes('closed'))
  expect((await seen()).closed).toEqual([[1000, 'closed']])
})

test('the policy: nothing becomes code, nothing goes elsewhere, the own socket is allowed', async () => {
  const broken = await page.evaluate(async (elsewhere) => {
    const violations: string[] = []
    const all = new Promise<void>((done) => {
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
        if (violations.push(effectiveDirective) === 5) done()
      })
    })
    const script = document.createElement('script')
    script.textContent = 'window.inline = true'
    document.head.append(script)
    const style = document.createElement('style')
    style.textContent = 'body { color: red }'
    document.head.append(style)
    const image = document.createElement('img')
    image.src = `${elsewhere}x.png`
    document.body.append(image)
    const frame = document.createElement('iframe')
    frame.src = '/'
    document.body.append(frame)
    await fetch(elsewhere).catch(() => undefined)
    await all
    return { violations: violations.toSorted(), inline: 'inline' in window }
  }, 'http://127.0.0.2:9/')
  expect(broken).toEqual({
    violations: ['connect-src', 'frame-src', 'img-src', 'script-src-elem', 'style-src-elem'],
    inline: false,
  })
  // Tried by the page as it loaded: what a test evaluates is not bound by the policy.
  expect((await seen()).compiles).toBe(false)
  const socket = await page.evaluate(
    (address) =>
      new Promise((done) => {
        const opened = new WebSocket(address)
        opened.onmessage = ({ data }) => done(data)
        opened.onerror = () => done('refused')
      }),
    url.replace('http', 'ws'),
  )
  expect(socket).toBe('hello')
})
