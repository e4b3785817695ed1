import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'
import { command, freePort, launchPanel } from './launch.ts'

test('the window opens and shows a machine after its first datagram', async () => {
  const { app, page, send } = await launchPanel()
  expect(await page.title()).toMatch(/Andon/)
  expect(page.url()).toMatch(/^andon:\/\/panel\/index\.html/)
  await send(datagram('press_001', 'machine_registered', { config_type: 'press' }))
  await page.getByText('press_001').first().waitFor()
  const visible = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((one) => one.isVisible()))
  expect(visible).toEqual([true])
})

test.runIf(process.platform !== 'win32')('it takes Unix datagrams', async () => {
  // Fails where the addon was compiled for Node and not for this Electron.
  const { page, socket } = await launchPanel()
  await waitFor(() => existsSync(socket), { what: 'the socket' })
  await unixSender(socket).send(datagram('lathe', 'machine_registered'))
  await page.getByText('lathe').first().waitFor()
  expect(await page.getByText('lathe').first().isVisible()).toBe(true)
})

test('the page has the bridge and nothing of Node or Electron', async () => {
  const { page } = await launchPanel()
  const seen = await page.evaluate(() => ({
    bridge: Object.keys((window as unknown as { andon: object }).andon),
    globals: ['require', 'process', 'module', 'Buffer', 'global', '__dirname', 'electron', 'ipcRenderer'].filter(
      (name) => name in window,
    ),
    secure: window.isSecureContext,
    origin: window.origin,
  }))
  expect(seen).toEqual({ bridge: ['openSession'], globals: [], secure: true, origin: 'andon://panel' })
})

test('the policy holds for the scheme: no inline script, no other place', async () => {
  const { page } = await launchPanel()
  const seen = await page.evaluate(async () => {
    const violations: string[] = []
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
      violations.push(effectiveDirective),
    )
    const script = document.createElement('script')
    script.textContent = 'window.inline = true'
    document.head.append(script)
    const elsewhere = await fetch('http://127.0.0.1:9/').then(
      () => 'reached',
      () => 'refused',
    )
    const outside = await fetch('andon://panel/..%2fmain/index.js').then(({ status }) => status)
    await new Promise((done) => setTimeout(done, 100))
    return { violations: violations.toSorted(), inline: 'inline' in window, elsewhere, outside }
  })
  expect(seen).toEqual({
    violations: ['connect-src', 'script-src-elem'],
    inline: false,
    elsewhere: 'refused',
    outside: 404,
  })
})

test('the page goes nowhere, opens nothing and is granted nothing', async () => {
  const { app, page } = await launchPanel()
  const before = page.url()
  const opened = await page.evaluate(() => window.open('https://example.org/') === null)
  expect(opened).toBe(true)
  await page.evaluate(() => {
    window.location.href = 'https://example.org/'
  })
  await page.evaluate(() => {
    const link = document.createElement('a')
    link.href = 'file:///etc/passwd'
    link.target = '_blank'
    document.body.append(link)
    link.click()
  })
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(page.url()).toBe(before)
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  expect(await page.evaluate(() => Notification.requestPermission())).toBe('denied')
  const geolocation = await page.evaluate(
    () =>
      new Promise((resolve) => {
        navigator.geolocation.getCurrentPosition(
          () => resolve('granted'),
          ({ code }) => resolve(code),
        )
      }),
  )
  expect(geolocation).toBe(1)
})

test('a page that is loaded again has its session back', async () => {
  const { page, send } = await launchPanel()
  await send(datagram('press_001', 'machine_registered'))
  await page.getByText('press_001').first().waitFor()
  await page.reload()
  await page.getByText('press_001').first().waitFor()
  expect(page.url()).toMatch(/^andon:\/\/panel\//)
})

test('a second start brings the first to the front and exits with 0', async () => {
  const dir = tempDir()
  const { page } = await launchPanel(dir)
  const { executablePath, chromiumSandbox, args, env } = command(dir, await freePort())
  const second = spawn(executablePath, [...(chromiumSandbox ? [] : ['--no-sandbox']), ...args], { env })
  let said = ''
  second.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const code = await new Promise((resolve) => second.once('exit', resolve))
  expect(code).toBe(0)
  expect(said).toContain('running already')
  expect(await page.title()).toMatch(/Andon/)
})

test.each(['window', 'signal'] as const)('an orderly end by %s leaves no socket behind', async (by) => {
  const { app, page, socket } = await launchPanel()
  await page.locator('#app > *').first().waitFor()
  const ended = app.process()
  const exit = new Promise((resolve) => ended.once('exit', (code) => resolve(code)))
  if (by === 'window') await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  else ended.kill('SIGTERM')
  expect(await exit).toBe(0)
  expect(existsSync(socket)).toBe(false)
})
