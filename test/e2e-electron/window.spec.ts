import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { datagram, unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'
import { launchPanel, startAgain } from './launch.ts'

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

test('a second start brings the first to the front, names what cannot be had, and exits with 0', async () => {
  const dir = tempDir()
  const { page } = await launchPanel(dir)
  const { code, said } = await startAgain(dir)
  expect(code).toBe(0)
  expect(said).toContain('running already')
  expect(said).toMatch(/--port.*without effect/)
  expect(await page.title()).toMatch(/Andon/)
})

test('a second start shows its page in the window that is there', async () => {
  const dir = tempDir()
  const { app, page } = await launchPanel(dir)
  expect((await startAgain(dir, ['--page=/alarms'])).code).toBe(0)
  await waitFor(() => page.url().endsWith('#/alarms'), { what: 'the page' })
  expect(app.windows().length).toBe(1)
})

test('several windows are opened again, each with its page', async () => {
  const dir = tempDir()
  const first = await launchPanel(dir)
  await startAgain(dir, ['--page=/trends', '--new-window'])
  await waitFor(() => first.app.windows().length === 2, { what: 'the other window' })
  const ended = first.app.process()
  const exit = new Promise((resolve) => ended.once('exit', resolve))
  ended.kill('SIGTERM')
  await exit
  const { app } = await launchPanel(dir)
  await waitFor(() => app.windows().length === 2, { what: 'both windows' })
  const pages = app.windows().map((each) => new URL(each.url()).hash)
  expect(pages.filter((hash) => hash === '#/trends').length).toBe(1)
})

test('a window whose process dies is back after a moment, and the panel itself goes on', async () => {
  const { app, socket, send } = await launchPanel()
  await app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer()
  })
  expect(existsSync(socket)).toBe(process.platform !== 'win32')
  await send(datagram('press_001', 'machine_registered'))
  // The driver's own page died with it: the window is asked by the main process.
  const shows = () =>
    app.evaluate(async ({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      if (!contents || contents.isCrashed() || contents.isLoading()) return false
      return (await contents.executeJavaScript('document.body.innerText')).includes('press_001')
    })
  await waitFor(shows, { what: 'the machine in the window that is back', timeout: 30_000 })
  expect(app.process().exitCode).toBeNull()
})

test('a kiosk takes the whole display and has no way out', async () => {
  const { app, page } = await launchPanel(tempDir(), ['--kiosk'])
  await page.locator('#app > *').first().waitFor()
  for (const keys of ['Control+W', 'Control+N', 'Control+Shift+I', 'F11', 'F12', 'Control+R', 'Alt+ArrowLeft'])
    await page.keyboard.press(keys)
  const seen = await app.evaluate(({ BrowserWindow, Menu }) => ({
    menu: Menu.getApplicationMenu(),
    windows: BrowserWindow.getAllWindows().map((window) => [
      window.isKiosk(),
      window.closable,
      window.webContents.isDevToolsOpened(),
    ]),
  }))
  expect(seen).toEqual({ menu: null, windows: [[true, false, false]] })
})

test('a kiosk ends in order by a signal, without a question', async () => {
  const { app, socket } = await launchPanel(tempDir(), ['--kiosk'])
  const ended = app.process()
  const exit = new Promise((resolve) => ended.once('exit', resolve))
  ended.kill('SIGTERM')
  expect(await exit).toBe(0)
  expect(existsSync(socket)).toBe(false)
})

/** Windows and macOS always have a tray, in which the panel runs on. */
const noTray = process.platform === 'linux'

test.each(noTray ? (['window', 'signal'] as const) : (['signal'] as const))(
  'an orderly end by %s leaves no socket behind',
  async (by) => {
    const { app, page, socket } = await launchPanel()
    await page.locator('#app > *').first().waitFor()
    const ended = app.process()
    const exit = new Promise((resolve) => ended.once('exit', (code) => resolve(code)))
    if (by === 'window') await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
    else ended.kill('SIGTERM')
    expect(await exit).toBe(0)
    expect(existsSync(socket)).toBe(false)
  },
)

test.skipIf(noTray)('with a tray the panel runs on without its window, and a second start opens it again', async () => {
  const dir = tempDir()
  const { app, send } = await launchPanel(dir)
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await send(datagram('press_001', 'machine_registered'))
  await startAgain(dir)
  const page = app.windows()[0] ?? (await app.waitForEvent('window'))
  await page.getByText('press_001').first().waitFor()
  expect(app.process().exitCode).toBeNull()
})
