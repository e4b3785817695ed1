import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import builder from '../../../build/electron-builder.mjs'
import { ListenError } from '../../../src/main/adapters/listener.ts'
import type { Standing } from '../../../src/core/standing.ts'
import type { Panel } from '../../../src/main/panel.ts'
import { type Parts, startApplication } from '../../../src/main/electron/application.ts'
import { PanelTray } from '../../../src/main/electron/tray.ts'
import { WindowFile } from '../../../src/main/electron/window-file.ts'
import { failedStart, type Start, startText } from '../../../src/main/start.ts'
import type { Alarm } from '../../../src/shared/alarm.ts'
import { MemoryLog } from '../../support/memory-log.ts'
import { testConfig } from '../../support/panel.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'
import {
  app,
  BrowserWindow,
  crashReporter,
  dialog,
  ipcMain,
  Menu,
  Notification,
  order,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  resetElectron,
  session,
  Tray,
} from './fake-electron.ts'
import { RecordingCore } from './recording-core.ts'

vi.mock('electron', () => import('./fake-electron.ts'))

/** In place of electron-updater. */
const updater = { install: vi.fn<(failed: (error: Error) => void) => void>() }
vi.mock('../../../src/main/electron/updates.ts', () => ({
  electronUpdater: () => ({
    look: () => Promise.resolve('0.2.0'),
    load: () => Promise.resolve(),
    install: (failed: (error: Error) => void) => updater.install(failed),
  }),
}))

/** Chooses an entry of the Help menu. */
function chooseHelp(label: string): void {
  const [[template] = []] = Menu.buildFromTemplate.mock.calls.slice(-1)
  const items = (template as { submenu: { label: string; click(): void }[] }[]).flatMap(({ submenu }) => submenu)
  items.find((item) => item.label === label)?.click()
}

/** Whether this desktop shows tray icons is found out elsewhere. */
const tray = vi.hoisted(() => ({ there: false }))
vi.mock('../../../src/main/shell/tray-host.ts', () => ({ hasTray: () => Promise.resolve(tray.there) }))

type Listener = (...args: unknown[]) => void

const EVENTS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect', 'uncaughtException', 'unhandledRejection'] as const
/** Those listeners that were there before a test, Vitest's own. */
const before = new Map<string, readonly Listener[]>(EVENTS.map((event) => [event, listeners(event)]))

let out = ''
let written: MockInstance<WindowFile['write']>
let errors = ''

beforeEach(() => {
  resetElectron()
  tray.there = false
  written = vi.spyOn(WindowFile.prototype, 'write')
  vi.stubEnv('ELECTRON_RENDERER_URL', '')
  out = errors = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((errors += String(text)), true))
})

afterEach(async () => {
  // What is being written must be there before its folder goes.
  for (const file of written.mock.contexts as WindowFile[]) await file.written()
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  for (const event of EVENTS) {
    for (const listener of added(event)) process.removeListener(event, listener)
  }
})

/** What the process would do for `event`, without raising it among Vitest's own listeners. */
function raise(event: (typeof EVENTS)[number], ...args: unknown[]): void {
  for (const listener of added(event)) listener(...args)
}

function added(event: string): readonly Listener[] {
  return listeners(event).filter((listener) => before.get(event)?.includes(listener) !== true)
}

function listeners(event: string): readonly Listener[] {
  return (process as NodeJS.EventEmitter).listeners(event) as Listener[]
}

const IDLE: Standing = {
  alarms: [],
  machines: 0,
  silent: 0,
  failingLinks: 0,
  problems: [],
  commands: 0,
  controlled: [],
}

interface Stage {
  readonly parts: Parts
  /** How things stand. */
  standing: Standing
  /** Who is to be told of changes. */
  readonly told: Set<(standing: Standing) => void>
  readonly log: MemoryLog
  readonly dir: string
  /** Lets the panel's close end. */
  closed: () => void
}

/** The application's parts, with a panel that is there at once and whose close is in the test's hand. */
function stage(overrides: Partial<Parts> = {}, args: readonly string[] = []): Stage {
  const dir = tempDir()
  const log = new MemoryLog()
  const config = testConfig(args, dir)
  const start: Start = { kind: 'run', config, log }
  const built: Stage = {
    log,
    dir,
    standing: IDLE,
    told: new Set(),
    closed: () => undefined,
    parts: {
      readStart: () => start,
      compose: () => {
        order.push('compose')
        const panel: Panel = {
          accept: new RecordingCore().accept,
          url: 'http://127.0.0.1:3002/',
          redirectUrl: null,
          certificate: null,
          listening: [join(dir, 'events.sock')],
          health: () => {
            throw new Error('not here')
          },
          ask: () => Promise.reject(new Error('not here')),
          offerCode: () => undefined,
          underWay: () => ({ commands: 0, controlled: 0 }),
          standing: () => built.standing,
          onStanding: (listener) => {
            built.told.add(listener)
            return () => built.told.delete(listener)
          },
          suspended: () => order.push('suspended'),
          resumed: () => order.push('resumed'),
          close: () => {
            order.push('close')
            return new Promise((resolve) => (built.closed = resolve))
          },
        }
        return Promise.resolve(panel)
      },
      startText,
      failedStart,
      diagnose: (file) => Promise.resolve({ kind: 'written', file, refused: null }),
      rendererDir: join(dir, 'renderer'),
      journalThread: '/journal.js',
      configThread: 'nowhere',
      preload: '/preload.cjs',
      ...overrides,
    },
  }
  return built
}

/** A promise whose end is in the test's hand. */
function newGate() {
  const ends: { open: () => void; fail: (error: Error) => void }[] = []
  const promise = new Promise<void>((resolve, fail) => ends.push({ open: resolve, fail }))
  return { promise, open: () => ends[0]?.open(), fail: (error: Error) => ends[0]?.fail(error) }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 10))

const exited = () => waitFor(() => app.exit.mock.calls.length > 0, { what: 'the exit' })

async function open(built = stage()): Promise<Stage> {
  startApplication(built.parts)
  app.becomeReady()
  await settled()
  return built
}

describe('the start', () => {
  test('hardens and registers before ready, then the panel, then the window', async () => {
    const { dir } = await open()
    expect(order).toEqual(['sandbox', 'scheme', 'ready', 'compose', 'window', 'load andon://panel/index.html'])
    expect(app.paths['userData']).toBe(join(dir, 'data', 'window'))
    expect(app.paths['crashDumps']).toBe(join(dir, 'data', 'crashes'))
    expect(crashReporter.start.mock.calls).toEqual([[{ uploadToServer: false }]])
    expect(powerSaveBlocker.start).not.toHaveBeenCalled()
    expect(existsSync(join(dir, 'data', 'window'))).toBe(true)
    expect(Object.keys(session.defaultSession.handlers).toSorted()).toEqual(['check', 'device', 'request'])
    expect(Object.keys(session.defaultSession.schemes)).toEqual(['andon'])
    expect(ipcMain.eventNames()).toEqual(['andon:open-session'])
    expect(out).toBe(`Andon listens for events on ${join(dir, 'events.sock')}\nAndon is at http://127.0.0.1:3002/\n`)
    expect(errors).toBe('')
  })

  test('Windows knows the program by the name that its installer has', async () => {
    vi.spyOn(process, 'platform', 'get').mockReturnValue('win32')
    await open()
    expect(app.setAppUserModelId.mock.calls).toEqual([[builder.appId]])
  })

  test('a kiosk keeps the display awake', async () => {
    await open(stage({}, ['--kiosk']))
    expect(powerSaveBlocker.start.mock.calls).toEqual([['prevent-display-sleep']])
    expect(BrowserWindow.windows[0]?.options).toMatchObject({ kiosk: true })
  })

  test('the panel is told that the computer sleeps and wakes', async () => {
    await open()
    powerMonitor.emit('suspend')
    powerMonitor.emit('resume')
    expect(order.slice(-2)).toEqual(['suspended', 'resumed'])
  })

  test('a helper process that died is logged, one that ended is not', async () => {
    const { log } = await open()
    app.emit('child-process-gone', {}, { type: 'Utility', reason: 'clean-exit', exitCode: 0 })
    expect(log.records).toEqual([])
    app.emit('child-process-gone', {}, { type: 'GPU', reason: 'crashed', exitCode: 9 })
    expect(log.records).toMatchObject([{ level: 'error', fields: { type: 'GPU', reason: 'crashed' } }])
  })

  test('gives the reader of options only what is meant for it', () => {
    const readStart = vi.fn<Parts['readStart']>(() => ({ kind: 'exit', code: 0, text: 'help\n' }))
    const argv = process.argv
    process.argv = ['/electron', '.', '--no-sandbox', '--port', '3005']
    startApplication(stage({ readStart }).parts)
    process.argv = argv
    expect(readStart).toHaveBeenCalledWith(['--port', '3005'])
  })

  test.each([
    [0, 'Options: …\n', 'Options: …\n', ''],
    [2, 'andon: Unknown option\n', '', 'andon: Unknown option\n'],
  ])('prints and exits with %i, and touches nothing', (code, text, printed, complained) => {
    startApplication(stage({ readStart: () => ({ kind: 'exit', code, text }) }).parts)
    expect(order).toEqual([`exit ${code}`])
    expect([out, errors]).toEqual([printed, complained])
    expect(protocol.registerSchemesAsPrivileged).not.toHaveBeenCalled()
  })

  test('in development it loads the page from Vite, a packaged panel never does', async () => {
    vi.stubEnv('ELECTRON_RENDERER_URL', 'http://localhost:5173')
    await open()
    expect(order.at(-1)).toBe('load http://localhost:5173')
    expect(session.defaultSession.handlers).toHaveProperty('headers')
    resetElectron()
    app.isPackaged = true
    await open()
    expect(order.at(-1)).toBe('load andon://panel/index.html')
    expect(session.defaultSession.handlers).not.toHaveProperty('headers')
  })

  test('with --headless there is a panel and no window', async () => {
    await open(stage({}, ['--headless']))
    expect(order).toEqual(['sandbox', 'scheme', 'ready', 'compose'])
    expect(app.exit).not.toHaveBeenCalled()
  })
})

describe('a restart without a window', () => {
  /** Starts it again, as the settings page asks for it. */
  async function restarted(compose: (built: Stage, times: number) => Promise<Panel>) {
    const built = stage({}, ['--headless'])
    const restarts: ((() => void) | undefined)[] = []
    await open({
      ...built,
      parts: {
        ...built.parts,
        compose: (_config, { restart }) => compose(built, restarts.push(restart)),
      },
    })
    restarts[0]?.()
    await settled()
    built.closed()
    await settled()
    return { built, restarts }
  }
  const another = (built: Stage): Promise<Panel> =>
    built.parts.compose(testConfig([], built.dir), {
      log: built.log,
      rendererDir: '',
      journalThread: '',
      configThread: '',
    })

  test('stays within the process, so that the service goes on, and then ends like any other', async () => {
    const { built, restarts } = await restarted(another)
    expect([restarts.length, order.slice(-3)]).toEqual([2, ['compose', 'close', 'compose']])
    expect(built.log.closed).toBe(1)
    powerMonitor.emit('suspend')
    expect(order.at(-1)).toBe('suspended')
    expect(app.exit).not.toHaveBeenCalled()
    raise('SIGTERM')
    await waitFor(() => order.at(-1) === 'close')
    built.closed()
    await exited()
    expect(order.at(-1)).toBe('exit 0')
  })

  test('goes on with the old settings where the new ones do not work, and ends with 1 where those do not either', async () => {
    const { restarts } = await restarted((built, times) =>
      times === 2 ? Promise.reject(new ListenError('Port 1 is in use.')) : another(built),
    )
    expect([restarts.length, app.exit.mock.calls]).toEqual([3, []])
    resetElectron()
    await restarted((built, times) => (times > 1 ? Promise.reject(new ListenError('in use')) : another(built)))
    await exited()
    expect([order.at(-1), errors]).toEqual(['exit 1', 'andon: in use\n'])
  })
})

describe('a second start', () => {
  test('says so and exits before it touches anything', () => {
    app.requestSingleInstanceLock.mockReturnValue(false)
    startApplication(stage().parts)
    expect(order).toEqual(['exit 0'])
    expect(errors).toBe('andon: it is running already; its window has been brought to the front.\n')
  })

  test('hands over what it asks for, and names what cannot be had', () => {
    app.requestSingleInstanceLock.mockReturnValue(false)
    const { argv } = process
    process.argv = ['/electron', '.', '--page', '/alarms', '--port=8080', '--no-sandbox']
    startApplication(stage({}, ['--page', '/alarms']).parts)
    process.argv = argv
    expect(app.requestSingleInstanceLock.mock.calls).toEqual([[{ page: '/alarms', newWindow: false }]])
    expect(errors).toMatch(/^andon: it is running already; its window has been asked for \/alarms\.\nandon: --port: /)
  })

  test('during the start of the first: its window shows what was asked for', async () => {
    const built = stage()
    startApplication(built.parts)
    app.emit('second-instance', {}, [], '/', { page: '/alarms', newWindow: false })
    app.becomeReady()
    await settled()
    expect(order.at(-1)).toBe('load andon://panel/index.html#/alarms')
  })

  test('brings the window of the first to the front', async () => {
    await open()
    const [window] = BrowserWindow.windows
    if (window) window.minimized = true
    app.emit('second-instance')
    expect(window?.restore).toHaveBeenCalledOnce()
    expect(window?.show).toHaveBeenCalledOnce()
    expect(window?.focus).toHaveBeenCalledOnce()
  })
})

describe('an update', () => {
  /** What was downloaded stands ready. */
  async function ready(built: Stage): Promise<void> {
    await open(built)
    chooseHelp('Updates …')
    await settled()
    dialog.showMessageBox.mockResolvedValueOnce({ response: 0 })
  }

  /** Somebody installs it. */
  async function installing(built: Stage): Promise<void> {
    await ready(built)
    chooseHelp('Updates …')
    await waitFor(() => order.includes('close'))
  }

  test('that cannot be installed leaves no process without a panel: the old version begins anew', async () => {
    const built = stage({}, ['--updates', 'https://releases.example/'])
    updater.install.mockImplementation((failed) => failed(new Error('the installer cannot be started')))
    await installing(built)
    built.closed()
    await exited()
    expect(order.slice(-3)).toEqual(['release', 'relaunch', 'exit 1'])
    expect(built.log.records).toContainEqual(expect.objectContaining({ message: 'the update could not be installed' }))
  })

  test('is not waited for for ever where the panel does not close', async () => {
    await ready(stage({}, ['--updates', 'https://releases.example/']))
    vi.useFakeTimers()
    chooseHelp('Updates …')
    await vi.advanceTimersByTimeAsync(8_000)
    expect(app.exit).toHaveBeenCalledWith(1)
    vi.useRealTimers()
  })

  test('is installed once the panel has closed and given its place free; the installer’s quit is let through', async () => {
    const built = stage({}, ['--updates', 'https://releases.example/'])
    updater.install.mockImplementation(() => void order.push('install'))
    await installing(built)
    expect(order).not.toContain('install')
    built.closed()
    await waitFor(() => order.includes('install'))
    expect(order.slice(-3)).toEqual(['close', 'release', 'install'])
    const preventDefault = vi.fn<() => void>()
    app.emit('before-quit', { preventDefault })
    expect(preventDefault).not.toHaveBeenCalled()
  })

  test('has no place in the menu of a kiosk, for there is none', async () => {
    await open(stage({}, ['--kiosk']))
    expect(Menu.setApplicationMenu.mock.calls).toEqual([[null]])
  })
})

describe('the end', () => {
  const ways: [string, () => void][] = [
    ['its last window is closed, where there is no tray', () => BrowserWindow.windows[0]?.close()],
    ['quit', () => app.emit('before-quit', { preventDefault: () => order.push('prevented') })],
    ['SIGTERM', () => raise('SIGTERM')],
    ['SIGINT', () => raise('SIGINT')],
    ['SIGHUP', () => raise('SIGHUP')],
    ['the launcher dies', () => raise('disconnect')],
    ['the system shuts down', () => powerMonitor.emit('shutdown')],
    ['Windows logs off', () => BrowserWindow.windows[0]?.emit('session-end')],
  ]
  test.each(ways)('%s: the panel closes first, once, then the process exits with 0', async (_name, way) => {
    const built = await open()
    order.length = 0
    way()
    way()
    app.emit('before-quit', { preventDefault: () => undefined })
    await settled()
    expect(order.filter((step) => step !== 'prevented')).toEqual(['close'])
    built.closed()
    await exited()
    expect(order.at(-1)).toBe('exit 0')
    expect(app.exit).toHaveBeenCalledOnce()
  })

  test('every quit is held back, for the exit does not ask again', async () => {
    await open()
    const preventDefault = vi.fn<() => void>()
    app.emit('before-quit', { preventDefault })
    app.emit('before-quit', { preventDefault })
    expect(preventDefault).toHaveBeenCalledTimes(2)
  })

  test('while the panel is still starting: it is waited for and closed, and no window opens', async () => {
    const gate = newGate()
    const built = stage()
    startApplication({
      ...built.parts,
      compose: async (config, surroundings) => {
        await gate.promise
        return built.parts.compose(config, surroundings)
      },
    })
    app.becomeReady()
    await settled()
    raise('SIGTERM')
    gate.open()
    await waitFor(() => order.includes('close'))
    built.closed()
    await exited()
    expect(order).toEqual(['sandbox', 'scheme', 'ready', 'compose', 'close', 'exit 0'])
  })

  test('before ready there is nothing to close', async () => {
    startApplication(stage().parts)
    raise('SIGTERM')
    await settled()
    app.becomeReady()
    await settled()
    expect(order).toEqual(['sandbox', 'scheme', 'exit 0', 'ready'])
  })

  test('a close that hangs is not waited for for ever', async () => {
    await open()
    vi.useFakeTimers()
    raise('SIGTERM')
    await vi.advanceTimersByTimeAsync(7_999)
    expect(app.exit).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(app.exit).toHaveBeenCalledWith(1)
    vi.useRealTimers()
  })

  test('nobody is asked about quitting what ends already', async () => {
    const built = await open()
    built.standing = { ...IDLE, commands: 1 }
    raise('SIGTERM')
    app.emit('before-quit', { preventDefault: () => undefined })
    await settled()
    expect(dialog.showMessageBox).not.toHaveBeenCalled()
  })

  test('a shutdown of the computer waits for the panel', async () => {
    await open()
    const preventDefault = vi.fn<() => void>()
    powerMonitor.emit('shutdown', { preventDefault })
    expect(preventDefault).toHaveBeenCalledOnce()
  })

  test('a defect is logged, and the panel ends in order, with 1', async () => {
    const built = await open()
    const defect = new Error('undefined is not a function')
    raise('uncaughtException', defect)
    await settled()
    built.closed()
    await exited()
    expect(order.slice(-2)).toEqual(['close', 'exit 1'])
    expect(built.log.records).toContainEqual({
      level: 'error',
      fields: { err: defect },
      message: 'a defect of the panel',
    })
  })
})

describe('with a tray', () => {
  const panelTray = () => Tray.trays[0] ?? new Tray('')
  const choose = (label: string) =>
    panelTray()
      .menu.template.find((row) => row.label === label)
      ?.click?.()

  async function openWithTray(args: readonly string[] = []): Promise<Stage> {
    tray.there = true
    const built = await open(stage({}, args))
    for (const tell of built.told) tell(built.standing)
    return built
  }

  test('the panel runs on without its window, and says so once', async () => {
    const built = await openWithTray()
    built.standing = { ...IDLE, commands: 1 }
    BrowserWindow.windows[0]?.close()
    expect([BrowserWindow.windows.length, dialog.showMessageBox.mock.calls.length]).toEqual([0, 0])
    await settled()
    expect(Notification.shown.map(({ options }) => options.title)).toEqual(['Andon runs on'])
    Notification.shown[0]?.emit('click')
    BrowserWindow.windows[0]?.close()
    await settled()
    expect(Notification.shown.length).toBe(1)
    expect(order).not.toContain('close')
  })

  test('that has gone since the start, the panel ends with its last window, or asks whether to', async () => {
    const built = await openWithTray()
    tray.there = false
    built.standing = { ...IDLE, commands: 1 }
    BrowserWindow.windows[0]?.close()
    await settled()
    expect(dialog.showMessageBox).toHaveBeenCalledOnce()
    expect([BrowserWindow.windows.length, order.includes('close')]).toEqual([1, false])
    built.standing = IDLE
    BrowserWindow.windows[0]?.close()
    await settled()
    expect(order).toContain('close')
  })

  test('its menu and a click open the window again, and a second start does too', async () => {
    await openWithTray()
    const ways = [
      () => choose('Open panel'),
      () => panelTray().emit('click'),
      () => app.emit('activate'),
      () => app.emit('second-instance', {}, [], '/', { page: null, newWindow: false }),
    ]
    for (const way of ways) {
      BrowserWindow.windows[0]?.close()
      expect(BrowserWindow.windows.length).toBe(0)
      way()
      expect(BrowserWindow.windows.length).toBe(1)
    }
    choose('Alarms')
    expect(order.at(-1)).toBe('load andon://panel/index.html#/alarms')
  })

  test('it shows how things stand, and quits', async () => {
    const built = await openWithTray()
    expect(panelTray().image).toMatch(/tray.quiet\.png$/)
    const { setImage } = panelTray()
    for (const tell of built.told) tell({ ...IDLE })
    expect(setImage).toHaveBeenCalledTimes(1)
    for (const tell of built.told) tell({ ...IDLE, failingLinks: 1 })
    expect(panelTray().image).toMatch(/tray.trouble\.png$/)
    expect(panelTray().tooltip).toContain('1 link with an error')
    choose('Quit')
    await settled()
    expect(order).toContain('close')
    expect(panelTray().destroyed).toBe(true)
  })

  test('a click opens nothing on macOS, where it shows the menu', () => {
    for (const [platform, opened] of [
      ['win32', ['open']],
      ['darwin', []],
    ] as const) {
      const acts: string[] = []
      const icon = new PanelTray('/renderer', (act) => acts.push(act), platform)
      Tray.trays.at(-1)?.emit('click')
      icon.close()
      expect([platform, acts]).toEqual([platform, opened])
    }
  })

  test.each(['--kiosk', '--headless'])('there is none with %s', async (option) => {
    await openWithTray([option])
    expect(Tray.trays).toEqual([])
  })
})

describe('new alarms', () => {
  const alarm = (id: string, raised: number, state = 'unacknowledged') =>
    ({ id, raised, state, priority: 'high', machine: 'press', device: null, tag: null, message: `${id}!` }) as Alarm

  async function openWith(args: readonly string[] = []) {
    const built = await open(stage({}, args))
    return (...alarms: Alarm[]) => {
      for (const tell of built.told) tell({ ...IDLE, alarms })
      return Notification.shown.map(({ options }) => options.title)
    }
  }

  test('are announced once to whoever has no window before them, and a click shows them', async () => {
    const told = await openWith()
    expect(told(alarm('old', 1))).toEqual([])
    expect(told(alarm('old', 1), alarm('hot', 2))).toEqual(['high: hot!'])
    expect(told(alarm('old', 1), alarm('hot', 2))).toEqual(['high: hot!'])
    Notification.shown[0]?.emit('click')
    expect(order.at(-1)).toBe('load andon://panel/index.html#/alarms')
    expect(BrowserWindow.windows[0]?.focus).toHaveBeenCalledOnce()
  })

  test('are not announced over a window that somebody uses, neither then nor later', async () => {
    const told = await openWith()
    told()
    const [window] = BrowserWindow.windows
    if (window) window.focused = true
    expect(told(alarm('hot', 2))).toEqual([])
    if (window) window.focused = false
    expect(told(alarm('hot', 2))).toEqual([])
    expect(told(alarm('hot', 3))).toEqual(['high: hot!'])
  })

  test('the newest takes the place of the one before', async () => {
    const told = await openWith()
    told()
    told(alarm('a', 1))
    told(alarm('a', 1), alarm('b', 2))
    expect(Notification.shown[0]?.close).toHaveBeenCalledOnce()
  })

  test('are not announced by a kiosk, without a window, or where the system shows none', async () => {
    for (const option of ['--kiosk', '--headless']) {
      const told = await openWith([option])
      told()
      expect(told(alarm('hot', 2))).toEqual([])
      resetElectron()
    }
    const told = await openWith()
    told()
    Notification.supported = false
    expect(told(alarm('hot', 2))).toEqual([])
  })

  test('the page itself is granted no notifications, so that none is shown twice', async () => {
    await open()
    const { check, request } = session.defaultSession.handlers as Record<string, (...args: unknown[]) => unknown>
    const grants: unknown[] = []
    request?.({}, 'notifications', (granted: unknown) => grants.push(granted))
    expect([check?.({}, 'notifications'), ...grants]).toEqual([false, false])
  })
})

describe('an end by a person, with commands under way', () => {
  const busy = { ...IDLE, commands: 1, controlled: ['press'] }

  async function quit(args: readonly string[] = []): Promise<Stage> {
    const built = await open(stage({}, args))
    built.standing = busy
    app.emit('before-quit', { preventDefault: () => undefined })
    await settled()
    return built
  }

  test('is asked about first, over the window, and a no keeps everything', async () => {
    await quit()
    expect(dialog.showMessageBox.mock.calls).toEqual([
      [BrowserWindow.windows[0], expect.objectContaining({ message: 'Quit Andon?', defaultId: 1, cancelId: 1 })],
    ])
    expect(order).not.toContain('close')
    app.emit('before-quit', { preventDefault: () => undefined })
    expect(dialog.showMessageBox).toHaveBeenCalledTimes(2)
  })

  test('is asked about once at a time, and a yes ends it', async () => {
    const answers: ((answer: { response: number }) => void)[] = []
    dialog.showMessageBox.mockImplementation(() => new Promise((resolve) => answers.push(resolve)))
    await quit()
    const preventDefault = vi.fn<() => void>()
    BrowserWindow.windows[0]?.emit('close', { preventDefault })
    expect([answers.length, preventDefault.mock.calls.length]).toEqual([1, 1])
    answers[0]?.({ response: 0 })
    await settled()
    expect(order).toContain('close')
  })

  test('is asked about in the language of the system', async () => {
    app.getPreferredSystemLanguages.mockReturnValueOnce(['de-AT', 'en'])
    await quit()
    expect(dialog.showMessageBox.mock.calls[0]?.[1]).toMatchObject({ message: 'Andon beenden?' })
  })

  test('a kiosk does not quit, nor close, until it is left; then it is a window like any other', async () => {
    const built = stage({}, ['--kiosk'])
    let leave: (() => void) | undefined
    await open({
      ...built,
      parts: {
        ...built.parts,
        compose: (config, surroundings) => {
          leave = surroundings.leaveKiosk
          return built.parts.compose(config, surroundings)
        },
      },
    })
    const [window] = BrowserWindow.windows
    app.emit('before-quit', { preventDefault: () => undefined })
    const preventDefault = vi.fn<() => void>()
    window?.emit('close', { preventDefault })
    await settled()
    expect(preventDefault).toHaveBeenCalledOnce()
    expect(order).not.toContain('close')
    leave?.()
    expect(window?.setKiosk).toHaveBeenLastCalledWith(false)
    expect(window?.setClosable).toHaveBeenLastCalledWith(true)
    expect(Menu.setApplicationMenu.mock.calls.at(-1)).not.toEqual([null])
    window?.emit('close', { preventDefault })
    expect(preventDefault).toHaveBeenCalledOnce()
    app.emit('before-quit', { preventDefault: () => undefined })
    await settled()
    expect(order).toContain('close')
  })

  test('nobody is asked after a signal or a shutdown', async () => {
    for (const way of [() => raise('SIGTERM'), () => powerMonitor.emit('shutdown')]) {
      resetElectron()
      const built = await open()
      built.standing = busy
      way()
      await settled()
      expect(order).toContain('close')
    }
    expect(dialog.showMessageBox).not.toHaveBeenCalled()
  })

  test('a question that cannot be asked is logged', async () => {
    dialog.showMessageBox.mockRejectedValue(new Error('no display'))
    const { log } = await quit()
    expect(log.records).toMatchObject([{ level: 'error' }])
  })
})

describe('a failed start', () => {
  test('a port that is in use: one line, a dialog, exit code 1', async () => {
    await open(stage({ compose: () => Promise.reject(new ListenError('Port 3002 on 127.0.0.1 is in use.')) }))
    expect(errors).toBe('andon: Port 3002 on 127.0.0.1 is in use.\n')
    expect(dialog.showErrorBox.mock.calls).toEqual([['Andon could not start', 'Port 3002 on 127.0.0.1 is in use.']])
    expect(order.slice(-2)).toEqual(['dialog Andon could not start', 'exit 1'])
    expect(BrowserWindow.windows).toEqual([])
  })

  test('a page that cannot be loaded: the panel is closed before the dialog stands in the way', async () => {
    BrowserWindow.loading = () => Promise.reject(new Error('ERR_FAILED (-2)'))
    const built = await open()
    built.closed()
    await exited()
    expect(order.slice(-3)).toEqual(['close', 'dialog Andon could not start', 'exit 1'])
    expect(errors).toBe('andon: The panel could not start: ERR_FAILED (-2)\n')
  })

  test('a page that is closed while it loads is no failure', async () => {
    const gate = newGate()
    BrowserWindow.loading = () => gate.promise
    const built = await open()
    app.emit('window-all-closed')
    gate.fail(new Error('ERR_ABORTED (-3)'))
    await settled()
    built.closed()
    await exited()
    expect(order.at(-1)).toBe('exit 0')
    expect(dialog.showErrorBox).not.toHaveBeenCalled()
  })

  test('a folder that cannot be made is no reason not to start: the panel itself says what is wrong', async () => {
    const file = join(tempDir(), 'file')
    writeFileSync(file, '')
    const { log } = await open(stage({}, ['--data-dir', join(file, 'data')]))
    expect(order.at(-1)).toBe('load andon://panel/index.html')
    expect(app.paths).toEqual({})
    expect(log.records).toMatchObject([{ level: 'warn' }])
  })

  test('what fails before ready is said before there is anything to show a dialog with', async () => {
    protocol.registerSchemesAsPrivileged.mockImplementationOnce(() => {
      throw new Error('too late')
    })
    startApplication(stage().parts)
    await settled()
    expect(order).toEqual(['sandbox', 'exit 1'])
    expect(errors).toBe('andon: The panel could not start: too late\n')
  })

  test('without a window there is nobody to show a dialog to', async () => {
    await open(stage({ compose: () => Promise.reject(new ListenError('in use')) }, ['--headless']))
    expect(dialog.showErrorBox).not.toHaveBeenCalled()
    expect(order.at(-1)).toBe('exit 1')
  })
})
